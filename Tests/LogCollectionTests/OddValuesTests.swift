import CivilTime
import Testing

@testable import DifyAPI
@testable import LogCollection

@Suite struct OddValuesTests {
    private let settings = CollectionSettings(interval: .seconds(10))

    private func log(_ id: String, at second: Int64, _ status: RunStatus, finishedAt: Int64? = nil, odd: [OddValue])
        -> WorkflowLog
    {
        var log = WorkflowLog.make(id, at: second, status, finishedAt: finishedAt)
        log.oddValues = odd
        return log
    }

    /// What is odd in a collection of these rows.
    private func collect(
        _ collector: inout Collector, _ logs: [WorkflowLog], refused: [OddValue] = [], at now: Int64
    ) -> [OddValue] {
        var list = ListOfLogs(logs: logs)
        var values: [OddValue] = []
        collector.begin(at: UnixTime(seconds: now))
        while let query = collector.nextQuery() {
            var page = list.page(
                PageRequest(
                    window: Window(first: query.createdAtAfter ?? 0, last: query.createdAtBefore), page: query.page,
                    limit: query.limit))
            if query.createdAtBefore == nil {
                page.refusedRows = refused
                page.total += Int64(refused.count)
            }
            collector.receive(page, at: UnixTime(seconds: now))
            values += collector.takeOddValues()
        }
        collector.end(succeeded: true)
        return values
    }

    @Test func `what is odd about a row is taken once, however often it is read`() {
        let values = [OddValue(.tokens, "-1", logID: "a"), OddValue(.createdFrom, "moon", logID: "a")]
        let logs = [log("a", at: 1900, .succeeded, odd: values)]
        var collector = Collector(settings: settings, state: .make(start: 1000))
        #expect(collect(&collector, logs, at: 2000) == values)
        for now in stride(from: Int64(2010), through: 2200, by: 10) {
            #expect(collect(&collector, logs, at: now) == [])
        }
    }

    @Test func `a status is told while a run goes on, and all else once it has ended`() {
        let status = OddValue(.status, "dreaming", logID: "a")
        let tokens = OddValue(.tokens, "-1", logID: "a")
        let open = [log("a", at: 1990, .unknown("dreaming"), odd: [status, tokens])]
        let ended = [log("a", at: 1990, .unknown("dreaming"), finishedAt: 2015, odd: [status, tokens])]
        var collector = Collector(settings: settings, state: .make(start: 1000))
        #expect(collect(&collector, open, at: 2000) == [status])
        #expect(collect(&collector, open, at: 2010) == [])
        #expect(collect(&collector, ended, at: 2020) == [tokens])
        #expect(collect(&collector, ended, at: 2030) == [])
        #expect(collector.state.totals.byStatus[.other]?.runs == 1)
    }

    @Test func `a row without a plausible second is told once and stops nothing`() {
        let refused = [OddValue(.time, "-9223372036854775808", logID: "mad")]
        let logs = [WorkflowLog.make("a", at: 1900), .make("b", at: 1950)]
        var collector = Collector(settings: settings, state: .make(start: 1000))
        #expect(collect(&collector, logs, refused: refused, at: 2000) == refused)
        #expect(collect(&collector, logs, refused: refused, at: 2010) == [])
        #expect(collector.state.totals.byStatus[.succeeded]?.runs == 2)
        #expect(collector.state.openWindows.isEmpty)
        #expect(collector.hasReachedPresent)
    }

    @Test func `the memory of refused rows is bounded`() {
        var rows = OddRows()
        rows.noteRefused((0..<5000).map { OddValue(.time, "0", logID: "\($0)") })
        #expect(rows.takeValues().count == OddRows.refusedLimit)
        rows.noteRefused((0..<5000).map { OddValue(.time, "0", logID: "\($0)") })
        #expect(rows.takeValues().isEmpty)
    }

    @Test func `each value is news once, and after many of them none is`() {
        var values = OddValues()
        let first = [
            OddValue(.status, "dreaming", logID: "a"), OddValue(.status, "dreaming", logID: "b"),
            OddValue(.mode, "dreaming"),
        ]
        #expect(first.map { values.count($0) } == [true, false, true])
        let news = (0..<1000).count { values.count(OddValue(.tokens, "-\($0)", logID: "\($0)")) }
        #expect(news == OddValues.toldLimit - 2)
        #expect(values.counts == [.status: 2, .mode: 1, .tokens: 1000])
    }
}

@Suite struct HostileNumbersTests {
    private func page(_ run: String, id: String) throws -> LogPage {
        let row = #"{"id":"\#(id)","workflow_run":{"status":"succeeded",\#(run)},"created_at":1795627236}"#
        return try LogPage(json: Array(#"{"page":1,"limit":100,"total":1,"has_more":false,"data":[\#(row)]}"#.utf8))
    }

    /// Rows of runs that claim the greatest and the least that can be written.
    private func hostileState() throws -> AppState {
        var state = AppState(start: 1_795_627_000, buckets: .init(), at: UnixTime(seconds: 0))
        let runs = ["8.9e307", "1e999", "-1e308", "1e308"].flatMap { elapsed in
            ["9223372036854775807", "-9223372036854775808", "1e30"].map { count in
                "\"elapsed_time\":\(elapsed),\"total_tokens\":\(count),\"total_steps\":\(count),"
                    + "\"exceptions_count\":\(count),\"finished_at\":\(count)"
            }
        }
        for (number, run) in runs.enumerated() {
            for log in try page(run, id: "\(number)").logs {
                _ = state.apply(log, at: 1_795_627_300, settings: CollectionSettings())
            }
        }
        return state
    }

    @Test func `sums stay numbers and see the next run`() throws {
        var state = try hostileState()
        let before = try #require(state.totals.byStatus[.succeeded])
        #expect(before.runs == 12)
        #expect(before.duration.sum == 9 * 315_360_000)
        _ = state.apply(
            .make("next", at: 1_795_627_240, elapsed: 2, tokens: 1, steps: 1), at: 1_795_627_300,
            settings: CollectionSettings())
        let after = try #require(state.totals.byStatus[.succeeded])
        #expect(after.duration.sum - before.duration.sum == 2)
        #expect(Double(after.tokens) - Double(before.tokens) == 1)
        #expect(after.lastFinishedAt == 1_795_627_240)
        let quantile = try #require(after.duration.native?.quantile(0.99))
        #expect(quantile.isFinite)
    }

    @Test func `a histogram whose sum is no number any more begins anew`() throws {
        var state = try hostileState()
        state.totals.byStatus[.failed]?.duration.observe(.infinity)
        state.totals.tokens.observe(.infinity)
        let identity = Checkpoint.Identity(name: "a", baseURL: "b", difyName: nil)
        var totals = try Checkpoint(encoded: Checkpoint(identity: identity, state: state).encoded).state.totals
        totals.adopt(CollectionSettings(), at: UnixTime(seconds: 9000))
        for status in FinalStatus.allCases {
            #expect(totals.byStatus[status]?.duration.sum == 0)
            #expect(totals.byStatus[status]?.runs == state.totals.byStatus[status]?.runs)
        }
        #expect(totals.tokens.sum == 0)
        #expect(totals.steps == state.totals.steps)
        #expect(totals.since.duration == 9_000_000)
        #expect(totals.since.tokens == 9_000_000)
        #expect(totals.since.steps == 0)
    }

    @Test func `counts at their end stay there`() throws {
        var state = AppState.make()
        state.totals.byStatus[.failed]?.runs = .max
        state.totals.byStatus[.failed]?.tokens = .max
        state.totals.failures = ["other": .max]
        state.totals.exceptions = .max
        state.totals.runsWithExceptions = .max
        state.totals.abandoned = [.expired: .max]
        _ = state.apply(.make("a", at: 1500, .failed, exceptions: 1, error: nil))
        _ = state.apply(.make("b", at: 1500, .running))
        state.abandonRuns(olderThan: 1, at: 9000)
        #expect(state.totals.byStatus[.failed]?.runs == .max)
        #expect(state.totals.failures == ["other": .max])
        #expect(state.totals.abandoned == [.expired: .max])
    }
}

@Suite struct RunOriginTests {
    @Test(
        arguments: [
            ("openapi", "openapi"), ("service-api", "service-api"), ("moon", "other"), (nil, "unknown"),
            ("", "unknown"),
        ] as [(String?, String)])
    func `an origin is a known one, other or unknown`(createdFrom: String?, label: String) {
        #expect(RunOrigin(createdFrom: createdFrom, triggeredFrom: nil).createdFrom == label)
        #expect(RunOrigin(createdFrom: nil, triggeredFrom: nil).triggeredFrom == "unknown")
    }
}
