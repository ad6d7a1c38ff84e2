import CivilTime

/// What all apps of one Dify have in common.
struct ServerState: Sendable {
    var version: ServerVersion
    var clock: ServerClock
}

/// How long an answer takes, as measured on Dify 1.13.0 (dify-logs-api, observation 10): a part for the request, a scan of
/// the app's whole log, and a part for each row.
package struct RequestCost: Sendable {
    package var perRequest: Duration = .milliseconds(10)
    package var perLoggedRow: Duration = .nanoseconds(750)
    package var perAnsweredRow: Duration = .microseconds(1700)
    /// 1 is as slow as the real one, 0 at once.
    package var scale = 1.0

    package init(scale: Double = 1) {
        self.scale = scale
    }

    package static let none = RequestCost(scale: 0)

    func latency(loggedRows: Int, answeredRows: Int) -> Duration {
        (perRequest + perLoggedRow * loggedRows + perAnsweredRow * answeredRows) * scale
    }
}
