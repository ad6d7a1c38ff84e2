import CivilTime
import DifyAPI
import DifySimulator
import Testing

/// Rows that Dify since 1.15 cannot serve, as they were recorded from 1.15.0.
@Suite struct UnservableRowsTests {
    private func dify(_ version: ServerVersion) -> SimulatedDify {
        var dify = SimulatedDify.make(version: version)
        for second in 0..<5 { dify.add(RunScript(), at: start + .seconds(second)) }
        var script = RunScript()
        script.isPoisoned = true
        dify.add(script, at: start + .seconds(5))
        dify.add(RunScript(), at: start + .seconds(6))
        return dify
    }

    @Test func `a page that holds one is refused, with its place on the page`() throws {
        var dify = dify("1.15.0")
        let response = dify.get("/v1/workflows/logs", [("limit", "100")], at: start + .seconds(20))
        #expect(response.status == 400)
        let words = "1 validation error for WorkflowAppLogPaginationResponse\\ndata.1.created_by_end_user\\n  Error"
        #expect(response.text.hasPrefix(#"{"code":"invalid_param","message":""# + words))
        #expect(response.text.contains("'service_api' is not a valid EndUserType [type=get_attribute_error, "))
    }

    @Test func `a page beside it, and one past the end, are served`() throws {
        var dify = dify("1.15.0")
        #expect(try dify.page([("limit", "1")], at: start + .seconds(20)).logs.count == 1)
        let past = try dify.page([("limit", "1"), ("page", "99999")])
        #expect(past.total == 7 && past.logs.isEmpty)
        #expect(dify.get("/v1/workflows/logs", [("limit", "1"), ("page", "2")]).status == 400)
    }

    @Test func `servers before 1.15 serve it`() throws {
        var dify = dify("1.14.0")
        #expect(try dify.page(at: start + .seconds(20)).logs.count == 7)
        dify.apply(.upgrade("1.15.0"), at: start + .seconds(21))
        #expect(dify.get().status == 400)
    }

    @Test func `it counts among the runs once it is repaired`() throws {
        var dify = dify("1.17.0")
        #expect(dify.truth(of: "app", at: start + .seconds(20)).finished == 6)
        dify.apply(.repair(app: "app"), at: start + .seconds(21))
        #expect(try dify.page().logs.count == 7)
        #expect(dify.truth(of: "app", at: start + .seconds(21)).finished == 7)
    }

    @Test func `logs that were readable can become such rows`() {
        var dify = dify("1.15.0")
        dify.apply(.repair(app: "app"), at: start + .seconds(20))
        dify.apply(.poison(app: "app", share: 1, youngerThan: .seconds(16)), at: start + .seconds(20))
        #expect(dify.get("/v1/workflows/logs", [("limit", "1")]).status == 400)
        #expect(dify.get("/v1/workflows/logs", [("limit", "1"), ("page", "7")]).status == 200)
        // What was known before stays known.
        #expect(dify.truth(of: "app", at: start + .seconds(20)).finished == 7)
    }
}
