import CivilTime
import DifyAPI
import DifySimulator
import Testing

@Suite struct VersionTests {
    @Test func `versions have an order`() {
        let versions: [ServerVersion] = ["0.8.2", "0.14.0", "1.1.0", "1.10.1", "1.10.1-fix.1", "1.11.0", "1.13.0"]
        #expect(versions == versions.sorted())
        #expect(ServerVersion(String("1.13")) == nil)
        #expect(ServerVersion(String("latest")) == nil)
    }

    @Test func `old servers ignore the bounds`() throws {
        let query = [(name: "created_at__after", value: (start + .seconds(3600)).bound)]
        for (version, total) in [("1.0.1", 1), ("1.1.0", 0)] as [(ServerVersion, Int64)] {
            var dify = SimulatedDify.make(version: version)
            dify.add(RunScript())
            #expect(try dify.page(query, at: start + .seconds(9)).total == total)
        }
    }

    @Test func `old servers ignore creators`() throws {
        for (version, total) in [("1.4.3", 1), ("1.5.0", 0)] as [(ServerVersion, Int64)] {
            var dify = SimulatedDify.make(version: version)
            dify.add(RunScript())
            let query = [(name: "created_by_end_user_session_id", value: "nobody")]
            #expect(try dify.page(query, at: start + .seconds(9)).total == total)
        }
    }

    @Test func `parameters are refused in three styles`() {
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

    @Test func `fields come with their versions`() {
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

    @Test func `the root greets in old versions only`() {
        for (version, status) in [("1.7.2", 200), ("1.13.0", 404)] as [(ServerVersion, Int)] {
            var dify = SimulatedDify.make(version: version)
            #expect(dify.get("/v1/", authorization: nil).status == status)
        }
    }

    @Test func `an upgrade moves the log from the end to the start`() throws {
        var dify = SimulatedDify.make(version: "1.10.1")
        dify.add(RunScript(duration: .seconds(60)))
        dify.apply(.upgrade("1.13.0"), at: start + .seconds(10))
        dify.add(RunScript(duration: .seconds(60)), at: start + .seconds(20))
        #expect(try dify.page(at: start + .seconds(30)).logs.map(\.createdAt) == [start.second + 20])
        #expect(
            try dify.page(at: start + .seconds(90)).logs.map(\.createdAt) == [start.second + 60, start.second + 20])
        #expect(dify.get().field("X-Version") == "1.13.0")
    }

    @Test func `since 1.15 runs of the OpenAPI have an origin of their own`() throws {
        for (version, origin) in [("1.14.0", "service-api"), ("1.15.0", "openapi")] as [(ServerVersion, String)] {
            var habit = Habit()
            habit.origins = [Weighted(.openAPI, 1)]
            var settings = SimulatedDify.Settings()
            (settings.version, settings.cost) = (version, .none)
            var app = SimulatedApp.Settings(name: "app", key: key)
            app.habit = habit
            var dify = SimulatedDify(settings: settings, apps: [app], start: start)
            dify.apply(.burst(app: "app", rows: 1), at: start)
            #expect(try dify.page(at: start + .seconds(1)).logs.map(\.createdFrom) == [origin])
        }
    }

    @Test func `since 1.15 an app of abnormal status is a bad request`() {
        for (version, status) in [("1.14.0", 403), ("1.15.0", 400)] as [(ServerVersion, Int)] {
            var dify = SimulatedDify.make(version: version)
            dify.apply(.setAccess(app: "app", .abnormal), at: start)
            let response = dify.get()
            #expect(response.status == status)
            if status == 400 {
                #expect(
                    response.text
                        == #"{"code":"invalid_param","message":"'archived' is not a valid AppStatus","status":400}"#
                        + "\n")
            }
        }
    }

    @Test func `since 1.14 a request waits for a Redis that is down`() {
        for (version, isSlow) in [("1.13.0", false), ("1.14.0", true)] as [(ServerVersion, Bool)] {
            var dify = SimulatedDify.make(version: version)
            dify.apply(.setRedis(isUp: false), at: start)
            let request = SimulatedRequest(path: "/v1/workflows/logs", authorization: authorization)
            let answer = dify.answer(request, at: start)
            #expect(answer.response.status == 200)
            #expect((.seconds(14)...Duration.seconds(39)).contains(answer.latency) == isSlow)
            #expect(dify.answer(SimulatedRequest(path: "/health"), at: start).latency == .zero)
            dify.apply(.setRedis(isUp: true), at: start)
            #expect(dify.answer(request, at: start).latency == .zero)
        }
    }

    @Test func `since 1.13.1 clean-up keeps runs that have not ended`() throws {
        for (version, rows) in [("1.13.0", 0), ("1.13.1", 1)] as [(ServerVersion, Int64)] {
            var dify = SimulatedDify.make(version: version)
            dify.add(RunScript())
            dify.add(RunScript(life: .stuck))
            dify.apply(.remove(app: "app", .retention, olderThan: .seconds(60)), at: start + .seconds(100))
            #expect(try dify.page().total == rows)
        }
    }

    @Test func `an agent has no logs`() throws {
        var dify = SimulatedDify.make(version: "1.15.0", load: .steady(runsPerSecond: 1, span: nil), mode: .agent)
        #expect(try dify.page(at: start + .seconds(60)).total == 0)
        #expect(dify.get("/v1/info").text.contains(#""mode":"agent""#))
    }
}
