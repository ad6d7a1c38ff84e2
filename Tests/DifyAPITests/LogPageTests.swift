import JSON
import Testing

@testable import DifyAPI

@Suite struct LogPageTests {
    private func page(row: String) throws -> LogPage {
        try LogPage(json: Array(#"{"page":1,"limit":20,"total":1,"has_more":false,"data":[\#(row)]}"#.utf8))
    }

    @Test func fieldsThatOldServersLackAreNil() throws {
        let page = try page(
            row: #"""
                {"id":"a","workflow_run":{"id":"r","version":"v","status":"succeeded","error":null,"elapsed_time":1,
                "total_tokens":0,"total_steps":0,"created_at":1,"finished_at":2},"created_from":"service-api",
                "created_by_role":"end_user","created_by_account":null,"created_by_end_user":null,"created_at":5}
                """#)
        let run = try #require(page.logs[0].run)
        #expect(run.elapsedTime == 1)
        #expect(run.exceptionsCount == nil)
        #expect(run.triggeredFrom == nil)
    }

    @Test func everyFieldOfARunButNoneOfALogMayBeNull() throws {
        let page = try page(
            row: #"""
                {"id":"a","workflow_run":{"id":"r","version":null,"status":null,"triggered_from":null,"error":null,
                "elapsed_time":null,"total_tokens":null,"total_steps":null,"created_at":null,"finished_at":null,
                "exceptions_count":null},"created_from":null,"created_by_role":null,"created_at":5}
                """#)
        #expect(page.logs[0].run == WorkflowRun(id: "r", status: nil))
        #expect(throws: JSONError.self) { try self.page(row: #"{"id":null,"created_at":5}"#) }
        #expect(throws: JSONError.self) { try self.page(row: #"{"id":"a","created_at":null}"#) }
        #expect(throws: JSONError.self) { try self.page(row: #"{"id":"a"}"#) }
    }

    @Test func wholeNumbersMayComeAsFloatsAndFloatsAsWholeNumbers() throws {
        let page = try page(
            row:
                #"{"id":"a","workflow_run":{"total_tokens":1.5e3,"total_steps":3.0,"elapsed_time":2},"created_at":5.0}"#
        )
        #expect(page.logs[0].run?.totalTokens == 1500)
        #expect(page.logs[0].run?.totalSteps == 3)
        #expect(page.logs[0].run?.elapsedTime == 2)
        #expect(page.logs[0].createdAt == 5)
    }

    @Test func unknownStatusesKeepTheirName() throws {
        let page = try page(row: #"{"id":"a","workflow_run":{"status":"hibernating"},"created_at":5}"#)
        #expect(page.logs[0].run?.status == .unknown("hibernating"))
        #expect(page.logs[0].run?.status?.name == "hibernating")
    }

    @Test(arguments: [
        (#"{"id":"a","workflow_run":{"total_tokens":"7"},"created_at":5}"#, "data[0]: total_tokens is not a number"),
        (
            #"{"id":"a","workflow_run":{"total_tokens":1.5},"created_at":5}"#,
            "data[0]: total_tokens is not a whole number of 64 bits"
        ),
        (
            #"{"id":"a","workflow_run":{"elapsed_time":1e999},"created_at":5}"#,
            "data[0]: elapsed_time is beyond the range of a double"
        ),
        (#"{"id":"a","workflow_run":{"status":7},"created_at":5}"#, "data[0]: status is not a string"),
        (#"{"id":"a","workflow_run":[],"created_at":5}"#, "data[0]: found '[' where an object was expected"),
    ])
    func wrongTypesAreRefusedByName(row: String, message: String) throws {
        let error = #expect(throws: JSONError.self) { try page(row: row) }
        #expect(error?.problem.description == message)
    }

    @Test(arguments: [
        (#"{}"#, "page, limit, total, has_more, data"), (#"{"page":1,"limit":2,"total":3,"has_more":true}"#, "data"),
    ])
    func whatTheContractPromisesMustBeThere(json: String, missing: String) throws {
        let error = #expect(throws: JSONError.self) { try LogPage(json: Array(json.utf8)) }
        #expect(error?.problem.description.hasSuffix("missing: \(missing)") == true)
    }

    @Test func aLogIsWrittenAsItWasRead() throws {
        for name in ["logs_app_edge", "logs_app_real", "logs_app_wf2"] {
            let original = try LogPage(json: RecordedDify.exchange(name).response.body)
            for log in original.logs {
                var writer = JSONWriter()
                log.write(to: &writer)
                #expect(try page(row: writer.text).logs == [log])
            }
        }
    }
}
