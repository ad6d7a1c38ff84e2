import CivilTime
import LogCollection
import Metrics

/// What polling a list has cost its server, and how soon it told of the runs that had ended.
package struct PollingCost: Sendable {
    package internal(set) var rounds = 0
    package internal(set) var requests = 0
    package internal(set) var rows = 0
    /// Runs that ended in the time that is measured.
    package internal(set) var ended = 0
    /// Of those, runs that were never counted.
    package internal(set) var missing = 0
    /// From a run's end to the end of the round that counted it, on average; nil where that is not known.
    package internal(set) var delay: Duration?
}

/// Ways of polling a `PricedList`, each told by what it costs after an hour in which it warms up.
package enum Poller {
    package static let warmUp = Duration.seconds(3600)
    /// How much longer than the list's span the longest run takes, and the rarest look at it.
    private static let afterwards = Duration.seconds(900)

    /// The collection of this project.
    package static func collector(_ list: PricedList, interval: Duration) -> PollingCost {
        var settings = CollectionSettings(interval: interval)
        settings.stuckAfter = .seconds(86_400)
        var collector = Collector(
            settings: settings,
            state: AppState(start: list.start.second, buckets: settings.buckets, at: list.start))
        var cost = PollingCost()
        /// Runs times how long they have waited to be counted.
        var waited = 0.0
        var counted = 0
        var since = list.start
        rounds(list, interval) { now in
            cost.rounds += 1
            var moment = now
            collector.begin(at: UnixTime(seconds: now.second))
            while let query = collector.nextQuery() {
                let (page, took) = list.answer(to: query, at: moment)
                cost.requests += 1
                cost.rows += page.logs.count
                moment = moment + took
                collector.receive(page, at: UnixTime(seconds: moment.second) - took, took: took)
            }
            collector.end(succeeded: true)
            if now == list.start + warmUp { cost = PollingCost() }
            waited += list.waiting(from: since, to: moment, counted: counted)
            if now == list.start + warmUp { waited = 0 }
            since = moment
            counted = collector.state.totals.byStatus.values.reduce(0) { $0 + Int($1.runs) }
            return moment
        }
        cost.ended = list.ended(by: since) - list.ended(by: list.start + warmUp)
        cost.delay = cost.ended > 0 ? .milliseconds(Int64(waited / Double(cost.ended) * 1000)) : nil
        // Until everything has ended that ever began.
        var late = since
        while late < since + afterwards {
            late = late + interval
            collector.begin(at: UnixTime(seconds: late.second))
            while let query = collector.nextQuery() {
                let (page, _) = list.answer(to: query, at: late)
                collector.receive(page, at: UnixTime(seconds: late.second))
            }
            collector.end(succeeded: true)
        }
        counted = collector.state.totals.byStatus.values.reduce(0) { $0 + Int($1.runs) }
        cost.missing = list.runs.count - counted
        return cost
    }

    /// What scripts do: pages of 100 from the newest row on, down to five minutes before what was newest the last time; a run
    /// is counted when it is seen with an end for the first time.
    package static func walker(_ list: PricedList, interval: Duration) -> PollingCost {
        let overlap: Int64 = 300
        var cost = PollingCost()
        var isCounted = [Bool](repeating: false, count: list.runs.count)
        var newest = list.start.second
        var last = list.start
        rounds(list, interval) { now in
            if now == list.start + warmUp { cost = PollingCost() }
            cost.rounds += 1
            let listed = list.visible(at: now)
            let lower = list.firstIndex { $0.second >= newest - overlap }
            // The page on which the first older row appears is the last.
            let requests = max(1, (listed - lower) / 100 + 1)
            let first = max(0, listed - requests * 100)
            cost.requests += requests
            cost.rows += listed - first
            for index in first..<listed where list.runs[index].endsAt <= now { isCounted[index] = true }
            if listed > 0 { newest = list.runs[listed - 1].second }
            last = now
            return now
        }
        let (from, until) = (list.ended(by: list.start + warmUp), list.ended(by: last - interval * 2))
        cost.ended = list.ended(by: last) - from
        cost.missing = isCounted[from..<max(from, until)].count { !$0 }
        return cost
    }

    /// The least that anybody can do who tells each end one round later: one request, or as many as the pages that hold the
    /// rows of the runs which began or had not ended in the round before.
    package static func least(_ list: PricedList, interval: Duration) -> PollingCost {
        var cost = PollingCost()
        var before = list.start
        rounds(list, interval) { now in
            if now == list.start + warmUp { cost = PollingCost() }
            cost.rounds += 1
            let rows = list.visible(at: now) - list.ended(by: before)
            cost.rows += rows
            cost.requests += max(1, (rows + 99) / 100)
            before = now
            return now
        }
        cost.ended = list.ended(by: before) - list.ended(by: list.start + warmUp)
        cost.delay = interval / 2
        return cost
    }

    /// Calls `round` at each interval's moment; it gives the moment in which it ended.
    private static func rounds(_ list: PricedList, _ interval: Duration, _ round: (UnixTime) -> UnixTime) {
        var next = list.start
        while next < list.end {
            let ended = round(next)
            repeat { next = next + interval } while next < ended
        }
    }
}

extension PricedList {
    /// The seconds that ended runs have waited within a span to be counted, all added up; `counted` had been before it.
    fileprivate func waiting(from: UnixTime, to: UnixTime, counted: Int) -> Double {
        let (before, after) = (ended(by: from), ended(by: to))
        var seconds = Double(before - counted) * (to - from).secondsValue
        for index in before..<max(before, after) { seconds += (to - runs[index].endsAt).secondsValue }
        return seconds
    }
}
