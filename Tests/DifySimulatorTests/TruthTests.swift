import CivilTime
import DifyAPI
import DifySimulator
import JSON
import Testing

@Suite struct TruthTests {
    /// What somebody finds who reads the whole list of an app every few seconds and counts each run at its first end.
    private struct PatientReader {
        var counted: Set<String> = []
        var runs: [String: Int] = [:]
        var tokens: [String: Int64] = [:]
        var steps: [String: Int64] = [:]
        var elapsed: [String: Int64] = [:]
        var exceptions: Int64 = 0

        mutating func read(_ dify: inout SimulatedDify, at moment: UnixTime) throws {
            // Cut by seconds: no page holds more than it can.
            var before = moment.second + 1
            while true {
                let query = [("limit", "100"), ("created_at__before", UnixTime.iso8601(second: before))]
                let page = try dify.page(query.map { (name: $0.0, value: $0.1) }, at: moment)
                for log in page.logs { count(log) }
                guard page.hasMore, let oldest = page.logs.last?.createdAt else { return }
                before = oldest == before ? oldest - 1 : oldest
            }
        }

        private mutating func count(_ log: WorkflowLog) {
            guard let run = log.run, run.finishedAt != nil, counted.insert(log.id.text).inserted else { return }
            let status = run.status?.name ?? ""
            runs[status, default: 0] += 1
            tokens[status, default: 0] += run.totalTokens ?? 0
            steps[status, default: 0] += run.totalSteps ?? 0
            elapsed[status, default: 0] += Int64(((run.elapsedTime ?? 0) * 1e6).rounded())
            exceptions += run.exceptionsCount ?? 0
        }
    }

    @Test(arguments: ["1.7.2", "1.10.1", "1.12.1", "1.13.0", "1.14.0"])
    func `is what a patient reader finds`(_ version: String) throws {
        let version = try #require(ServerVersion(version))
        var dify = SimulatedDify.make(
            version: version, load: .lively(Rhythm(runsPerSecond: 0.5)), oddities: .frequent)
        var reader = PatientReader()
        let end = start + .seconds(600)
        for second in stride(from: 20, through: 600, by: 20) { try reader.read(&dify, at: start + .seconds(second)) }
        let truth = dify.truth(of: "app", at: end)
        #expect(truth.finished > 150)
        #expect(reader.runs == truth.runs && reader.tokens == truth.tokens && reader.steps == truth.steps)
        #expect(reader.exceptions == truth.exceptions)
        for status in truth.runs.keys {
            #expect(Double(reader.elapsed[status] ?? 0) / 1e6 == truth.elapsedSeconds(status: status))
        }
    }

    @Test func `counts the unfinished by what they say`() {
        var dify = SimulatedDify.make()
        dify.add(RunScript(life: .stuck))
        dify.add(RunScript(life: .expires(after: .seconds(1), wait: .seconds(3600))))
        var script = RunScript()
        script.runDelay = nil
        dify.add(script)
        dify.add(RunScript())
        let truth = dify.truth(of: "app", at: start + .seconds(60))
        #expect(truth.unfinished == ["running": 1, "paused": 1, "pending": 1])
        #expect(truth.runs == ["succeeded": 1])
    }

    @Test func `can be asked for some runs only`() {
        var dify = SimulatedDify.make(load: .steady(runsPerSecond: 1, span: .seconds(100)))
        let end = start + .seconds(1000)
        let all = dify.truth(of: "app", at: end)
        let early = dify.truth(of: "app", at: end) { $0.startedAt < start + .seconds(10) }
        #expect(all.finished == 100 && early.finished == 10)
    }

    @Test func `counts a late run only once it can be read`() {
        var dify = SimulatedDify.make()
        var late = RunScript()
        late.rowDelay = .seconds(200)
        dify.add(late)
        dify.add(.pluginFailure(after: .seconds(300)))
        let finished = [199, 200, 299, 300].map { dify.truth(of: "app", at: start + .seconds($0)).finished }
        #expect(finished == [0, 1, 1, 2])
        #expect(dify.truth(of: "app", at: start + .seconds(300)).failures == [.other: 1])
    }

    @Test func `a streak goes by when runs end, and a late success ends it only once it can be read`() {
        var dify = SimulatedDify.make()
        for (seconds, status) in [
            (5, RunStatus.failed), (9, .failed), (10, .stopped), (7, .partialSucceeded), (3, .failed),
        ] {
            dify.add(RunScript(status: status, duration: .seconds(seconds)))
        }
        var late = RunScript(duration: .seconds(11))
        late.rowDelay = .seconds(200)
        dify.add(late)
        dify.add(RunScript(status: .failed, duration: .seconds(12)))
        let streaks = [4, 6, 8, 9, 12, 199, 200].map {
            dify.truth(of: "app", at: start + .seconds($0)).consecutiveFailures
        }
        #expect(streaks == [1, 2, 0, 1, 2, 2, 1])
        let truth = dify.truth(of: "app", at: start + .seconds(300))
        let failed = dify.runs(of: "app").filter { $0.final.status == .failed }
        let lastFirst = failed.sorted { $0.final.elapsedMicroseconds > $1.final.elapsedMicroseconds }
        #expect(truth.latestFailures == lastFirst.map(\.runID.text))
    }

    @Test func `writes itself as JSON`() {
        var dify = SimulatedDify.make()
        dify.add(RunScript(duration: .milliseconds(1500)))
        var writer = JSONWriter()
        dify.truth(of: "app", at: start + .seconds(60)).write(to: &writer)
        #expect(
            writer.text
                == #"{"runs":{"succeeded":1},"tokens":{"succeeded":100},"steps":{"succeeded":3},"exceptions":0,"#
                + #""runs_with_exceptions":0,"failures":{},"unfinished":{},"consecutive_failures":0,"latest_failures":[],"#
                + #""elapsed_seconds":{"succeeded":1.5}}"#)
    }

    @Test func `hours of polls are quick`() throws {
        var dify = SimulatedDify.make(load: .steady(runsPerSecond: 1, span: nil))
        var rows = 0
        for poll in 1...360 {
            let now = start + .seconds(30 * poll)
            let after = (now - .seconds(45)).bound
            rows += try dify.page([("limit", "100"), ("created_at__after", after)], at: now).logs.count
        }
        #expect(rows == 360 * 46 - 15)
        #expect(dify.runs(of: "app").count == 10_801)
    }
}
