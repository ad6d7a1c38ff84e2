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
        guard lengths.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(isDigit) && $0 == lengths[0] }) else {
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
