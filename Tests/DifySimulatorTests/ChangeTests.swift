import CivilTime
import DifyAPI
import DifySimulator
import Testing

@Suite struct ChangeTests {
    private let late = start + .seconds(1000)

    /// Runs at 0 s and at 500 s, both long over at 1000 s.
    private func two() -> SimulatedDify {
        var dify = SimulatedDify.make()
        dify.add(RunScript())
        dify.add(RunScript(), at: start + .seconds(500))
        return dify
    }

    @Test func `retention removes logs and the total falls`() throws {
        var dify = two()
        dify.apply(.remove(app: "app", .retention, olderThan: .seconds(600)), at: late)
        #expect(try dify.page(at: late).logs.map(\.createdAt) == [start.second + 500])
        dify.apply(.restore(app: "app"), at: late)
        #expect(try dify.page(at: late).total == 1)
        #expect(dify.truth(of: "app", at: late).finished == 2)
    }

    @Test func `runs can go before their logs`() throws {
        var dify = two()
        dify.apply(.remove(app: "app", .runsFirst, olderThan: .seconds(600)), at: late)
        #expect(try dify.page(at: late).logs.map { $0.run == nil } == [false, true])
        dify.apply(.remove(app: "app", .retention, olderThan: .seconds(600)), at: late + .seconds(9))
        #expect(try dify.page(at: late + .seconds(9)).total == 1)
    }

    @Test func `archived logs come back with their i ds and times`() throws {
        var dify = two()
        let before = try dify.page(at: late)
        dify.apply(.remove(app: "app", .archive, olderThan: .seconds(600)), at: late)
        #expect(try dify.page(at: late).total == 1)
        dify.apply(.restore(app: "app"), at: late + .seconds(60))
        #expect(try dify.page(at: late + .seconds(60)) == before)
    }

    @Test func `what is deleted before its end is never known`() throws {
        var dify = SimulatedDify.make()
        dify.add(RunScript(duration: .seconds(900)))
        dify.apply(.remove(app: "app", .retention, olderThan: .seconds(60)), at: start + .seconds(100))
        let truth = dify.truth(of: "app", at: late)
        #expect(truth.finished == 0 && truth.unfinished.isEmpty)
        #expect(dify.runs(of: "app").count == 1)
    }

    @Test func `what is deleted before it can be read never appears`() throws {
        var dify = SimulatedDify.make()
        var script = RunScript()
        script.rowDelay = .seconds(100)
        dify.add(script)
        dify.apply(.remove(app: "app", .retention, olderThan: .seconds(10)), at: start + .seconds(50))
        #expect(try dify.page(at: late).total == 0)
    }

    @Test func `a stepped clock stamps new rows only`() throws {
        var dify = SimulatedDify.make(clockOffset: .seconds(10))
        dify.add(RunScript())
        dify.apply(.stepClock(by: .seconds(-30)), at: start + .seconds(5))
        dify.add(RunScript(), at: start + .seconds(6))
        let response = dify.get(at: start + .seconds(7))
        #expect(response.field("Date") == (start - .seconds(13)).httpDate)
        #expect(try LogPage(json: response.body).logs.map(\.createdAt) == [start.second + 10, start.second - 14])
    }

    @Test func `an incident spoils most runs until it ends`() {
        var dify = SimulatedDify.make(load: .steady(runsPerSecond: 10, span: nil))
        dify.apply(.startIncident(app: "app", .quota, lasting: .seconds(600)), at: start + .seconds(100))
        dify.apply(.endIncident(app: "app"), at: start + .seconds(200))
        dify.advance(to: start + .seconds(300))
        func failed(from: Int, to end: Int) -> Int {
            let span = (start + .seconds(from))..<(start + .seconds(end))
            return dify.runs(of: "app").count { span.contains($0.startedAt) && $0.failure == .quota }
        }
        #expect(failed(from: 0, to: 100) < 20)
        #expect((600...800).contains(failed(from: 100, to: 200)))
        #expect(failed(from: 201, to: 300) < 20)
    }

    @Test(arguments: [0.0, 0.3, 1.0]) func `an incident spoils the share that it is given`(share: Double) {
        var dify = SimulatedDify.make(load: .steady(runsPerSecond: 10, span: nil))
        dify.apply(.startIncident(app: "app", .quota, share: share, lasting: .seconds(600)), at: start)
        dify.advance(to: start + .seconds(200))
        let failed = Double(dify.runs(of: "app").count { $0.failure == .quota }) / 2001
        #expect(abs(failed - share) < 0.05)
    }

    @Test func `a slow time fails nothing`() {
        var dify = SimulatedDify.make(load: .steady(runsPerSecond: 10, span: .seconds(100)))
        dify.apply(.startIncident(app: "app", .slow, lasting: .seconds(600)), at: start)
        let truth = dify.truth(of: "app", at: start + .seconds(3600))
        let times = truth.elapsedTimes(status: "succeeded")
        #expect((20...50).contains(times[times.count / 2]))
        #expect(truth.runs["failed", default: 0] < 80)
    }

    @Test func `the load stops and goes on`() {
        var dify = SimulatedDify.make(load: .steady(runsPerSecond: 2, span: nil))
        dify.apply(.setLoad(app: "app", isOn: false), at: start + .milliseconds(9_900))
        dify.apply(.setLoad(app: "app", isOn: true), at: start + .milliseconds(49_900))
        dify.advance(to: start + .milliseconds(59_900))
        #expect(dify.runs(of: "app").count == 40)
        #expect(dify.runs(of: "app")[20].startedAt == start + .seconds(50))
    }
}
