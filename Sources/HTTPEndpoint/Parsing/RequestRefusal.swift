/// Why a request is not handed to the handler; the client gets it as a plain text with this status, and then the end
/// of the connection, since where the next request would begin is not known.
struct RequestRefusal: Error, Equatable {
    var status: Int
    var reason: String

    init(_ status: Int, _ reason: String) {
        self.status = status
        self.reason = reason
    }

    var response: HTTPResponse {
        .text(status, reason + "\n")
    }
}
