import JSON
import Testing

@testable import DifyAPI

@Suite struct LogPageTests {
    private func page(row: String) throws -> LogPage {
        try LogPage(json: Array(#"{"page":1,"limit":20,"total":1,"has_more":false,"data":[\#(row)]}"#.utf8))
    }

    @Test func `fields that old servers lack are nil`() throws {
        let page = try page(
            row: #"""
                {"id":"a","workflow_run":{"id":"r","version":"v","status":"succeeded","error":null,"elapsed_time":1,
                "total_tokens":0,"total_steps":0,"created_at":1795627235,"finished_at":1795627236},"created_from":"service-api",
                "created_by_role":"end_user","created_by_account":null,"created_by_end_user":null,"created_at":1795627236}
                """#)
        let run = try #require(page.logs[0].run)
        #expect(run.elapsedTime == 1)
        #expect(run.exceptionsCount == nil)
        #expect(run.triggeredFrom == nil)
    }

    @Test func `every field of a run but none of a log may be null`() throws {
        let page = try page(
            row: #"""
                {"id":"a","workflow_run":{"id":"r","version":null,"status":null,"triggered_from":null,"error":null,
                "elapsed_time":null,"total_tokens":null,"total_steps":null,"created_at":null,"finished_at":null,
                "exceptions_count":null},"created_from":null,"created_by_role":null,"created_at":1795627236}
                """#)
        #expect(page.logs[0].run == WorkflowRun(id: "r", status: nil))
        #expect(throws: JSONError.self) { try self.page(row: #"{"id":null,"created_at":1795627236}"#) }
        #expect(throws: JSONError.self) { try self.page(row: #"{"id":"a","created_at":null}"#) }
        #expect(throws: JSONError.self) { try self.page(row: #"{"id":"a"}"#) }
    }

    @Test func `whole numbers may come as floats and floats as whole numbers`() throws {
        let page = try page(
            row:
                #"{"id":"a","workflow_run":{"total_tokens":1.5e3,"total_steps":3.0,"elapsed_time":2},"created_at":1795627236.0}"#
        )
        #expect(page.logs[0].run?.totalTokens == 1500)
        #expect(page.logs[0].run?.totalSteps == 3)
        #expect(page.logs[0].run?.elapsedTime == 2)
        #expect(page.logs[0].createdAt == 1_795_627_236)
    }

    @Test func `unknown statuses keep their name`() throws {
        let page = try page(row: #"{"id":"a","workflow_run":{"status":"hibernating"},"created_at":1795627236}"#)
        #expect(page.logs[0].run?.status == .unknown("hibernating"))
        #expect(page.logs[0].run?.status?.name == "hibernating")
    }

    @Test(arguments: [
        (
            #"{"id":"a","workflow_run":{"total_tokens":"7"},"created_at":1795627236}"#,
            "data[0]: total_tokens is not a number"
        ),
        (#"{"id":"a","workflow_run":{"status":7},"created_at":1795627236}"#, "data[0]: status is not a string"),
        (#"{"id":"a","workflow_run":[],"created_at":1795627236}"#, "data[0]: found '[' where an object was expected"),
    ])
    func `wrong types are refused by name`(row: String, message: String) throws {
        let error = #expect(throws: JSONError.self) { try page(row: row) }
        #expect(error?.problem.description == message)
    }

    @Test(arguments: [
        (#"{}"#, "page, limit, total, has_more, data"), (#"{"page":1,"limit":2,"total":3,"has_more":true}"#, "data"),
    ])
    func `what the contract promises must be there`(json: String, missing: String) throws {
        let error = #expect(throws: JSONError.self) { try LogPage(json: Array(json.utf8)) }
        #expect(error?.problem.description.hasSuffix("missing: \(missing)") == true)
    }

    private func run(_ members: String) throws -> (run: WorkflowRun?, odd: [OddValue]) {
        let page = try page(row: #"{"id":"a","workflow_run":{\#(members)},"created_at":1795627236}"#)
        return (page.logs[0].run, page.logs[0].oddValues)
    }

    @Test(
        arguments: [
            ("1e308", 315_360_000, true), ("1e999", 315_360_000, true), ("-1e999", 0, true), ("-0.5", 0, true),
            ("315360000", 315_360_000, false), ("0", 0, false), ("1e-9", 1e-9, false),
        ] as [(String, Double, Bool)])
    func `a run takes from no time to ten years`(text: String, seconds: Double, isOdd: Bool) throws {
        let (run, odd) = try run(#""elapsed_time":\#(text)"#)
        #expect(run?.elapsedTime == seconds)
        #expect(odd == (isOdd ? [OddValue(.duration, text, logID: "a")] : []))
    }

    @Test(
        arguments: [
            ("9223372036854775807", 1_000_000_000_000, true), ("-9223372036854775808", 0, true),
            ("1e30", 1_000_000_000_000, true), ("99999999999999999999999", 1_000_000_000_000, true), ("-1", 0, true),
            ("1.5", 1, true), ("1000000000000", 1_000_000_000_000, false), ("0", 0, false),
        ] as [(String, Int64, Bool)])
    func `a run has up to a million million tokens, steps and exceptions`(
        text: String, count: Int64, isOdd: Bool
    ) throws {
        for (name, value) in [
            ("total_tokens", \WorkflowRun.totalTokens), ("total_steps", \.totalSteps),
            ("exceptions_count", \.exceptionsCount),
        ] {
            let (run, odd) = try run(#""\#(name)":\#(text)"#)
            #expect(run?[keyPath: value] == count)
            #expect(odd == (isOdd ? [OddValue(.tokens, text, logID: "a")] : []))
        }
    }

    @Test(arguments: [
        "9223372036854775807", "-9223372036854775808", "946684799", "7258118400", "1e300", "1795627236.5",
    ])
    func `a log of no plausible second is refused alone`(text: String) throws {
        let rows = #"{"id":"a","created_at":\#(text)},{"id":"b","created_at":1795627236}"#
        let page = try page(row: rows)
        #expect(page.logs.map(\.id) == ["b"])
        #expect(page.refusedRows == [OddValue(.time, text, logID: "a")])
        #expect(page.rowCount == 2)
        let (run, odd) = try run(#""created_at":\#(text),"finished_at":\#(text)"#)
        #expect(run?.createdAt == nil)
        #expect(run?.finishedAt == nil)
        #expect(odd.map(\.field) == [.time, .time])
    }

    @Test func `words that no known Dify writes are noted with their log`() throws {
        let page = try page(
            row: #"""
                {"workflow_run":{"status":"exploded","triggered_from":"moon"},"created_from":"satellite",
                "created_at":1795627236,"id":"log-7"}
                """#)
        #expect(
            page.logs[0].oddValues == [
                OddValue(.status, "exploded", logID: "log-7"), OddValue(.triggeredFrom, "moon", logID: "log-7"),
                OddValue(.createdFrom, "satellite", logID: "log-7"),
            ])
    }

    @Test func `what is shown of an odd value is one short line`() {
        let value = OddValue(.status, "a\u{1b}[2J\n\u{202e}" + String(repeating: "b", count: 1000))
        #expect(value.shown == "a\u{fffd}[2J \u{fffd}" + String(repeating: "b", count: 32) + "…")
    }

    @Test func `texts are kept up to a limit`() throws {
        let long = String(repeating: "é", count: 100_000)
        let page = try page(
            row: #"""
                {"id":"\#(long)","created_from":"\#(long)","created_at":1795627236,
                "workflow_run":{"error":"\#(long)","version":"\#(long)","status":"\#(long)"},
                "created_by_end_user":{"session_id":"\#(long)"},"created_by_account":{"email":"\#(long)"}}
                """#)
        let log = page.logs[0]
        #expect(log.id.text.utf8.count == 128)
        #expect(log.createdFrom?.utf8.count == 128)
        #expect(log.run?.error?.utf8.count == 4096)
        #expect(log.run?.version?.utf8.count == 128)
        #expect(log.run?.status?.name.utf8.count == 128)
        #expect(log.createdByEndUser?.sessionID?.utf8.count == 1024)
        #expect(log.createdByAccount?.email?.utf8.count == 1024)
    }

    @Test func `rows beyond those asked for end the reading`() throws {
        let row = #"{"id":"a","created_at":1795627236}"#
        let rows = Array(repeating: row, count: 3).joined(separator: ",")
        // What comes after the third row is not looked at any more.
        let json = Array(#"{"page":1,"limit":2,"total":3,"has_more":false,"data":[\#(rows),garbage"#.utf8)
        #expect(try page(row: rows).logs.count == 3)
        let error = #expect(throws: JSONError.self) { try LogPage(json: json, rowLimit: 2) }
        #expect(error?.problem == .tooMany(limit: 2))
    }

    @Test func `a log is written as it was read`() throws {
        for name in ["logs_app_edge", "logs_app_real", "logs_app_wf2"] {
            let original = try LogPage(json: RecordedDify.oneThirteen.exchange(name).response.body)
            for log in original.logs {
                var writer = JSONWriter()
                log.write(to: &writer)
                #expect(try page(row: writer.text).logs == [log])
            }
        }
    }
}
