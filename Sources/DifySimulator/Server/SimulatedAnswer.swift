import DifyAPI

/// A request as it reaches the server: decoded, with its query in the order in which it was sent.
package struct SimulatedRequest: Sendable {
    package var method: String
    /// As in `/v1/workflows/logs`.
    package var path: String
    package var query: [(name: String, value: String)]
    /// The value of the field Authorization.
    package var authorization: String?
    /// Where redirects lead back to.
    package var host: String

    package init(
        method: String = "GET", path: String, query: [(name: String, value: String)] = [], authorization: String? = nil,
        host: String = "127.0.0.1:5001"
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.authorization = authorization
        self.host = host
    }
}

/// What the server sends back, and what becomes of it on its way.
package struct SimulatedAnswer: Sendable {
    package var response: TransportResponse
    package var fault = Fault.none
    /// How long a real server would take; faults not counted.
    package var latency = Duration.zero

    package enum Fault: Hashable, Sendable {
        case none
        /// The connection breaks within the body.
        case cut(afterBytes: Int)
        /// Nothing comes for that long.
        case stall(Duration)
        /// The connection breaks before the answer.
        case reset
    }
}
