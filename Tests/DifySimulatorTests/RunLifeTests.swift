import CivilTime
import DifyAPI
import DifySimulator
import Testing

@Suite struct RunLifeTests {
    @Test func `a run is listed running and changes in place`() throws {
        var dify = SimulatedDify.make()
        var script = RunScript(duration: .microseconds(2_500_250))
        (script.tokens, script.steps) = (77, 4)
        dify.add(script)
        let before = try dify.page(at: start + .seconds(1)).logs[0]
        let running = try #require(before.run)
        #expect(running.status == .running && running.totalTokens == 0 && running.totalSteps == 0)
        #expect(running.elapsedTime == 0 && running.finishedAt == nil && running.exceptionsCount == 0)

        let after = try dify.page(at: start + .seconds(3)).logs[0]
        let ended = try #require(after.run)
        #expect(after.id == before.id && after.createdAt == before.createdAt && ended.id == running.id)
        #expect(ended.status == .succeeded && ended.totalTokens == 77 && ended.totalSteps == 4)
        #expect(ended.elapsedTime == 2.50025 && ended.finishedAt == start.second + 2)
    }

    @Test func `before version 1 11 a finished run appears at its end`() throws {
        var dify = SimulatedDify.make(version: "1.10.1")
        dify.add(RunScript(duration: .seconds(30)))
        #expect(try dify.page(at: start + .seconds(29)).total == 0)
        let log = try dify.page(at: start + .seconds(30)).logs[0]
        #expect(log.createdAt == start.second + 30 && log.run?.status == .succeeded)
        #expect(log.run?.createdAt == start.second)
    }

    @Test func `a late row appears under its old time`() throws {
        var dify = SimulatedDify.make()
        var late = RunScript()
        late.rowDelay = .seconds(3)
        dify.add(late)
        dify.add(RunScript(), at: start + .seconds(1))
        #expect(try dify.page(at: start + .milliseconds(2999)).total == 1)
        #expect(
            try dify.page(at: start + .seconds(3)).logs.map(\.createdAt) == [start.second + 1, start.second])
    }

    @Test func `a plugin failure is born ended under an older time`() throws {
        var dify = SimulatedDify.make()
        dify.add(.pluginFailure(after: .seconds(600)))
        #expect(try dify.page(at: start + .seconds(599)).total == 0)
        let log = try dify.page(at: start + .seconds(600)).logs[0]
        let run = try #require(log.run)
        #expect(log.createdAt == start.second && run.createdAt == start.second + 600)
        #expect(run.status == .failed && run.elapsedTime == 0 && run.totalTokens == 0 && run.totalSteps == 0)
        #expect(run.triggeredFrom == "plugin" && log.createdFrom == "service-api")
    }

    @Test func `a resume forgets what had been reached`() throws {
        var dify = SimulatedDify.make()
        var script = RunScript(
            duration: .seconds(10), life: .paused(after: .seconds(4), wait: .seconds(100)))
        (script.tokens, script.steps) = (1000, 8)
        dify.add(script)
        let paused = try #require(try dify.onlyRun(at: start + .seconds(5)))
        #expect(paused.status == .paused && paused.totalTokens == 500 && paused.totalSteps == 4)
        #expect(paused.elapsedTime == 0 && paused.finishedAt == nil && paused.createdAt == start.second)
        let resumed = try #require(try dify.onlyRun(at: start + .seconds(105)))
        #expect(resumed.status == .running && resumed.totalTokens == 0 && resumed.totalSteps == 0)
        #expect(resumed.createdAt == start.second + 104)
        let ended = try #require(try dify.onlyRun(at: start + .seconds(110)))
        #expect(ended.status == .succeeded && ended.totalTokens == 1000 && ended.totalSteps == 8)
        #expect(ended.elapsedTime == 6 && ended.createdAt == start.second + 104)
    }

    @Test func `after 1.13.0 a resume keeps the start, and elapsed_time is still that of the last leg`() throws {
        var dify = SimulatedDify.make(version: "1.14.0")
        dify.add(RunScript(duration: .seconds(10), life: .paused(after: .seconds(4), wait: .seconds(100))))
        let ended = try #require(try dify.onlyRun(at: start + .seconds(110)))
        #expect(ended.elapsedTime == 6 && ended.createdAt == start.second)
    }

    @Test func `a human who never comes stops the run`() throws {
        var dify = SimulatedDify.make()
        dify.add(RunScript(life: .expires(after: .seconds(1), wait: .seconds(604_800))))
        #expect(try dify.onlyRun(at: start + .seconds(604_800))?.status == .paused)
        let ended = try #require(try dify.onlyRun(at: start + .seconds(604_801)))
        #expect(ended.status == .stopped && ended.elapsedTime == 0 && ended.totalTokens == 50)
        #expect(ended.finishedAt == start.second + 604_801)
    }

    @Test func `an end can flip back to running and come again`() throws {
        var dify = SimulatedDify.make()
        dify.add(RunScript(duration: .seconds(2), life: .flipsBack(after: .seconds(5), span: .seconds(20))))
        let statuses = try [1, 3, 8, 28].map { try dify.onlyRun(at: start + .seconds($0))?.status }
        #expect(statuses == [.running, .succeeded, .running, .succeeded])
        #expect(dify.runs(of: "app")[0].knowableAt == start + .seconds(2))
    }

    @Test func `an end that flipped back unread is known at the next`() throws {
        var dify = SimulatedDify.make()
        var script = RunScript(duration: .seconds(2), life: .flipsBack(after: .seconds(5), span: .seconds(20)))
        script.rowDelay = .seconds(10)
        dify.add(script)
        #expect(dify.runs(of: "app")[0].knowableAt == start + .seconds(27))
    }

    @Test func `a stuck run never ends`() throws {
        var dify = SimulatedDify.make()
        dify.add(RunScript(life: .stuck))
        #expect(try dify.onlyRun(at: start + .seconds(100 * 86_400))?.status == .running)
    }

    @Test func `a run can be null for a while or for ever`() throws {
        var dify = SimulatedDify.make()
        var script = RunScript()
        script.runDelay = .seconds(50)
        dify.add(script)
        script.runDelay = nil
        dify.add(script)
        #expect(try dify.page(at: start + .seconds(49)).logs.filter { $0.run == nil }.count == 2)
        #expect(try dify.page(at: start + .seconds(50)).logs.filter { $0.run == nil }.count == 1)
        #expect(try dify.page(at: start + .seconds(86_400)).logs.filter { $0.run == nil }.count == 1)
    }

    @Test func `missing numbers creators and long errors are given as they are`() throws {
        var dify = SimulatedDify.make()
        var script = RunScript(status: .failed)
        (script.steps, script.exceptions) = (nil, nil)
        script.error = ErrorText("[openai] \"down\"\n", paddedTo: 100_000)
        script.creator = .removedEndUser
        dify.add(script)
        let log = try dify.page(at: start + .seconds(5)).logs[0]
        #expect(log.run?.totalSteps == nil && log.run?.exceptionsCount == nil)
        #expect(log.run?.error?.utf8.count == 4096)
        #expect(log.createdByRole == "end_user" && log.createdByAccount == nil && log.createdByEndUser == nil)
    }
}
