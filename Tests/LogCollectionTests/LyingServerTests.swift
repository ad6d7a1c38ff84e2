import CivilTime
import DifyAPI
import TestSupport
import Testing

@testable import LogCollection

/// A collector on servers whose counts and rows disagree, or that cannot serve some rows.
@Suite struct LyingServerTests {
    /// A server, the collector that reads it, and the clock of both.
    private struct Scene {
        var list: ListOfLogs
        var collector: Collector
        var now: Int64
        /// What the server says instead of its count.
        var count: (Int64) -> Int64 = { $0 }
        /// How many of the newest rows of an answer with more than `hiddenFrom` rows are left out.
        var hiding = 0
        var bad: Set<String> = []
        var requests = 0
        var findings: [Collector.Finding] = []

        init(logs: [WorkflowLog], start: Int64 = 1000, now: Int64) {
            list = ListOfLogs(logs: logs)
            collector = Collector(settings: CollectionSettings(), state: .make(start: start))
            self.now = now
        }

        /// One round; gives its number of requests.
        @discardableResult
        mutating func round(hidingIn hides: (LogsQuery, Int) -> Bool = { _, _ in false }) -> Int {
            var asked = 0
            collector.begin(at: UnixTime(seconds: now))
            while let query = collector.nextQuery(), asked < 100_000 {
                asked += 1
                var page = list.page(query, at: now)
                if let index = page.logs.firstIndex(where: { bad.contains($0.id.text) }) {
                    let isTaken = collector.receiveRefusal(index: index, at: UnixTime(seconds: now))
                    #expect(isTaken)
                    continue
                }
                page.total = count(page.total)
                if hides(query, asked) { page.logs = Array(page.logs.dropFirst(10)) }
                collector.receive(page, at: UnixTime(seconds: now))
                #expect(collector.state.brokenInvariant == nil)
            }
            collector.end(succeeded: true)
            #expect(collector.state.brokenInvariant == nil)
            findings += collector.takeFindings()
            requests += asked
            return asked
        }

        var counted: UInt64 { collector.state.totals.byStatus.values.reduce(0) { $0 + $1.runs } }
    }

    @Test func `three answers of a catch-up that hold too few rows lose nothing`() {
        let logs = (0..<200).map { WorkflowLog.make("\($0)", at: 1000 + Int64($0) * 10) }
        var scene = Scene(logs: logs, now: 3100)
        var short = 0
        scene.round { query, _ in
            guard query.limit == 100, query.createdAtBefore != nil, short < 3 else { return false }
            short += 1
            return true
        }
        #expect(short == 3)
        let open = scene.collector.state.openWindows
        #expect(!open.isEmpty)
        #expect(scene.collector.state.collectedUntil <= open.first ?? .max)
        for _ in 0..<3 {
            scene.now += 30
            scene.round()
        }
        #expect(scene.counted == 200)
        #expect(scene.collector.state.openWindows.isEmpty)
        #expect(scene.collector.state.collectedUntil > 3000)
    }

    @Test(arguments: [
        "one more", "a thousand more", "a million million more", "more each time", "fewer", "twice as many",
    ])
    func `counts that never agree cost few requests a round for an hour`(kind: String) {
        // A run every five seconds, for an hour and before.
        let logs = (0..<1500).map { WorkflowLog.make("\($0)", at: 1000 + Int64($0) * 5) }
        var scene = Scene(logs: logs, start: 4000, now: 4600)
        var extra: Int64 = 0
        scene.count = { count in
            switch kind {
            case "one more": return count + 1
            case "a thousand more": return count + 1000
            case "a million million more": return count + 1_000_000_000_000
            case "more each time":
                extra += 1
                return count + extra
            case "fewer": return max(0, count - 1)
            default: return count * 2
            }
        }
        // What the server has so far is all that it shows.
        let all = logs
        var costly = 0
        for round in 0..<120 {
            scene.list.logs = all.filter { $0.createdAt <= scene.now }
            let asked = scene.round()
            if round > 4, asked >= 5 { costly += 1 }
            scene.now += 30
        }
        // The round that finds out may take more.
        #expect(costly <= 1, "\(kind)")
        #expect(scene.requests < 120 * 4, "\(kind)")
        let last = scene.now - 32
        #expect(scene.counted >= UInt64(all.count { (4000..<last).contains($0.createdAt) }), "\(kind)")
        #expect(scene.collector.state.isCaughtUp)
        #expect(scene.collector.state.openWindows.windows.count <= OpenWindows.limit)
    }

    @Test func `five unreadable rows among 1,200 hide no other run, and are counted when they are repaired`() {
        let crowd = (0..<140).map { WorkflowLog.make("c\($0)", at: 3000) }
        let others = (0..<1060).map { WorkflowLog.make("\($0)", at: 1000 + Int64($0) * 4) }
        var scene = Scene(logs: crowd + others, now: 5400)
        scene.bad = ["c17", "c90", "3", "500", "1059"]
        scene.round()
        scene.now += 30
        scene.round()
        #expect(scene.requests <= 450)
        #expect(scene.counted == 1195)
        #expect(scene.collector.tally.unreadableRows == 5)
        #expect(scene.collector.state.openWindows.isEmpty)
        for _ in 0..<40 {
            scene.now += 30
            scene.round()
        }
        #expect(scene.counted == 1195)
        scene.bad = []
        for _ in 0..<70 {
            scene.now += 30
            scene.round()
        }
        #expect(scene.counted == 1200)
        #expect(scene.collector.state.unreadable.isEmpty)
        #expect(scene.collector.tally.unreadableRows == 5)
    }

    @Test func `a round among thousands of rows that cannot be served has a bound, and none is lost`() {
        let logs = (0..<1500).map { WorkflowLog.make("\($0)", at: 1000 + Int64($0)) }
        var scene = Scene(logs: logs, now: 2600)
        scene.bad = Set(logs.filter { $0.createdAt % 10 != 0 }.map(\.id.text))
        for _ in 0..<5 {
            #expect(scene.round() <= 400)
            scene.now += 30
        }
        scene.bad = []
        for _ in 0..<60 {
            #expect(scene.round() <= 400)
            scene.now += 30
        }
        #expect(scene.counted == 1500)
        #expect(!scene.findings.contains { if case .gaveUp = $0 { true } else { false } })
    }

    @Test func `a count with a thousand rows too many costs little in seconds that cannot be served`() {
        let logs = (0..<200).map { WorkflowLog.make("\($0)", at: 1000 + Int64($0) * 10) }
        var scene = Scene(logs: logs, now: 3000)
        scene.bad = ["3", "4", "77", "78", "150"]
        scene.count = { $0 + 1000 }
        // Each bad second is found once, by cutting down to it; a walk over the rows that are not there would take 500 requests.
        #expect(scene.round() <= 150)
        for _ in 0..<20 {
            scene.now += 30
            #expect(scene.round() <= 60)
        }
        scene.count = { $0 }
        scene.bad = []
        for _ in 0..<40 {
            scene.round()
            scene.now += 30
        }
        #expect(scene.counted == 200)
    }

    @Test func `a round of a catch-up through crowded seconds has a bound`() {
        let logs = (0..<5000).map { WorkflowLog.make("\($0)", at: 1000 + Int64($0 / 250) * 100) }
        var scene = Scene(logs: logs, now: 3100)
        var rounds = 0
        repeat {
            rounds += 1
            #expect(scene.round() <= 250)
        } while !scene.collector.hasReachedPresent && rounds < 50
        #expect(scene.counted == 5000)
    }

    @Test func `a run that waits in a second with an unreadable row is counted when it ends`() {
        let logs = [
            WorkflowLog.make("bad", at: 2000), WorkflowLog.make("waits", at: 2000, .running),
            WorkflowLog.make("other", at: 1990),
        ]
        var scene = Scene(logs: logs, start: 1900, now: 2020)
        scene.bad = ["bad"]
        scene.round()
        #expect(scene.counted == 1)
        scene.list.logs[1] = .make("waits", at: 2000)
        for _ in 0..<10 {
            scene.now += 30
            scene.round()
        }
        #expect(scene.counted == 2)
        #expect(scene.collector.state.unfinished.isEmpty)
    }

    @Test(arguments: [1, 140])
    func `a run that cannot be served any more is looked for as rarely as one that lasts`(rows: Int) {
        let waiting = (0..<rows).map { WorkflowLog.make("\($0)", at: 2000, .running) }
        let others = [WorkflowLog.make("early", at: 1990), .make("late", at: 2050)]
        var scene = Scene(logs: waiting + others.prefix(1), start: 1900, now: 2020)
        scene.round()
        #expect(scene.collector.state.unfinished.count == rows)
        scene.list.logs += others.suffix(1)
        scene.bad = Set(waiting.map(\.id.text))
        var costly = 0
        for _ in 0..<120 {
            scene.now += 30
            if scene.round() > 3 { costly += 1 }
        }
        // An eighth of its age passes between two looks, and the row that cannot be served has tries of its own.
        #expect(costly < 40)
        #expect(scene.counted == 2)
        #expect(scene.collector.state.openWindows.isEmpty)
        scene.bad = []
        scene.list.logs = others + (0..<rows).map { .make("\($0)", at: 2000) }
        for _ in 0..<20 {
            scene.now += 30
            scene.round()
        }
        #expect(scene.counted == 2 + UInt64(rows))
    }

    @Test func `a run that cannot be served in a crowded second keeps no open window waiting`() {
        let crowd = (0..<220).map { WorkflowLog.make("\($0)", at: 2000, .running) }
        var scene = Scene(logs: crowd, start: 1900, now: 2020)
        scene.round()
        scene.bad = Set(crowd.map(\.id.text))
        scene.now = 2200
        scene.round()
        scene.list.logs.append(.make("late", at: 2100))
        var state = scene.collector.state
        _ = state.openWindows.open(2090...2110, at: 2200, lateLimit: 960) { _ in 0 }
        scene.collector = Collector(settings: CollectionSettings(), state: state)
        for _ in 0..<4 {
            scene.now += 30
            scene.round()
        }
        #expect(scene.counted == 1)
        #expect(scene.collector.state.openWindows.isEmpty)
    }

    @Test func `an open window of nothing but unreadable seconds holds nothing up`() {
        var scene = Scene(
            logs: [.make("bad", at: 2000), .make("worse", at: 2001), .make("late", at: 2005)], start: 1900, now: 2120)
        scene.bad = ["bad", "worse"]
        var state = AppState.make(start: 1900)
        state.frontier = 2100
        for second in [2000, 2001] as [Int64] { _ = state.noteUnreadable(1, second: second, at: 2110) }
        for window in [2000...2001, 2005...2005] as [ClosedRange<Int64>] {
            _ = state.openWindows.open(window, at: 2110, lateLimit: 960) { _ in 0 }
        }
        scene.collector = Collector(settings: CollectionSettings(), state: state)
        scene.round()
        #expect(scene.counted == 1)
        #expect(scene.collector.state.openWindows.isEmpty)
        #expect(scene.collector.state.unreadable.seconds.count == 2)
    }

    @Test func `open windows that hold nothing new are closed, twelve in a round`() {
        let logs = (0..<24).map { WorkflowLog.make("\($0)", at: 2000 + Int64($0) * 20) }
        var scene = Scene(logs: logs, start: 1900, now: 2600)
        scene.round()
        #expect(scene.counted == 24)
        var state = scene.collector.state
        for log in logs {
            _ = state.openWindows.open(log.createdAt...log.createdAt, at: 2600, lateLimit: 960) { _ in 1 }
        }
        scene.collector = Collector(settings: CollectionSettings(), state: state)
        for _ in 0..<2 {
            scene.now += 30
            #expect(scene.round() <= 16)
        }
        #expect(scene.collector.state.openWindows.isEmpty)
    }

    @Test func `an open window of known rows and of those that cannot be served is read in few rounds`() {
        let known = (0..<40).map { WorkflowLog.make("\($0)", at: 2000 + Int64($0) * 4) }
        let bad = (0..<40).map { WorkflowLog.make("bad-\($0)", at: 2002 + Int64($0) * 4) }
        var scene = Scene(logs: known, start: 1900, now: 2400)
        scene.round()
        #expect(scene.counted == 40)
        scene.list = ListOfLogs(logs: known + bad)
        scene.bad = Set(bad.map(\.id.text))
        var state = scene.collector.state
        _ = state.openWindows.open(2000...2199, at: 2400, lateLimit: 960) { _ in 40 }
        scene.collector = Collector(settings: CollectionSettings(), state: state)
        var rounds = 0
        while !scene.collector.state.openWindows.isEmpty, rounds < 100 {
            rounds += 1
            #expect(scene.round() <= 400)
            scene.now += 30
        }
        #expect(scene.collector.state.unreadable.count(in: Window(first: 2000, last: 2199)) == 40)
        #expect(rounds <= 7)
    }

    @Test func `a round through many open windows of rows that cannot be served has a bound`() {
        let bad = (0..<480).map { WorkflowLog.make("\($0)", at: 2000 + Int64($0 / 40) * 100 + Int64($0 % 40)) }
        var scene = Scene(logs: bad, start: 1900, now: 3300)
        scene.bad = Set(bad.map(\.id.text))
        var state = AppState.make(start: 1900)
        state.frontier = 3290
        for first in stride(from: Int64(2000), to: 3200, by: 100) {
            _ = state.openWindows.open(first...(first + 39), at: 3290, lateLimit: 960) { _ in 0 }
        }
        scene.collector = Collector(settings: CollectionSettings(), state: state)
        for _ in 0..<60 {
            #expect(scene.round() <= 260)
            scene.now += 30
        }
        #expect(scene.collector.state.unreadable.count(in: Window(first: 2000, last: 3199)) == 480)
        #expect(scene.collector.state.openWindows.isEmpty)
        #expect(scene.collector.tally.windowsGivenUp == 0)
    }

    @Test(arguments: 0..<10)
    func `an open crowded second whose readable rows are all known is closed in few tries`(seed: UInt64) {
        let logs = (0..<140).map { WorkflowLog.make("\($0)", at: 2000) }
        var scene = Scene(logs: logs, start: 1900, now: 2400)
        scene.bad = Set(logs.prefix(18).map(\.id.text))
        scene.list.generator = Seeded(seed)
        var state = AppState.make(start: 1900)
        state.frontier = 2390
        for log in logs.dropFirst(18) { state.ledger.insert(LogID(log.id), second: log.createdAt) }
        _ = state.openWindows.open(2000...2000, at: 2390, lateLimit: 960) { _ in 122 }
        scene.collector = Collector(settings: CollectionSettings(), state: state)
        for _ in 0..<6 {
            scene.round()
            scene.now += 30
        }
        #expect(scene.collector.state.openWindows.isEmpty)
        #expect(scene.collector.state.unreadable.count(in: Window(second: 2000)) == 18)
        #expect(scene.requests <= 1500)
    }

    @Test func `rows that are repaired together are counted together`() {
        let logs = (0..<40).map { WorkflowLog.make("\($0)", at: 2000 + Int64($0)) }
        var scene = Scene(logs: logs, start: 1900, now: 2060)
        scene.bad = Set(logs.map(\.id.text))
        var first = 0
        while scene.collector.state.unreadable.seconds.count < 40, first < 60 {
            first += 1
            scene.round()
            scene.now += 30
        }
        #expect(scene.counted == 0)
        #expect(scene.collector.state.unreadable.seconds.count == 40)
        scene.bad = []
        var rounds = 0
        while scene.counted < 40, rounds < 100 {
            rounds += 1
            scene.now += 30
            scene.round()
        }
        #expect(scene.counted == 40)
        #expect(scene.collector.state.unreadable.isEmpty)
        #expect(rounds <= 3)
    }

    @Test func `rows that were counted and cannot be served any more are not searched for in each round`() {
        let logs = (0..<275).map { WorkflowLog.make("\($0)", at: 2000 + Int64($0)) }
        var scene = Scene(logs: logs, start: 1900, now: 2300)
        scene.round()
        #expect(scene.counted == 275)
        scene.bad = Set(logs.map(\.id.text))
        for _ in 0..<120 {
            scene.now += 30
            scene.round()
        }
        #expect(scene.counted == 275)
        #expect(scene.collector.tally.unreadableRows == 0)
        #expect(scene.requests < 3600)
        #expect(scene.collector.state.collectedUntil > scene.now - 240)
    }

    @Test func `a late row among twenty seconds whose rows cannot be served any more is found by counts`() {
        let logs = (0..<20).map { WorkflowLog.make("\($0)", at: 2020 + Int64($0)) }
        var scene = Scene(logs: Array(logs.dropFirst()), start: 1900, now: 2060)
        scene.round()
        // Since one was late, rows that may be are read again.
        scene.list.logs.append(logs[0])
        scene.now += 5
        scene.round()
        scene.bad = Set(logs.map(\.id.text))
        scene.now += 10
        scene.round()
        #expect(scene.collector.state.unreadable.seconds.count == 20)
        #expect(scene.collector.state.unreadable.seconds.values.allSatisfy { $0.rows == 0 })
        scene.list.logs.append(.make("late", at: 2035))
        // The second's own turn would come after more than ten rounds.
        var rounds = 0
        while scene.counted < 21, rounds < 20 {
            scene.now += 10
            scene.round()
            rounds += 1
        }
        #expect(scene.counted == 21)
        #expect(rounds <= 5)
    }

    @Test func `a late row in the second of one that cannot be served is found before its second is called complete`() {
        let logs = (0..<20).map { WorkflowLog.make("\($0)", at: 1900 + Int64($0) * 5) }
        var scene = Scene(logs: logs + [.make("bad", at: 2000)], start: 1800, now: 2000)
        // So many that the turn of the last comes rounds later.
        scene.bad = ["bad", "3", "4", "5", "6", "7", "8"]
        scene.round()
        #expect(scene.collector.state.unreadable.count(in: Window(second: 2000)) == 1)
        scene.list.logs.append(.make("late", at: 2000))
        scene.now += 70
        scene.round()
        #expect(scene.collector.state.collectedUntil > 2000)
        #expect(scene.collector.state.knows(LogID("late"), second: 2000))
    }

    @Test func `a window behind a crowded second is read in a few rounds on a server that is in doubt`() {
        let crowd = (0..<120).map { WorkflowLog.make("c\($0)", at: 2900) }
        let others = (0..<60).map { WorkflowLog.make("\($0)", at: 2000 + Int64($0) * 10) }
        var scene = Scene(logs: crowd + others, start: 1900, now: 3700)
        var state = AppState.make(start: 1900)
        state.frontier = 3690
        for log in (crowd + others).dropLast(2) { state.ledger.insert(LogID(log.id), second: log.createdAt) }
        _ = state.openWindows.open(2000...3600, at: 3600, lateLimit: 960) { _ in 178 }
        scene.collector = Collector(settings: CollectionSettings(), state: state)
        // Counts that are wrong in each round.
        scene.count = { $0 > 0 ? $0 + 1 : 0 }
        for _ in 0..<40 {
            scene.now += 30
            scene.round()
        }
        scene.count = { $0 }
        for _ in 0..<20 {
            scene.now += 30
            scene.round()
        }
        #expect(scene.counted == 2)
    }

    @Test func `unreadable rows outlive a restart`() throws {
        var scene = Scene(logs: [.make("bad", at: 2000), .make("good", at: 2000)], start: 1900, now: 2020)
        scene.bad = ["bad"]
        scene.round()
        let checkpoint = Checkpoint(
            identity: .init(name: "a", baseURL: "b", difyName: nil), state: scene.collector.state)
        let read = try Checkpoint(encoded: checkpoint.encoded)
        #expect(read.state.unreadable == scene.collector.state.unreadable)
        var kept = scene.collector.state
        kept.totals.recent = RecentRuns()
        #expect(read.state == kept)
    }

    @Test func `a window without hope is given up into a counter and the log`() {
        let logs = (0..<40).map { WorkflowLog.make("\($0)", at: 1000 + Int64($0) * 10) }
        var scene = Scene(logs: logs, now: 1450)
        scene.round { query, _ in query.limit == 100 }
        #expect(!scene.collector.state.openWindows.isEmpty)
        for _ in 0..<80 {
            scene.now += 30
            scene.round { query, _ in query.limit == 100 && (query.createdAtAfter ?? 0) < 1400 }
        }
        #expect(scene.collector.state.openWindows.isEmpty)
        #expect(scene.collector.tally.windowsGivenUp > 0)
        #expect(scene.findings.contains { if case .gaveUp = $0 { true } else { false } })
    }
}
