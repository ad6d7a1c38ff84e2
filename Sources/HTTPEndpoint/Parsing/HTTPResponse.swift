/// What a handler answers.
///
/// The server itself adds `Date` and `Content-Type: application/octet-stream` where they are missing, and always decides on
/// `Content-Length`, `Transfer-Encoding` and `Connection`. A `Connection: close` among the headers ends the connection
/// after this answer. To HEAD goes the same head as to GET, without the body.
package struct HTTPResponse: Sendable, Equatable {
    /// 200...599 (RFC 9110 §15); any other value is sent as 500.
    package var status: Int
    package var headers: HTTPHeaders

    /// Not sent with 204 and 304, which have none (RFC 9110 §6.4.1).
    package var body: [UInt8]

    /// Sent instead of `body`, where there is one, and never cut.
    package var longBody: LongBody?
    package var delivery: Delivery = .whole

    package init(status: Int, headers: HTTPHeaders = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Bytes of the body, whichever it is.
    package var bodyCount: Int { longBody?.count ?? body.count }

    /// A plain text in UTF-8.
    package static func text(_ status: Int, _ text: String) -> HTTPResponse {
        HTTPResponse(status: status, headers: ["Content-Type": "text/plain; charset=utf-8"], body: Array(text.utf8))
    }

    /// How much of the answer reaches the client. A real server only ever means `whole`: the other two are for the
    /// simulated Dify, which breaks answers in the ways that networks do.
    package enum Delivery: Sendable, Hashable {
        case whole

        /// The head with the full `Content-Length`, then so many bytes of the body (0 or more), then the end of the
        /// connection.
        case cut(afterBytes: Int)

        /// No answer: the connection is reset.
        case reset
    }
}
