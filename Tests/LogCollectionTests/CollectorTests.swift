import CivilTime
import DifyAPI
import Testing

@testable import LogCollection

@Suite struct CollectorTests {
    private static let interval: Int64 = 10

    private func collector() -> Collector {
        var settings = CollectionSettings()
        settings.interval = .seconds(Self.interval)
        return Collector(settings: settings, state: .make(start: 1000))
    }

    /// One collection that ends well. `moment` gives the server's second of each answer.
    private func collect(
        _ collector: inout Collector, _ list: inout ListOfLogs, from begin: Int64,
        at moment: (LogsQuery) -> Int64
    ) {
        collector.begin(at: UnixTime(seconds: begin))
        while let query = collector.nextQuery() {
            let now = moment(query)
            collector.receive(list.page(query, at: now), at: UnixTime(seconds: now))
        }
        collector.end(succeeded: true)
    }

    private func collect(_ collector: inout Collector, _ list: inout ListOfLogs, at now: Int64) {
        collect(&collector, &list, from: now) { _ in now }
    }

    /// A log every second from 1000 on.
    private func list(until last: Int64) -> ListOfLogs {
        ListOfLogs(logs: (1000...last).map { .make("\($0)", at: $0) })
    }

    @Test func `seconds that were young when a catch up read them are not called complete at its end`() {
        var list = list(until: 3600)
        var collector = collector()
        // The windows of the past are read at 3440, and the last one, after a time-out or two, at 3505.
        collect(&collector, &list, from: 3440) { ($0.createdAtAfter ?? 0) >= 3399 && $0.limit > 1 ? 3505 : 3440 }
        #expect(collector.hasReachedPresent)
        #expect(collector.state.collectedUntil == 3380)
        collect(&collector, &list, at: 3510)
        #expect(collector.state.collectedUntil == 3450)
    }

    @Test func `a gap that shows only under way is caught up in windows`() {
        var list = list(until: 20_000)
        var collector = collector()
        var asked = 0
        // A Date is borne out by the rows of the first page: the clock that was followed was far behind.
        collector.begin(at: UnixTime(seconds: 1010))
        while let query = collector.nextQuery() {
            asked += 1
            collector.receive(list.page(query, at: 20_010), at: UnixTime(seconds: asked == 1 ? 1010 : 20_010))
        }
        collector.end(succeeded: true)
        let frontier = collector.state.frontier
        #expect(asked < 70)
        #expect((1200..<20_000).contains(frontier))
        for _ in 0..<100 where collector.state.frontier < 20_018 { collect(&collector, &list, at: 20_020) }
        #expect(collector.state.frontier == 20_018)
        #expect(collector.state.totals.byStatus[.succeeded]?.runs == 19_001)
    }

    @Test func `a long read ahead of a clock that was set back is not begun again and again`() {
        // More is forgotten than is recalled.
        var list = ListOfLogs(logs: (0..<40_000).map { .make("\($0)", at: 1000 + Int64($0 / 10)) })
        var state = AppState.make(start: 4000)
        (state.frontier, state.completeUntil, state.finalUntil) = (5000, 4940, 4000)
        var collector = Collector(settings: CollectionSettings(), state: state)
        var (asked, now) = (0, Int64(1620))
        collector.begin(at: UnixTime(seconds: now))
        while let query = collector.nextQuery(), asked < 400 {
            (asked, now) = (asked + 1, now + 5)
            collector.receive(list.page(query, at: .max), at: UnixTime(seconds: now))
        }
        #expect(asked < 400)
    }

    /// A collector that has been up to date for long.
    private func collected(_ list: inout ListOfLogs) -> Collector {
        var collector = collector()
        for now in stride(from: Int64(2000), through: 3300, by: 10) { collect(&collector, &list, at: now) }
        return collector
    }

    @Test func `a full audit compares all that the ledger remembers`() {
        var list = list(until: 4000)
        var collector = collected(&list)
        // Stamped by a clock that was set back, among seconds that were complete long ago.
        list.logs.append(.make("stamped-back", at: 2800))
        collector.requireFullAudit()
        collect(&collector, &list, at: 3305)
        #expect(collector.state.knows(LogID("stamped-back"), second: 2800))
        #expect(collector.state.ledger.contains(LogID("stamped-back"), second: 2800))
        #expect(
            collector.state.totals.byStatus[.succeeded]?.runs
                == UInt64(list.logs.count { (1000...3305).contains($0.createdAt) }))
    }

    @Test func `nothing more is called complete until a required full audit has ended`() {
        var list = list(until: 4000)
        var collector = collected(&list)
        let until = collector.state.collectedUntil

        // It arises in the middle of a collection, and an error ends the next one.
        collector.begin(at: UnixTime(seconds: 3310))
        while let query = collector.nextQuery() {
            collector.requireFullAudit()
            collector.receive(list.page(query, at: 3310), at: UnixTime(seconds: 3310))
        }
        collector.end(succeeded: true)
        #expect(collector.state.collectedUntil == until)
        collector.begin(at: UnixTime(seconds: 3320))
        collector.end(succeeded: false)
        #expect(collector.state.collectedUntil == until)

        list.logs.append(.make("stamped-back", at: 2800))
        collect(&collector, &list, at: 3330)
        #expect(collector.state.collectedUntil == 3270)
        #expect(collector.state.ledger.contains(LogID("stamped-back"), second: 2800))
    }
}
