import CivilTime
import DifyAPI
import Testing

@testable import LogCollection

@Suite struct CountedReadingTests {
    @Test(arguments: [
        (total: Int64(60), known: 60, young: 0, CountedReading.Agreement.exact as CountedReading.Agreement?),
        (60, 60, 2, .likely), (58, 60, 2, .likely), (57, 60, 2, nil), (61, 60, 2, nil), (59, 60, 0, nil),
        (61, 60, 0, nil),
        (.max, 60, 0, nil), (.min, 60, 5, nil),
    ])
    func `a count agrees with the known rows but for those that may have come since`(
        total: Int64, known: Int, young: Int, agreement: CountedReading.Agreement?
    ) {
        #expect(CountedReading.agreement(total: total, known: known, young: young) == agreement)
    }

    @Test func `the next page asks for what the count says is left, and for one row before it`() {
        var counting = CountedReading(first: 0, known: 50, rows: 10)
        counting.goOn(total: 75, read: 9)
        #expect(counting.rows == 17)
        counting.goOn(total: 1000, read: 9)
        #expect(counting.rows == 100)
        counting.goOn(total: 3, read: 9)
        #expect(counting.rows == 1)
        #expect(CountedReading(first: 0, known: 0, rows: 0).rows == 1)
        #expect(CountedReading(first: 0, known: 0, rows: 400).rows == 100)
    }

    @Test func `rows are expected to be late for half an hour after one was`() {
        var late = LateRows()
        #expect(!late.areExpected(at: 1000))
        late.note(at: 1000)
        #expect(late.areExpected(at: 2799) && late.areExpected(at: 1))
        #expect(!late.areExpected(at: 2800))
        late.note(at: .max)
        #expect(!late.areExpected(at: .min))
    }
}

@Suite struct CountingWindowReaderTests {
    /// A log every second from 1000 to 1099; those before 1080 are known.
    private var list = ListOfLogs(logs: (1000..<1100).map { .make("\($0)", at: $0) })

    private func reader(rows: Int) -> WindowReader {
        WindowReader(Window(first: 1080), counting: CountedReading(first: 1000, known: 80, rows: rows))
    }

    @Test func `one page brings the new rows and counts the known ones`() {
        var list = list
        var reader = reader(rows: 25)
        #expect(reader.request == PageRequest(window: Window(first: 1000), limit: 25))
        #expect(reader.receive(list.page(reader.request!)) == .finished)
        #expect(reader.isWhole && reader.complete == [Window(first: 1080)])
        #expect(reader.count! == (Window(first: 1000), 100))
    }

    @Test func `a page without a known row is not the last, whatever the count says`() {
        var list = list
        var reader = reader(rows: 20)
        #expect(reader.receive(list.page(reader.request!)) == .reading)
        #expect(reader.request == PageRequest(window: Window(first: 1000, last: 1080), limit: 2))
        #expect(reader.receive(list.page(reader.request!)) == .finished)
        #expect(reader.isWhole && reader.count! == (Window(first: 1000, last: 1080), 81))
    }

    @Test(arguments: [1, 3, 80])
    func `known rows that were deleted before the window hide no row of it`(deleted: Int) {
        var list = list
        list.logs.removeFirst(deleted)
        list.logs += (0..<3).map { .make("tied-\($0)", at: 1081) }
        var reader = reader(rows: 20)
        var requests = 0
        while let request = reader.request, requests < 10 {
            requests += 1
            _ = reader.receive(list.page(request))
        }
        #expect(requests <= 4)
        #expect(
            reader.isWhole && reader.seen.isSuperset(of: list.logs.filter { $0.createdAt >= 1080 }.map { LogID($0.id) })
        )
    }

    @Test(arguments: [1, 2, 7, 19, 100])
    func `pages that are too short are followed by others until all is read`(rows: Int) {
        var list = list
        var reader = reader(rows: rows)
        var requests = 0
        while let request = reader.request {
            requests += 1
            _ = reader.receive(list.page(request))
        }
        #expect(requests <= 2)
        #expect(reader.isWhole && reader.seen.isSuperset(of: (1080..<1100).map { LogID("\($0)") }))
        let (window, total) = reader.count!
        #expect(total == Int64((window.last ?? 1099) - 999))
    }

    @Test func `a crowded second takes pages of its own, and then nothing more is counted`() {
        var list = ListOfLogs(
            logs: (0..<250).map { .make("c\($0)", at: 1090) } + (1000..<1080).map { .make("\($0)", at: $0) })
        var reader = reader(rows: 20)
        while let request = reader.request { _ = reader.receive(list.page(request)) }
        #expect(reader.isWhole && reader.seen.count >= 250)
        #expect(reader.count == nil)
    }

    @Test func `an answer with fewer rows than its count says is asked for again without counting`() {
        var list = list
        var reader = reader(rows: 25)
        #expect(reader.receive(.make(Array(list.logs.suffix(10)), total: 100)) == .reading)
        #expect(reader.request == PageRequest(window: Window(first: 1080)))
        #expect(reader.receive(list.page(reader.request!)) == .finished)
        #expect(reader.isWhole && reader.count == nil)
    }

    @Test func `a row that cannot be served and lies before the window keeps nobody from reading it`() {
        var list = list
        var reader = reader(rows: 25)
        #expect(reader.receiveRefusal(index: 22, at: 1100) == .reading)
        #expect(reader.request == PageRequest(window: Window(first: 1080)))
        #expect(reader.receive(list.page(reader.request!)) == .finished)
        #expect(reader.isWhole && reader.refusing.isEmpty && reader.count == nil)
    }
}

@Suite struct CountedRoundTests {
    /// A list that counts as it was some moments before its rows are selected.
    private struct MovingList {
        var rows: ListOfLogs
        /// When logs become visible that do not in the second that stamps them.
        var visibleFrom: [String: Int64] = [:]
        /// A log that comes between the count and the rows of an answer, in this second.
        var between: (id: String, second: Int64)?
        /// A log that is counted and not shown.
        var hidden: String?
        var requests = 0

        mutating func page(_ query: LogsQuery, at now: Int64) -> LogPage {
            requests += 1
            func isVisible(_ log: WorkflowLog, isCounted: Bool) -> Bool {
                if isCounted, let between, between.second == now, between.id == log.id.text { return false }
                if !isCounted, log.id.text == hidden { return false }
                return (visibleFrom[log.id.text] ?? log.createdAt) <= now
            }
            let all = rows.logs
            defer { rows.logs = all }
            rows.logs = all.filter { isVisible($0, isCounted: true) }
            let total = rows.page(query, at: .max).total
            rows.logs = all.filter { isVisible($0, isCounted: false) }
            let page = rows.page(query, at: .max)
            return LogPage(
                page: page.page, limit: page.limit, total: total, hasMore: total > page.page * page.limit,
                logs: page.logs)
        }
    }

    /// A log every ten seconds, and a collector that has been up to date for long.
    private func world() -> (Collector, MovingList) {
        let logs = (0..<300).map { WorkflowLog.make("\($0)", at: 1000 + 10 * Int64($0)) }
        var list = MovingList(rows: ListOfLogs(logs: logs))
        var settings = CollectionSettings()
        settings.interval = .seconds(30)
        var collector = Collector(settings: settings, state: .make(start: 1000))
        for now in stride(from: Int64(1033), through: 2533, by: 30) { collect(&collector, &list, at: now) }
        return (collector, list)
    }

    @discardableResult
    private func collect(_ collector: inout Collector, _ list: inout MovingList, at now: Int64) -> Int {
        let before = list.requests
        collector.begin(at: UnixTime(seconds: now))
        while let query = collector.nextQuery() {
            collector.receive(list.page(query, at: now), at: UnixTime(seconds: now))
        }
        collector.end(succeeded: true)
        return list.requests - before
    }

    @Test func `a round takes one request, and all that may get late rows is proven by it`() {
        var (collector, list) = world()
        #expect(collect(&collector, &list, at: 2563) == 1)
        #expect(collector.state.collectedUntil == 2503)
        #expect(collector.state.finalUntil == 2563 - 960)
        #expect(collector.state.totals.byStatus[.succeeded]?.runs == 157)
    }

    @Test(arguments: [Int64(2520), 2490, 2000])
    func `a late row is found in the round after it has become visible, however late it is`(second: Int64) {
        var (collector, list) = world()
        list.rows.logs.append(.make("late", at: second))
        list.visibleFrom["late"] = 2550
        collect(&collector, &list, at: 2563)
        #expect(collector.state.ledger.contains(LogID("late"), second: second))
        #expect(collector.state.collectedUntil == 2503)
    }

    @Test func `where a row was late, what may get others is compared by counts of its own`() {
        var (collector, list) = world()
        list.rows.logs.append(.make("late", at: 2520))
        list.visibleFrom["late"] = 2550
        collect(&collector, &list, at: 2563)
        list.rows.logs.append(.make("later", at: 2540))
        list.rows.logs.append(.make("between", at: 2594))
        (list.visibleFrom["later"], list.between) = (2580, ("between", 2594))
        collect(&collector, &list, at: 2594)
        #expect(collector.state.ledger.contains(LogID("later"), second: 2540))
        #expect(collector.state.collectedUntil == 2534)
    }

    @Test func `a row that comes after the count does not hide a late one beyond the next round`() {
        var (collector, list) = world()
        list.rows.logs.append(.make("late", at: 2504))
        list.visibleFrom["late"] = 2560
        list.rows.logs.append(.make("between", at: 2564))
        list.between = ("between", 2564)
        // The count and the known rows are as many.
        #expect(collect(&collector, &list, at: 2564) == 1)
        #expect(!collector.state.ledger.contains(LogID("late"), second: 2504))
        #expect(collector.state.collectedUntil <= 2504)
        collect(&collector, &list, at: 2594)
        #expect(collector.state.ledger.contains(LogID("late"), second: 2504))
        #expect(collector.state.collectedUntil > 2504)
    }

    @Test(arguments: [Int64(2575), 2572])
    func `a run that an answer does not show is not given up if a row came after the count`(stamp: Int64) {
        var (collector, list) = world()
        list.rows.logs.append(.make("long", at: 2561, .running))
        collect(&collector, &list, at: 2563)
        list.rows.logs.append(.make("between", at: stamp))
        (list.hidden, list.between) = ("long", ("between", 2575))
        // The answer holds as many rows as were counted.
        collector.requireFullAudit()
        collect(&collector, &list, at: 2575)
        #expect(collector.state.unfinished[LogID("long")] != nil)
        #expect(collector.state.totals.abandoned.isEmpty)
    }

    @Test(arguments: [Int64(60), 61])
    func `where a row is stamped more than a minute ahead of the clock, nothing is counted along`(ahead: Int64) {
        var (collector, list) = world()
        list.rows.logs.append(.make("ahead", at: 2593 + ahead))
        list.visibleFrom["ahead"] = 2540
        collect(&collector, &list, at: 2563)
        collector.begin(at: UnixTime(seconds: 2593))
        // Who counts along asks for no more rows than are expected.
        #expect((collector.nextQuery()?.limit == 100) == (ahead > 60))
    }

    @Test func `a deleted row is noticed by its count`() {
        var (collector, list) = world()
        list.rows.logs.removeAll { $0.createdAt == 2520 }
        #expect(collect(&collector, &list, at: 2563) > 1)
        #expect(collect(&collector, &list, at: 2593) == 1)
    }
}
