import CivilTime
import DifyAPI
import DifySimulator
import Testing

@Suite struct FilterTests {
    /// Three runs: alice's succeeds, bob's fails, and an account's is still running after 5 s.
    private func three(_ version: ServerVersion = "1.13.0") -> SimulatedDify {
        var dify = SimulatedDify.make(version: version)
        var alice = RunScript()
        alice.creator = .endUser(.init(sessionID: "alice"))
        alice.inputs = #"{"query": "Hello 100%"}"#
        var bob = RunScript(status: .failed)
        bob.creator = .endUser(.init(sessionID: "bob@example.com"))
        bob.error = ErrorText("boom")
        var member = RunScript(duration: .seconds(60))
        (member.creator, member.origin) = (.account(.member), .explore)
        for script in [alice, bob, member] { dify.add(script) }
        return dify
    }

    private func count(_ name: String, _ value: String, version: ServerVersion = "1.13.0") throws -> Int64 {
        var dify = three(version)
        return try dify.page([(name, value)], at: start + .seconds(5)).total
    }

    @Test func `status is the runs present one`() throws {
        #expect(try count("status", "succeeded") == 1)
        #expect(try count("status", "failed") == 1)
        #expect(try count("status", "stopped") == 0)
    }

    @Test func `session and account match exactly`() throws {
        #expect(try count("created_by_end_user_session_id", "alice") == 1)
        #expect(try count("created_by_end_user_session_id", "Alice") == 0)
        #expect(try count("created_by_account", "member@example.com") == 1)
        #expect(try count("created_by_account", "owner@example.com") == 0)
    }

    @Test func `keyword looks into inputs and sessions in any case`() throws {
        #expect(try count("keyword", "hELLo") == 1)
        #expect(try count("keyword", "BOB@") == 1)
        #expect(try count("keyword", "boom") == 0)
        #expect(try count("keyword", "") == 3)
    }

    @Test func `percent signs are wildcards in old versions only`() throws {
        #expect(try count("keyword", "%") == 1)
        #expect(try count("keyword", "%", version: "1.11.2") == 3)
        #expect(try count("keyword", "h_llo%0", version: "1.11.2") == 1)
        #expect(try count("keyword", "h_llo%0") == 0)
    }

    @Test func `keyword finds a run by its ID and no log by its own`() throws {
        let run = three().runs(of: "app")[1]
        #expect(try count("keyword", run.runID.text) == 1)
        #expect(try count("keyword", run.runID.text.filter { $0 != "-" }) == 1)
        #expect(try count("keyword", run.logID.text) == 0)
    }

    @Test func `a log without its run falls out of joins`() throws {
        var dify = SimulatedDify.make()
        var script = RunScript()
        script.runDelay = nil
        dify.add(script)
        let end = start + .seconds(9)
        #expect(try dify.page([("status", "succeeded")], at: end).total == 0)
        #expect(try dify.page([("keyword", "DEFAULT")], at: end).total == 0)
        #expect(try dify.page(at: end).total == 1)
    }

    @Test func `accounts of scripted runs are known`() throws {
        var dify = SimulatedDify.make()
        var script = RunScript()
        script.creator = .account(.init(name: "New", email: "new@example.com"))
        dify.add(script)
        #expect(try dify.page([("created_by_account", "new@example.com")]).total == 1)
    }
}
