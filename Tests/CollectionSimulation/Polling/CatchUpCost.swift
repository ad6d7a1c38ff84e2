import CivilTime
import LogCollection

/// What a catch-up from a list's beginning to its end costs.
package struct CatchUpCost: Sendable {
    package private(set) var rounds = 0
    package private(set) var requests = 0
    package private(set) var rows = 0
    /// Runs that had ended, and of them those that were counted.
    package let ended: Int
    package let counted: Int

    package init(_ list: PricedList) {
        let settings = CollectionSettings()
        var collector = Collector(
            settings: settings,
            state: AppState(start: list.start.second, buckets: settings.buckets, at: list.start))
        var moment = list.end
        repeat {
            rounds += 1
            collector.begin(at: UnixTime(seconds: moment.second))
            while let query = collector.nextQuery() {
                let (page, took) = list.answer(to: query, at: moment)
                requests += 1
                rows += page.logs.count
                moment = moment + took
                collector.receive(page, at: UnixTime(seconds: moment.second) - took, took: took)
            }
            collector.end(succeeded: true)
        } while !collector.hasReachedPresent
        ended = list.ended(by: list.end)
        counted = collector.state.totals.byStatus.values.reduce(0) { $0 + Int($1.runs) }
    }
}
