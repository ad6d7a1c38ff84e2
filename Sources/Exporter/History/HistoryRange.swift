import CivilTime

/// The moments of a history, and how they are cut into files. All times are Unix seconds in UTC.
package struct HistoryRange: Hashable, Sendable {
    /// The first second whose logs count.
    package let since: Int64
    /// No moment is later.
    package let until: Int64
    /// From one moment to the next, in seconds. Moments are multiples of it.
    package let step: Int64
    /// From here on a running Prometheus may still be writing.
    package let fresh: Int64

    /// A series is forgotten when it had no sample for five minutes (prometheus/docs `querying/basics.md`, "Staleness").
    package static let steps: ClosedRange<Int64> = 1...300
    /// Prometheus writes blocks of two hours, and its newest are changed for one more: what is younger than three hours must not be
    /// imported (prometheus/docs `storage.md`, "Backfilling").
    private static let block: Int64 = 7200
    private static let freshFor: Int64 = 10_800
    private static let day: Int64 = 86_400

    package enum Problem: Error, Equatable, Sendable {
        case endsBeforeItBegins
        case endsInTheFuture
        case beginsInTheFuture
        case beginsBefore1970
        case hasNoMoment
    }

    /// `now` is the present. Throws where there is nothing to tell between `since` and `until`.
    package init(since: Int64, until: Int64, step: Int64, now: Int64) throws(Problem) {
        guard since >= 0 else { throw .beginsBefore1970 }
        guard until <= now else { throw .endsInTheFuture }
        guard since <= now else { throw .beginsInTheFuture }
        guard since < until else { throw .endsBeforeItBegins }
        let step = min(max(step, Self.steps.lowerBound), Self.steps.upperBound)
        guard (since + step - 1) / step <= until / step else { throw .hasNoMoment }
        self.init(since: since, until: until, step: step, fresh: (now - Self.freshFor) / Self.block * Self.block)
    }

    /// A range from its parts, as they were written down.
    init(since: Int64, until: Int64, step: Int64, fresh: Int64) {
        (self.since, self.until, self.step, self.fresh) = (since, until, step, fresh)
    }

    /// What goes into one file.
    package struct Part: Hashable, Sendable {
        /// The file's name.
        package let name: String
        /// Rising.
        package let moments: [Int64]
        /// Whether Prometheus cannot take it yet.
        package let isFresh: Bool
    }

    /// The parts from one that holds a second on, oldest first: a day each, cut once more where the fresh ones begin.
    package func part(after second: Int64) -> Part? {
        let next = (max(second, since - 1) / step + 1) * step
        let first = max(next, (since + step - 1) / step * step)
        guard first <= until else { return nil }
        var end = min((first / Self.day + 1) * Self.day, until + 1)
        let isFresh = first >= fresh
        if !isFresh { end = min(end, fresh) }
        let date = UnixTime.iso8601(second: first).prefix(10)
        return Part(
            name: "\(isFresh ? Self.freshPrefix : Self.prefix)\(date)\(Self.suffix)",
            moments: Array(stride(from: first, to: end, by: Int64.Stride(step))), isFresh: isFresh)
    }

    static let prefix = "dify-"
    static let freshPrefix = "newest-"
    static let suffix = ".om"

    /// Whether a file has a name that parts have.
    static func isPartName(_ name: String) -> Bool {
        (name.hasPrefix(prefix) || name.hasPrefix(freshPrefix)) && name.hasSuffix(suffix)
    }

    /// When a running Prometheus can take all of it.
    package var takenFrom: Int64 { (until / Self.block + 1) * Self.block + Self.freshFor }
}
