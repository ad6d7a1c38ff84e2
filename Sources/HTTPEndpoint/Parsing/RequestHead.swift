import Bytes

/// The request line and the fields behind it, read line by line (RFC 9112 §3 and §5).
struct RequestHead: Equatable {
    var method: String
    var version: Version
    var target: RequestTarget
    var headers = HTTPHeaders()

    /// A field takes up to 64 bytes of memory however short it is.
    private static let fieldLimit = 100

    /// The two versions that are spoken here. A later 1.x is answered as 1.1 (RFC 9110 §2.5).
    enum Version: Equatable {
        case http10
        case http11
    }

    /// Reads `METHOD SP target SP HTTP/x.y`, without the line's end.
    ///
    /// - Throws: 505 for another version, 400 for anything else that is not of this form. The version is looked at
    ///   first, so that a client of HTTP/2 learns what is wrong.
    init(requestLine: ArraySlice<UInt8>) throws(RequestRefusal) {
        let parts = requestLine.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard parts.count == 3, isToken(parts[0]), !parts[1].isEmpty else {
            throw RequestRefusal(400, "the request line is not of the form: METHOD /path HTTP/1.1")
        }
        version = try Self.version(parts[2])
        method = String(decoding: parts[0], as: UTF8.self)
        target = try RequestTarget(parts[1])
    }

    private static func version(_ bytes: ArraySlice<UInt8>) throws(RequestRefusal) -> Version {
        let digits = bytes.dropFirst(5)
        guard bytes.starts(with: "HTTP/".utf8), digits.count == 3, let major = digits.first, let minor = digits.last,
            ASCII.isDigit(major), ASCII.isDigit(minor), digits[digits.startIndex + 1] == UInt8(ascii: ".")
        else { throw RequestRefusal(400, "the request line does not end in an HTTP version") }
        guard major == UInt8(ascii: "1") else {
            throw RequestRefusal(505, "only HTTP/1.0 and HTTP/1.1 are spoken here")
        }
        return minor == UInt8(ascii: "0") ? .http10 : .http11
    }

    /// Adds one `name: value` line, given without its end.
    ///
    /// - Throws: 431 for the field that is one too many; 400 for a line that continues the one before (obs-fold,
    ///   RFC 9112 §5.2), for white space before the colon (§5.1), and for bytes that a name or value cannot have
    ///   (RFC 9110 §5.5).
    mutating func add(fieldLine line: ArraySlice<UInt8>) throws(RequestRefusal) {
        guard headers.fields.count < Self.fieldLimit else {
            throw RequestRefusal(431, "the head has more than \(Self.fieldLimit) fields")
        }
        if let first = line.first, isWhitespace(first) {
            throw RequestRefusal(400, "a header line begins with white space")
        }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), isToken(line[..<colon]) else {
            throw RequestRefusal(400, "a header line is not of the form: Name: value")
        }
        let value = trimmingWhitespace(line[(colon + 1)...])
        guard value.allSatisfy(isFieldByte) else {
            throw RequestRefusal(400, "a header value has a control character")
        }
        headers.add(String(decoding: line[..<colon], as: UTF8.self), String(decoding: value, as: UTF8.self))
    }
}

extension RequestHead {
    /// What a finished head says about the bytes behind it and the connection's future.
    struct Framing: Equatable {
        var bodyBytes: Int
        var keepsAlive: Bool

        /// The client holds the body back until it is told to go on (RFC 9110 §10.1.1).
        var expectsContinue: Bool
    }

    /// Decides where the request ends (RFC 9112 §6.3).
    ///
    /// - Throws: the refusal of every head that two readers could take for different requests, and of bodies that are
    ///   larger than `bodyLimit` (413) or of unknown length (411, 501).
    func framing(bodyLimit: Int) throws(RequestRefusal) -> Framing {
        try checkHost()
        try checkTransferEncoding()
        let isHTTP11 = version == .http11
        return Framing(
            bodyBytes: try contentLength(limit: bodyLimit),
            keepsAlive: isHTTP11
                ? !headers.list("Connection", contains: "close")
                : headers.list("Connection", contains: "keep-alive") && !headers.list("Connection", contains: "close"),
            expectsContinue: isHTTP11 ? try checkedExpectation() : false)
    }

    /// RFC 9112 §3.2: exactly one Host in HTTP/1.1, at most one in HTTP/1.0; it may be empty.
    private func checkHost() throws(RequestRefusal) {
        let hosts = headers.values(of: "Host")
        guard hosts.count <= 1 else { throw RequestRefusal(400, "the Host header occurs more than once") }
        guard let host = hosts.first else {
            if version == .http10 { return }
            throw RequestRefusal(400, "the Host header is missing")
        }
        guard RequestTarget.isAuthority(host.utf8) else { throw RequestRefusal(400, "the Host header is not valid") }
    }

    /// No coded body is read: a client of this server has no reason to send one, and a second way to end a body is what
    /// request smuggling lives on. 411 for chunked is RFC 9112 §6.3, 501 for other codings §6.1, as is 400 for both
    /// lengths at once and for any coding in HTTP/1.0.
    private func checkTransferEncoding() throws(RequestRefusal) {
        guard let coding = headers["Transfer-Encoding"] else { return }
        guard version == .http11 else {
            throw RequestRefusal(400, "Transfer-Encoding does not exist in HTTP/1.0")
        }
        guard headers["Content-Length"] == nil else {
            throw RequestRefusal(400, "Transfer-Encoding and Content-Length exclude each other")
        }
        guard isSameToken(coding, "chunked") else {
            throw RequestRefusal(501, "this Transfer-Encoding is not known here")
        }
        throw RequestRefusal(411, "a body needs a Content-Length: chunked bodies are not read here")
    }

    /// The body's length, 0 where none is given. The same length said twice is taken once (RFC 9112 §6.3).
    private func contentLength(limit: Int) throws(RequestRefusal) -> Int {
        guard let field = headers["Content-Length"] else { return 0 }
        let lengths = field.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
            .map { String(decoding: trimmingWhitespace($0), as: UTF8.self) }
        guard lengths.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(ASCII.isDigit) && $0 == lengths[0] }) else {
            throw RequestRefusal(400, "the Content-Length is not one number")
        }
        guard let length = Int(lengths[0]), length <= limit else {
            throw RequestRefusal(413, "the body is larger than \(limit) bytes")
        }
        return length
    }

    /// Whether `100-continue` is expected; any other expectation is 417 (RFC 9110 §10.1.1).
    private func checkedExpectation() throws(RequestRefusal) -> Bool {
        let expectations = headers.listMembers(of: "Expect")
        guard expectations.allSatisfy({ isSameToken($0, "100-continue") }) else {
            throw RequestRefusal(417, "the only expectation that is met here is 100-continue")
        }
        return !expectations.isEmpty
    }
}
