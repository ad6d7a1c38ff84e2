import CivilTime
import Platform

/// One reading of both clocks: every span is measured on the monotonic one, the other only dates things.
package struct ClockReading: Hashable, Sendable {
    package var monotonic: MonotonicTime
    /// The wall clock of this machine, which may be wrong and may be set.
    package var date: UnixTime

    package init(monotonic: MonotonicTime, date: UnixTime) {
        self.monotonic = monotonic
        self.date = date
    }
}

/// The clocks that a collection goes by.
package protocol CollectionClock: Sendable {
    var now: ClockReading { get }
    /// Throws `CancellationError` when the task is cancelled meanwhile.
    func sleep(until deadline: MonotonicTime) async throws
}

/// The machine's own clocks.
package struct SystemClock: CollectionClock {
    package init() {}

    package var now: ClockReading { ClockReading(monotonic: .now, date: .now) }

    package func sleep(until deadline: MonotonicTime) async throws {
        try await Task.sleep(for: max(deadline - .now, .zero))
    }
}
