/// The request line and the fields behind it, read line by line (RFC 9112 §3 and §5).
struct RequestHead: Equatable {
    var method: String
    var version: Version
    var target: RequestTarget
    var headers = HTTPHeaders()

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
            isDigit(major), isDigit(minor), digits[digits.startIndex + 1] == UInt8(ascii: ".")
        else { throw RequestRefusal(400, "the request line does not end in an HTTP version") }
        guard major == UInt8(ascii: "1") else {
            throw RequestRefusal(505, "only HTTP/1.0 and HTTP/1.1 are spoken here")
        }
        return minor == UInt8(ascii: "0") ? .http10 : .http11
    }

    /// Adds one `name: value` line, given without its end.
    ///
    /// - Throws: 400 for a line that continues the one before (obs-fold, RFC 9112 §5.2), for white space before the
    ///   colon (§5.1), and for bytes that a name or value cannot have (RFC 9110 §5.5).
    mutating func add(fieldLine line: ArraySlice<UInt8>) throws(RequestRefusal) {
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
