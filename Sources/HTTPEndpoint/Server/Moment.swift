import CivilTime

/// One reading of both clocks: deadlines run on the one that never steps, the `Date` header shows the other.
package struct Moment: Sendable {
    package var instant: ContinuousClock.Instant
    package var date: UnixTime

    package init(instant: ContinuousClock.Instant, date: UnixTime) {
        self.instant = instant
        self.date = date
    }

    package static var now: Moment {
        Moment(instant: .now, date: .now)
    }
}
