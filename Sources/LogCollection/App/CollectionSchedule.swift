import CivilTime
import DifyAPI

/// When an app's next collection begins.
struct CollectionSchedule: Sendable {
    let interval: Duration
    /// The app's place within the interval, so that many apps do not ask all at once.
    let phase: Duration
    private let start: UnixTime
    private var failures = 0

    /// What only the operator can mend is tried this seldom in the end.
    private static let longestPause = Duration.seconds(300)

    /// `position` is the app's place among all, from 0 up to but not including 1.
    init(interval: Duration, position: Double, start: UnixTime) {
        self.interval = interval
        phase = .milliseconds(Int64(Double(interval.wholeMilliseconds) * position))
        self.start = start
    }

    /// How long the first collection waits: its place, but in the first seconds, so that numbers are there soon.
    var firstDelay: Duration { min(phase, phase * (10_000 / max(Double(interval.wholeMilliseconds), 1))) }

    /// `began` and `now` are moments of this machine's clock.
    mutating func next(began: UnixTime, now: UnixTime, problem: CollectionProblem?, hasReachedPresent: Bool) -> UnixTime
    {
        // The clock may have been set back since the collection began.
        let earliest = min(began, now) + interval / 2
        guard let problem else {
            failures = 0
            return hasReachedPresent ? gridPoint(after: now, notBefore: earliest) : now
        }
        failures += 1
        guard problem.needsOperator else { return gridPoint(after: now, notBefore: earliest) }
        let pause = interval * (1 << min(failures, 10))
        return now + max(interval, min(pause, Self.longestPause))
    }

    /// The next of the moments that lie whole intervals after the app's place.
    private func gridPoint(after now: UnixTime, notBefore earliest: UnixTime) -> UnixTime {
        let origin = start + phase
        let from = max(now.milliseconds, earliest.milliseconds) - origin.milliseconds
        let step = interval.wholeMilliseconds
        // Rounded towards the past also where the clock was set back to before the start.
        let count = (from >= 0 ? from / step : (from - step + 1) / step) + 1
        return origin + .milliseconds(count * step)
    }
}
