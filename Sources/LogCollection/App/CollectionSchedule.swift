import CivilTime
import DifyAPI
import Platform

/// When an app's next collection begins.
struct CollectionSchedule: Sendable {
    let interval: Duration
    /// The app's place within the interval, so that many apps do not ask all at once.
    let phase: Duration
    private let start: MonotonicTime
    private let firstWithin: Duration
    private var failures = 0

    /// What only the operator can mend is tried this seldom in the end.
    private static let longestPause = Duration.seconds(300)

    /// `position` is the app's place among all, from 0 up to but not including 1; `firstWithin` is the longest wait for the
    /// first collection.
    init(interval: Duration, position: Double, start: MonotonicTime, firstWithin: Duration = .seconds(10)) {
        self.firstWithin = firstWithin
        self.interval = interval
        phase = .milliseconds(Int64(Double(interval.wholeMilliseconds) * position))
        self.start = start
    }

    /// How long the first collection waits: its place, but in the first seconds, so that numbers are there soon.
    var firstDelay: Duration {
        min(phase, phase * (Double(firstWithin.wholeMilliseconds) / max(Double(interval.wholeMilliseconds), 1)))
    }

    mutating func next(
        began: MonotonicTime, now: MonotonicTime, problem: CollectionProblem?, hasReachedPresent: Bool
    ) -> MonotonicTime {
        guard let problem else {
            failures = 0
            return hasReachedPresent ? gridPoint(after: max(now, began + interval / 2)) : now
        }
        failures += 1
        guard problem.needsOperator else { return gridPoint(after: max(now, began + interval / 2)) }
        let pause = interval * (1 << min(failures, 10))
        return now + max(interval, min(pause, Self.longestPause))
    }

    /// The next of the moments that lie whole intervals after the app's place.
    private func gridPoint(after moment: MonotonicTime) -> MonotonicTime {
        let origin = start + phase
        guard moment >= origin else { return origin }
        let step = max(interval.wholeMilliseconds, 1)
        let passed = (moment - origin).wholeMilliseconds / step
        return origin + .milliseconds((passed + 1) * step)
    }
}
