import TestSupport
import Testing

@testable import DifyAPI
@testable import LogCollection

@Suite struct WindowReaderTests {
    private func read(_ reader: inout WindowReader, _ list: inout ListOfLogs) -> (WindowReader.Progress, requests: Int)
    {
        var requests = 0
        while let request = reader.request {
            requests += 1
            let progress = reader.receive(list.page(request))
            if progress != .reading { return (progress, requests) }
        }
        return (.reading, requests)
    }

    @Test func `a page that is not full is the whole window`() {
        var list = ListOfLogs(logs: (0..<99).map { .make("\($0)", at: 1000 + Int64($0 / 10)) })
        var reader = WindowReader(Window(first: 1000, last: 1009))
        let (progress, requests) = read(&reader, &list)
        #expect(progress == .finished)
        #expect(requests == 1)
        #expect(reader.isWhole)
        #expect(reader.seen.count == 99)
    }

    @Test(arguments: [1, 7, 37, 99])
    func `any density below a page a second is read by time alone`(perSecond: Int) {
        var list = ListOfLogs(logs: (0..<3000).map { .make("\($0)", at: 1000 + Int64($0 / perSecond)) })
        var reader = WindowReader(Window(first: 1000))
        var pages: Set<Int> = []
        while let request = reader.request {
            pages.insert(request.page)
            if reader.receive(list.page(request)) != .reading { break }
        }
        #expect(reader.seen.count == 3000)
        #expect(pages == [1])
    }

    @Test(arguments: [100, 101, 250, 300])
    func `a crowded second is read to its last row`(rows: Int) {
        let crowd = (0..<rows).map { WorkflowLog.make("c\($0)", at: 1005, $0 % 3 == 0 ? .failed : .succeeded) }
        let others = (0..<40).map { WorkflowLog.make("o\($0)", at: 1000 + Int64($0 / 4)) }
        var list = ListOfLogs(logs: crowd + others)
        var reader = WindowReader(Window(first: 1000, last: 1009))
        let (progress, _) = read(&reader, &list)
        #expect(progress == .finished)
        #expect(reader.seen.count == rows + 40)
    }

    @Test func `rows that never come leave their second open`() {
        let logs = (0..<250).map { WorkflowLog.make("\($0)", at: 1000) }
        var reader = WindowReader(Window(second: 1000))
        var progress = WindowReader.Progress.reading
        while let request = reader.request, progress == .reading {
            // A database that sorts ties alike for each page size, and so hides the same rows each time.
            let hidden = logs.dropFirst(10)
            let rows =
                request.status == nil
                ? Array(hidden.dropFirst((request.page - 1) * request.limit).prefix(request.limit)) : []
            progress = reader.receive(LogPage.make(rows, total: request.status == nil ? 250 : 0))
        }
        #expect(progress == .finished)
        #expect(reader.open == [Window(second: 1000)])
        #expect(!reader.isWhole)
    }

    @Test func `a row that comes meanwhile does not stand for one that was never shown`() {
        let logs = (0..<150).map { WorkflowLog.make("\($0)", at: 1000) }
        let late = WorkflowLog.make("late", at: 1000)
        var reader = WindowReader(Window(second: 1000))
        // Every answer keeps the last row back, until the late one has come.
        #expect(reader.receive(.make(Array(logs[..<100]), total: 150)) == .reading)
        for limit in [100, 97] {
            #expect(reader.request?.limit == limit)
            #expect(reader.receive(.make(Array(logs[..<limit]), total: 150)) == .reading)
            #expect(reader.receive(.make(Array(logs[limit..<149]) + [logs[0]], total: 150)) == .reading)
        }
        #expect(reader.request?.status == .succeeded)
        #expect(reader.receive(.make([late] + logs[..<99], total: 151)) == .reading)
        // A hundred and fifty have been seen, and the server is asked whether that is all.
        #expect(reader.request == PageRequest(window: Window(second: 1000), limit: 1))
        #expect(reader.receive(.make([logs[7]], total: 151)) == .reading)
        #expect(reader.receive(.make(Array(logs[99...]), total: 151)) == .reading)
        #expect(reader.receive(.make([logs[7]], total: 151)) == .finished)
        #expect(reader.seen.contains(LogID("149")))
    }

    @Test func `rows that vanish meanwhile do not stand for others`() {
        let logs = (0..<120).map { WorkflowLog.make("\($0)", at: 1000) }
        var reader = WindowReader(Window(second: 1000))
        #expect(reader.receive(.make(Array(logs[..<100]), total: 120)) == .reading)
        #expect(reader.receive(.make(Array(logs[..<100]), total: 120)) == .reading)
        // Ten of those that were shown are deleted, and one is still to come.
        #expect(reader.receive(.make(Array(logs[100..<119]), total: 110)) == .reading)
        #expect(reader.request?.limit == 1)
        #expect(reader.receive(.make([logs[50]], total: 110)) == .reading)
        #expect(reader.receive(.make(Array(logs[10..<107]), total: 110)) == .reading)
        #expect(reader.receive(.make(Array(logs[107...]), total: 110)) == .reading)
        #expect(reader.receive(.make([logs[50]], total: 110)) == .finished)
        #expect(reader.seen.count == 120)
    }

    @Test func `an answer below its own count is asked again`() {
        var reader = WindowReader(Window(first: 1000, last: 1009))
        let row = WorkflowLog.make("a", at: 1001)
        #expect(reader.receive(.make([row], total: 2)) == .reading)
        #expect(reader.receive(.make([row], total: 1)) == .finished)
    }

    @Test func `an answer that stays below its count leaves the whole window open`() {
        var reader = WindowReader(Window(first: 1000, last: 1009))
        #expect(reader.receive(.make([], total: 2)) == .reading)
        #expect(reader.receive(.make([], total: 2)) == .reading)
        #expect(reader.receive(.make([], total: 2)) == .finished)
        #expect(reader.open == [Window(first: 1000, last: 1009)])
        #expect(reader.complete == [])
    }

    @Test func `a read for certain runs ends when they have been seen`() {
        var list = ListOfLogs(logs: (0..<1000).map { .make("\($0)", at: 1000 + Int64($0 / 20)) })
        var reader = WindowReader(Window(first: 1000, last: 1049), wanted: [LogID("999"), LogID("998")])
        let (progress, requests) = read(&reader, &list)
        #expect(progress == .finished)
        #expect(requests == 1)
        #expect(!reader.isWhole)
    }

    @Test func `only the part that was short is left open`() {
        var reader = WindowReader(Window(first: 1000, last: 1009))
        let full = (0..<100).map { WorkflowLog.make("\($0)", at: 1009 - Int64($0 / 20)) }
        #expect(reader.receive(.make(full, total: 150)) == .reading)
        for _ in 0..<3 { _ = reader.receive(.make(Array(full.suffix(20)), total: 70)) }
        #expect(reader.request == nil)
        #expect(reader.open == [Window(first: 1000, last: 1005)])
        #expect(reader.complete == [Window(first: 1006, last: 1009)])
    }

    @Test func `where counts are not believed nothing is asked again`() {
        var reader = WindowReader(Window(first: 1000, last: 1009), trustsCounts: false)
        #expect(reader.receive(.make([], total: 2)) == .finished)
        #expect(reader.open == [Window(first: 1000, last: 1009)])
    }

    // MARK: Rows that cannot be served

    /// Reads to the end on a server that refuses pages with one of `bad`.
    private func read(
        _ reader: inout WindowReader, _ list: inout ListOfLogs, bad: Set<String>, tellsPlaces: Bool = true,
        lie: Int64 = 0, isHaunted: Bool = false, now: Int64 = 2000
    ) -> Int {
        var requests = 0
        while let request = reader.request, requests < 5000 {
            requests += 1
            var page = list.page(request)
            page.total += lie
            // A row that is no log, on each page that has room for it.
            if isHaunted, page.logs.count < request.limit {
                page.refusedRows = [OddValue(.time, "never")]
            }
            if let index = page.logs.firstIndex(where: { bad.contains($0.id.text) }) {
                _ = reader.receiveRefusal(index: tellsPlaces ? index : nil, at: now)
            } else {
                _ = reader.receive(page)
            }
        }
        return requests
    }

    @Test(arguments: [0, 1, 37, 58, 79])
    func `a row that cannot be served costs a few requests and hides no other`(place: Int) {
        let logs = (0..<80).map { WorkflowLog.make("\($0)", at: 1000 + Int64($0) * 3) }
        var list = ListOfLogs(logs: logs)
        var reader = WindowReader(Window(first: 1000, last: 1239))
        let requests = read(&reader, &list, bad: [logs[place].id.text])
        #expect(reader.seen.count == 79)
        #expect(reader.refusing == [logs[place].createdAt: 1])
        #expect(reader.open == [])
        #expect(requests <= 10)
        #expect(!reader.complete.contains { $0.contains(logs[place].createdAt) })
    }

    @Test func `as many rows as were counted do not make a second complete that refused one`() {
        var reader = WindowReader(Window(second: 1000))
        _ = reader.receiveRefusal(index: 0, at: 1010)
        _ = reader.receive(.make([], total: 1))
        // A row that came after the count is not the one that was refused.
        #expect(reader.receive(.make([.make("late", at: 1000)], total: 2)) == .reading)
        #expect(reader.complete == [])
        #expect(reader.request == PageRequest(window: Window(second: 1000)))
    }

    @Test func `unreadable rows in a crowded second are isolated`() {
        let logs = (0..<137).map { WorkflowLog.make("\($0)", at: 1005) }
        var list = ListOfLogs(logs: logs)
        var reader = WindowReader(Window(first: 1000, last: 1009))
        let requests = read(&reader, &list, bad: [logs[20].id.text, logs[111].id.text])
        #expect(reader.seen.count == 135)
        #expect(reader.refusing == [1005: 137])
        #expect(requests < 600)
    }

    @Test(arguments: [-90_000, -1000, 20, 28, 29, 31], [true, false])
    func `an unbounded window with its newest row unreadable is read, however far ahead of the clock it is`(
        now: Int64, tellsPlaces: Bool
    ) {
        let logs = (0..<30).map { WorkflowLog.make("\($0)", at: 100_000 + Int64($0)) }
        var list = ListOfLogs(logs: logs)
        var reader = WindowReader(Window(first: 100_000))
        let requests = read(&reader, &list, bad: [logs[29].id.text], tellsPlaces: tellsPlaces, now: 100_000 + now)
        #expect(reader.seen.count == 29)
        #expect(reader.refusing == [100_029: 1])
        #expect(reader.open.isEmpty && reader.unread.isEmpty)
        #expect(requests < 40)
    }

    @Test(arguments: [true, false])
    func `a row that cannot be served is found hours ahead of the clock`(tellsPlaces: Bool) {
        let logs: [WorkflowLog] = [.make("old", at: 1000), .make("ahead", at: 90_000)]
        var list = ListOfLogs(logs: logs)
        var reader = WindowReader(Window(first: 900))
        let requests = read(&reader, &list, bad: [logs[1].id.text], tellsPlaces: tellsPlaces, now: 1005)
        #expect(reader.seen.count == 1)
        #expect(reader.refusing == [90_000: 1])
        #expect(requests < (tellsPlaces ? 45 : 120))
    }

    @Test func `a server that serves no row at all is not asked for ever`() {
        let logs = (0..<1200).map { WorkflowLog.make("\($0)", at: 1000 + Int64($0)) }
        var list = ListOfLogs(logs: logs)
        var reader = WindowReader(Window(first: 1000, last: 2199))
        let requests = read(&reader, &list, bad: Set(logs.map(\.id.text)), now: 3000)
        #expect(requests < 200)
        #expect(!reader.unread.isEmpty)
        #expect(!reader.isWhole)
        #expect(reader.complete.isEmpty)
    }

    @Test(arguments: [1, 2, 6, 17, 101, 106], [false, true])
    func `rows that only a count has are not remembered as unreadable`(rows: Int, isHaunted: Bool) {
        for lie in 1...3 as ClosedRange<Int64> {
            for seed in 1...20 as ClosedRange<UInt64> {
                let logs = (0..<rows).map { WorkflowLog.make("\($0)", at: 1005) }
                var list = ListOfLogs(logs: logs, generator: Seeded(seed))
                var reader = WindowReader(Window(second: 1005), known: Set(logs.dropFirst().map { LogID($0.id) }))
                _ = read(&reader, &list, bad: [logs[0].id.text], lie: lie, isHaunted: isHaunted)
                #expect(reader.refusing.isEmpty)
            }
        }
    }

    @Test func `known unreadable seconds are not asked for`() {
        var list = ListOfLogs(logs: (0..<40).map { .make("\($0)", at: 1000 + Int64($0)) })
        var reader = WindowReader(Window(first: 1000, last: 1039), skipping: [1007])
        let requests = read(&reader, &list, bad: ["7"])
        #expect(requests == 2)
        #expect(reader.seen.count == 39)
        #expect(reader.complete == [Window(first: 1000, last: 1006), Window(first: 1008, last: 1039)])
    }
}
