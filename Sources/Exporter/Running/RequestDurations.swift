import CivilTime
import Metrics
import Platform

/// How long the requests to a server took, without the wait for the budget.
final class RequestDurations: Sendable {
    /// Since when they are counted.
    let since = UnixTime.now
    private let times = Locked(
        Histogram(bounds: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30], native: true))

    var histogram: Histogram { times.withLock { $0 } }

    func note(_ span: Duration) {
        times.withLock { $0.observe(span.secondsValue) }
    }
}
