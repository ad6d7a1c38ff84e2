import CivilTime
import DifyAPI
import DifySimulator
import Testing

@Suite struct VersionTests {
    @Test func versionsHaveAnOrder() {
        let versions: [ServerVersion] = ["0.8.2", "0.14.0", "1.1.0", "1.10.1", "1.10.1-fix.1", "1.11.0", "1.13.0"]
        #expect(versions == versions.sorted())
        #expect(ServerVersion(String("1.13")) == nil)
        #expect(ServerVersion(String("latest")) == nil)
    }

    @Test func oldServersIgnoreTheBounds() throws {
        let query = [(name: "created_at__after", value: (start + .seconds(3600)).bound)]
        for (version, total) in [("1.0.1", 1), ("1.1.0", 0)] as [(ServerVersion, Int64)] {
            var dify = SimulatedDify.make(version: version)
            dify.add(RunScript())
            #expect(try dify.page(query, at: start + .seconds(9)).total == total)
        }
    }

    @Test func oldServersIgnoreCreators() throws {
        for (version, total) in [("1.4.3", 1), ("1.5.0", 0)] as [(ServerVersion, Int64)] {
            var dify = SimulatedDify.make(version: version)
            dify.add(RunScript())
            let query = [(name: "created_by_end_user_session_id", value: "nobody")]
            #expect(try dify.page(query, at: start + .seconds(9)).total == total)
        }
    }

    @Test func parametersAreRefusedInThreeStyles() {
        for (version, body) in [
            (
                "1.7.2",
                #"{"code":"invalid_param","message":"The value 'x' is not a valid choice for 'status'.","params":"status"}"#
            ),
            (
                "1.10.1",
                #"{"errors":{"status":"The value 'x' is not a valid choice for 'status'."},"#
                    + #""message":"Input payload validation failed"}"#
            ),
        ] as [(ServerVersion, String)] {
            var dify = SimulatedDify.make(version: version)
            let response = dify.get("/v1/workflows/logs", [("status", "x")])
            #expect(response.status == 400 && response.text == body + "\n")
        }
    }

    @Test func fieldsComeWithTheirVersions() {
        func row(_ version: ServerVersion) -> String {
            var dify = SimulatedDify.make(version: version)
            var script = RunScript()
            (script.steps, script.exceptions) = (nil, nil)
            dify.add(script)
            return dify.get(at: start + .seconds(9)).text
        }
        #expect(!row("0.10.1").contains("exceptions_count") && row("1.3.1").contains(#""exceptions_count":0"#))
        #expect(row("1.10.1").contains(#""exceptions_count":null"#))
        #expect(row("1.3.1").contains(#""total_steps":0"#) && row("1.13.0").contains(#""total_steps":null"#))
        #expect(!row("1.9.2").contains("triggered_from") && row("1.10.0").contains(#""triggered_from":"app-run""#))
        #expect(!row("1.9.2").contains("details") && row("1.10.0").contains(#""details":null"#))
        #expect(row("1.3.1").contains(#""type":"service_api""#) && row("1.13.0").contains(#""type":"service-api""#))
        #expect(row("1.3.1").contains(#""is_anonymous":true"#) && row("1.13.0").contains(#""is_anonymous":false"#))
    }

    @Test func theRootGreetsInOldVersionsOnly() {
        for (version, status) in [("1.7.2", 200), ("1.13.0", 404)] as [(ServerVersion, Int)] {
            var dify = SimulatedDify.make(version: version)
            #expect(dify.get("/v1/", authorization: nil).status == status)
        }
    }

    @Test func anUpgradeMovesTheLogFromTheEndToTheStart() throws {
        var dify = SimulatedDify.make(version: "1.10.1")
        dify.add(RunScript(duration: .seconds(60)))
        dify.apply(.upgrade("1.13.0"), at: start + .seconds(10))
        dify.add(RunScript(duration: .seconds(60)), at: start + .seconds(20))
        #expect(try dify.page(at: start + .seconds(30)).logs.map(\.createdAt) == [start.second + 20])
        #expect(
            try dify.page(at: start + .seconds(90)).logs.map(\.createdAt) == [start.second + 60, start.second + 20])
        #expect(dify.get().field("X-Version") == "1.13.0")
    }
}
