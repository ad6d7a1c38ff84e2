import CivilTime
import Platform

/// The clock of an app's server, from the `Date` of its answers, and carried on by this machine's monotonic clock between
/// them. The wall clock of this machine is only a witness: setting it changes nothing.
///
/// A `Date` that lies ahead is followed when something bears it out: what was known of the server's clock before, this
/// machine's wall clock, how far the app has been read, or a row that was stamped about then. Otherwise a proxy whose clock is
/// wrong would move the collection past rows that are still to come. A `Date` that lies behind is always followed, for reading
/// more than is needed loses nothing.
///
/// Several servers behind one address may each have a clock of their own. Their clocks take turns, and are a step only once.
package struct ServerClock: Sendable {
    /// The server's time at the zero of the monotonic clock; nil before any answer told one.
    private var followed: UnixTime?
    /// The latest `Date`, followed or not, as the server's time at the zero of the monotonic clock.
    private var told: UnixTime?
    /// The latest ones that were told.
    private var recent: [UnixTime] = []
    private var toldAt: MonotonicTime?

    /// A clock that was set.
    package struct Step: Hashable, Sendable {
        /// Forward where positive.
        package let span: Duration
        /// How long before it was noticed it may have happened; nil when nobody was watching.
        package let within: Duration?
    }

    /// Two clocks this close bear each other out. Rows may be as late as this and are still found.
    static let tolerance = Duration.seconds(900)
    /// How many measurements are remembered: some collections' worth.
    private static let memory = 16
    /// Two measurements of one clock may be so far apart: each is cut to whole seconds, and clocks drift.
    private static let precision = Duration.seconds(5)
    /// 2024-01-01. Dify has workflows since then, so a wall clock that is behind it has not been set yet.
    private static let earliestPlausible = UnixTime(seconds: 1_704_067_200)

    /// The server's present as well as it is known.
    func now(at reading: ClockReading) -> UnixTime {
        followed.map { $0 + (reading.monotonic - .zero) } ?? reading.date
    }

    /// What `Date` told, whether it is followed or not; nil before any answer had one.
    func told(at reading: ClockReading) -> UnixTime? {
        told.map { $0 + (reading.monotonic - .zero) }
    }

    /// Takes the `Date` of an answer that has just come after `span`. `frontier` is how far the app has been read, nil for
    /// one that is new; `isStamped` tells whether a row was stamped within a window.
    ///
    /// Gives the step when no recent `Date` was like this one; nil for the first.
    mutating func note(
        _ date: UnixTime, at reading: ClockReading, span: Duration, frontier: Int64?, isStamped: (Window) -> Bool
    ) -> Step? {
        let elapsed = reading.monotonic - .zero
        let origin = date - elapsed
        defer {
            recent = recent.suffix(Self.memory - 1) + [origin]
            (told, toldAt) = (origin, reading.monotonic)
        }
        let before = followed == nil ? reached(frontier, at: reading) : now(at: reading)
        if let before, date > before, !isBorneOut(date, by: reading, frontier: frontier, isStamped) {
            followed = before - elapsed
        } else {
            followed = origin
        }
        guard !recent.isEmpty, recent.allSatisfy({ ($0 - origin).magnitude > Self.precision + span }) else {
            return nil
        }
        return Step(span: date - (before ?? date), within: toldAt.map { reading.monotonic - $0 })
    }

    /// What the server's clock has come to at least, before any `Date` is followed: the wall clock's time, but an app cannot
    /// have been read up to the future. Nil where nothing is known.
    private func reached(_ frontier: Int64?, at reading: ClockReading) -> UnixTime? {
        let read = frontier.map(UnixTime.init(seconds:))
        guard let own = plausible(reading.date) else { return read }
        return if let read, read - own > Self.tolerance { read } else { own }
    }

    /// The wall clock's time, unless it cannot be right.
    private func plausible(_ date: UnixTime) -> UnixTime? {
        date >= Self.earliestPlausible ? date : nil
    }

    private func isBorneOut(
        _ date: UnixTime, by reading: ClockReading, frontier: Int64?, _ isStamped: (Window) -> Bool
    ) -> Bool {
        func isClose(_ other: UnixTime) -> Bool { (date - other).magnitude <= Self.tolerance }
        if isClose(reading.date) || followed != nil && isClose(now(at: reading)) { return true }
        if let frontier, isClose(UnixTime(seconds: frontier)) { return true }
        let tolerance = Self.tolerance.wholeSeconds
        return isStamped(Window(first: date.second - tolerance, last: date.second + tolerance))
    }

    // MARK: First contact

    /// Whether `Date` and this machine's wall clock contradict each other, so that only rows can tell when it is.
    func needsRows(at reading: ClockReading) -> Bool {
        guard let told = told(at: reading) else { return false }
        return plausible(reading.date).map { (told - $0).magnitude > Self.tolerance } ?? true
    }

    /// When an app's first reading is, by the stamp of its newest row (nil when it has none): the earlier of the two clocks,
    /// but not one that lies before rows that are there. Then the first reading is not later than the newest row, as the other
    /// clock may be wrong too. `Date` is followed where it lies before the rows, as ever; where it lies after them, and no row
    /// bears it out, what is followed from here on is what is known: the server's clock has come to its newest row.
    mutating func firstContact(newestRow: Int64?, at reading: ClockReading) -> UnixTime {
        guard needsRows(at: reading), let told = told(at: reading) else { return now(at: reading) }
        let own = plausible(reading.date)
        let earlier = min(told, own ?? told)
        guard let newest = newestRow.map(UnixTime.init(seconds:)) else { return earlier }
        if own != nil, newest - earlier <= Self.tolerance { return earlier }
        followed = (told - newest > Self.tolerance ? newest : told) - (reading.monotonic - .zero)
        return (told - newest).magnitude <= Self.tolerance ? told : min(newest, max(told, own ?? newest))
    }
}
