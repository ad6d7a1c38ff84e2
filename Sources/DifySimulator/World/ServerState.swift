import CivilTime

/// What all apps of one Dify have in common.
struct ServerState: Sendable {
    var version: ServerVersion
    var clock: ServerClock
    var lies = Lies.none
    var hasRedis = true

    /// How long the connections to a Redis that is down are tried again, from 14 to 39 s for each request (dify-logs-api §0b).
    func redisDelay(using random: inout SeededRandom) -> Duration {
        guard !hasRedis, version.waitsForRedis else { return .zero }
        return .seconds(14) + random.span(upTo: .seconds(25))
    }
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
