import CivilTime
import DifyAPI
import Testing

@testable import LogCollection

/// A collector whose server's clock is set back by hours, to among logs that it has forgotten.
@Suite struct ClockSetBackTests {
    private struct Scene {
        var list = ListOfLogs(logs: (0..<500).map { WorkflowLog.make("\($0)", at: 10_000 + Int64($0) * 20) })
        var collector = Collector(settings: CollectionSettings(), state: .make(start: 10_000))
        var now: Int64 = 20_100
        var findings: [Collector.Finding] = []
        var hidden = 0

        init() {
            // What is older than the latest late row is forgotten.
            for _ in 0..<10 { round() }
        }

        /// One round; gives its number of requests.
        @discardableResult
        mutating func round() -> Int {
            var asked = 0
            collector.begin(at: UnixTime(seconds: now))
            while let query = collector.nextQuery(), asked < 1000 {
                asked += 1
                // Rows keep their stamps, also those that lie in the future now.
                var page = list.page(query, at: .max)
                if hidden > 0, !page.logs.isEmpty {
                    page.logs.removeFirst()
                    hidden -= 1
                }
                collector.receive(page, at: UnixTime(seconds: now))
                #expect(collector.state.brokenInvariant == nil)
            }
            collector.end(succeeded: true)
            #expect(collector.state.brokenInvariant == nil)
            findings += collector.takeFindings()
            now += 30
            return asked
        }

        mutating func setClockBack(by seconds: Int64) {
            now -= seconds
            collector.requireFullAudit()
        }

        mutating func addLogs(_ count: Int, _ name: String) {
            list.logs += (0..<count).map { WorkflowLog.make("\(name)-\($0)", at: now - Int64($0)) }
        }

        var counted: UInt64 { collector.state.totals.byStatus.values.reduce(0) { $0 + $1.runs } }
    }

    @Test func `logs that are stamped among forgotten ones are counted, and those are not counted again`() {
        var scene = Scene()
        #expect(scene.counted == 500)
        #expect(scene.collector.state.ledger.floor > 18_000)
        scene.setClockBack(by: 7200)
        scene.round()
        #expect(scene.counted == 500)
        #expect(scene.findings.contains { if case .recalled = $0 { true } else { false } })
        for round in 0..<300 {
            scene.addLogs(2, "new-\(round)")
            scene.now += 3
            #expect(scene.round() <= 8)
        }
        scene.now += 1000
        for _ in 0..<10 { scene.round() }
        #expect(scene.counted == 1100)
        #expect(scene.collector.state.collectedUntil > scene.now - 300)
    }

    @Test func `what cannot be recalled is neither counted nor counted again, says so once, and is tried later`() {
        var scene = Scene()
        scene.setClockBack(by: 7200)
        scene.hidden = 6
        for _ in 0..<5 { scene.round() }
        #expect(scene.counted == 500)
        let told = scene.findings.count { if case .notRecalled = $0 { true } else { false } }
        #expect(told == 1)
        for _ in 0..<15 { scene.round() }
        #expect(scene.findings.contains { if case .recalled = $0 { true } else { false } })
        scene.addLogs(3, "new")
        scene.now += 3
        for _ in 0..<5 { scene.round() }
        #expect(scene.counted == 503)
    }

    @Test func `rows are counted at once where only Date has gone back`() {
        var scene = Scene()
        scene.setClockBack(by: 7200)
        for _ in 0..<3 { scene.round() }
        scene.list.logs += [WorkflowLog.make("right", at: scene.now + 7200)]
        scene.round()
        #expect(scene.counted == 501)
    }

    @Test(arguments: [1, 10, 40])
    func `rows that came while a clock ran ahead by days are counted once it is right`(rounds: Int) {
        var scene = Scene()
        let days: Int64 = 3 * 86_400
        for index in 0..<rounds {
            scene.addLogs(2, "ahead-\(index)")
            scene.now += days
            scene.round()
            scene.now -= days
        }
        // It became visible late, and is older than the newest row that was read.
        scene.list.logs.append(.make("late", at: scene.now - 900))
        scene.collector.requireFullAudit()
        for _ in 0..<3 { scene.round() }
        #expect(scene.counted == UInt64(500 + 2 * rounds + 1))
    }

    @Test func `rows that came while a clock ran ahead are counted where it is right only after its lead has passed`() {
        var scene = Scene()
        let lead: Int64 = 3600
        for index in 0..<4 {
            scene.addLogs(2, "ahead-\(index)")
            scene.now += lead
            scene.round()
            scene.now -= lead
        }
        // Nobody reads until the right time is past what the wrong clock had come to.
        for _ in 0..<20 {
            scene.now += 200
            scene.addLogs(2, "down-\(scene.now)")
        }
        scene.collector.requireFullAudit()
        for _ in 0..<3 { scene.round() }
        #expect(scene.counted == 500 + 8 + 40)
    }

    @Test func `what is stamped below all that was final and is remembered is found by a full audit`() {
        var scene = Scene()
        scene.now += 7200
        for _ in 0..<3 { scene.round() }
        scene.list.logs.append(.make("unseen", at: 19_960))
        scene.round()
        #expect(scene.counted == 500)
        scene.collector.requireFullAudit()
        for _ in 0..<2 { scene.round() }
        #expect(scene.counted == 501)
    }
}
