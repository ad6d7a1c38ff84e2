import CivilTime
import Platform

/// One reading of both clocks: deadlines run on the one that never steps, the `Date` header shows the other.
package struct Moment: Sendable {
    package let instant: MonotonicTime
    package let date: UnixTime

    /// The date as the header has it.
    let httpDate: String

    package init(instant: MonotonicTime, date: UnixTime) {
        (self.instant, self.date, httpDate) = (instant, date, date.httpDate)
    }

    /// The present.
    package static var now: Moment {
        Moment(instant: .now, date: .now)
    }

    /// The present, when `earlier` was read before: within a second the date's text stays the same.
    init(after earlier: Moment) {
        (instant, date) = (.now, .now)
        httpDate = date.second == earlier.date.second ? earlier.httpDate : date.httpDate
    }
}
