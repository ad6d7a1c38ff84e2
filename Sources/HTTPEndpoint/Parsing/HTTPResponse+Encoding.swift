extension HTTPResponse {
    /// What of the request and the connection an answer's form depends on.
    struct Framing {
        var isHead = false
        var isHTTP10 = false
        var keepsAlive: Bool
    }

    /// Whether the handler wants the connection to end with this answer.
    var endsConnection: Bool {
        delivery != .whole || headers.list("Connection", contains: "close")
    }

    /// The bytes to send; the body is in the handler's own buffer.
    struct Encoded {
        var head: [UInt8]
        var body: ArraySlice<UInt8>

        /// What follows the body.
        var longBody: LongBody?
    }

    /// The bytes to send (RFC 9112 §4 and §6), with `date` as the `Date`.
    func encoded(_ framing: Framing, date: String) -> Encoded {
        let sentStatus = (200...599).contains(status) ? status : 500
        let allowsBody = sentStatus != 204 && sentStatus != 304
        let sendsBody = allowsBody && !framing.isHead
        return Encoded(
            head: encodedHead(sentStatus, framing, allowsBody: allowsBody, date),
            body: sendsBody && longBody == nil ? deliveredBody : [], longBody: sendsBody ? longBody : nil)
    }

    private var deliveredBody: ArraySlice<UInt8> {
        if case .cut(let count) = delivery { body.prefix(max(0, count)) } else { body[...] }
    }

    private func encodedHead(_ status: Int, _ framing: Framing, allowsBody: Bool, _ date: String) -> [UInt8] {
        var head: [UInt8] = []
        head.reserveCapacity(Self.usualHeadBytes)
        func add(_ name: String, _ value: String) {
            head += name.utf8
            head += ": ".utf8
            head += value.utf8
            head += "\r\n".utf8
        }
        head += "HTTP/1.1 ".utf8
        head += String(status).utf8
        head += " ".utf8
        head += Self.reason(of: status).utf8
        head += "\r\n".utf8
        if headers["Date"] == nil { add("Date", date) }
        for field in headers.fields where !Self.serverFields.contains(where: { isSameToken($0, field.name) }) {
            add(field.name, field.value)
        }
        if allowsBody {
            if bodyCount > 0, headers["Content-Type"] == nil { add("Content-Type", "application/octet-stream") }
            add("Content-Length", String(bodyCount))
        }
        if !framing.keepsAlive {
            add("Connection", "close")
        } else if framing.isHTTP10 {
            add("Connection", "keep-alive")
        }
        head += "\r\n".utf8
        return head
    }

    /// More than most heads have.
    private static let usualHeadBytes = 384

    private static let serverFields = ["Connection", "Content-Length", "Transfer-Encoding"]

    private static func reason(of status: Int) -> String {
        reasons[status] ?? ""
    }

    /// RFC 9110 §15 and RFC 6585; an empty reason is as good (RFC 9112 §4), so only the usual ones are here.
    private static let reasons = [
        200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 301: "Moved Permanently", 302: "Found",
        304: "Not Modified", 307: "Temporary Redirect", 308: "Permanent Redirect", 400: "Bad Request",
        401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 406: "Not Acceptable",
        408: "Request Timeout", 411: "Length Required", 413: "Content Too Large", 414: "URI Too Long",
        415: "Unsupported Media Type", 417: "Expectation Failed", 422: "Unprocessable Content",
        429: "Too Many Requests", 431: "Request Header Fields Too Large", 500: "Internal Server Error",
        501: "Not Implemented", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout",
        505: "HTTP Version Not Supported",
    ]
}
