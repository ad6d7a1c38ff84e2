import CivilTime
import DifyAPI
import DifySimulator
import HTTPEndpoint
import Testing

@Suite struct SimulatorServerTests {
    private func server(load: Load = .none) -> SimulatorServer {
        SimulatorServer(.make(load: load), clock: { start + .seconds(60) })
    }

    private func get(_ path: String, _ query: [QueryItem] = []) -> HTTPRequest {
        HTTPRequest(path: path, query: query, headers: ["Authorization": authorization, "Host": "localhost:13440"])
    }

    private func post(_ path: String, _ query: KeyValuePairs<String, String>) -> HTTPRequest {
        HTTPRequest(method: "POST", path: path, query: query.map { QueryItem(name: $0.key, value: $0.value) })
    }

    @Test func `answers difys paths`() async throws {
        let server = server(load: .steady(runsPerSecond: 1, span: nil))
        let response = await server.respond(to: get("/v1/workflows/logs", [QueryItem(name: "limit", value: "7")]))
        #expect(response.status == 200 && response.headers["X-Version"] == "1.13.0")
        #expect(try LogPage(json: response.body).logs.count == 7)
        let redirect = await server.respond(to: get("/v1"))
        #expect(redirect.headers["Location"] == "http://localhost:13440/v1/")
        #expect(await server.respond(to: HTTPRequest(path: "/v1/info")).status == 401)
    }

    @Test func `leaves the body of head to the server`() async {
        var request = get("/v1/info")
        request.method = "HEAD"
        #expect(await server().respond(to: request).body.isEmpty == false)
    }

    @Test func `breaks answers for real`() async {
        let server = server()
        await server.withDify { dify in
            dify.apply(.failNext(1, .reset), at: start)
            dify.apply(.failNext(1, .cut), at: start)
        }
        #expect(await server.respond(to: get("/v1/info")).delivery == .reset)
        guard case .cut = await server.respond(to: get("/v1/info")).delivery else {
            Issue.record("the answer is not cut")
            return
        }
        #expect(await server.respond(to: get("/v1/info")).delivery == .whole)
    }

    @Test func `tells apps and the truth`() async {
        let server = server(load: .steady(runsPerSecond: 1, span: .seconds(5)))
        let apps = await server.respond(to: get("/simulator/apps"))
        #expect(
            String(decoding: apps.body, as: UTF8.self) == #"[{"name":"app","key":"app-test","mode":"workflow"}]"# + "\n"
        )
        let truth = await server.respond(to: get("/simulator/truth"))
        #expect(String(decoding: truth.body, as: UTF8.self).hasPrefix(#"{"app":{"runs":{"#))
    }

    @Test func `changes what goes on`() async {
        let server = server(load: .steady(runsPerSecond: 1, span: nil))
        for request in [
            post("/simulator/burst", ["app": "app", "rows": "300"]),
            post("/simulator/load", ["app": "app", "state": "off"]),
            post("/simulator/incident", ["app": "app", "kind": "rate_limit", "seconds": "60"]),
            post("/simulator/recovery", ["app": "app"]),
            post("/simulator/incident", ["app": "app", "kind": "quota", "seconds": "60", "share": "0.3"]),
            post("/simulator/upgrade", ["version": "1.15.0"]),
            post("/simulator/poison", ["app": "app", "share": "1", "seconds": "60"]),
            post("/simulator/redis", ["state": "off"]),
            post("/simulator/redis", ["state": "on"]),
        ] {
            #expect(await server.respond(to: request).status == 200)
        }
        #expect(await server.respond(to: get("/v1/workflows/logs")).status == 400)
        for request in [
            post("/simulator/repair", ["app": "app"]),
            post("/simulator/faults", ["ratio": "1", "kind": "502"]),
        ] {
            #expect(await server.respond(to: request).status == 200)
        }
        #expect(await server.withDify { $0.runs(of: "app").count } == 361)
        #expect(await server.respond(to: get("/v1/info")).status == 502)
        #expect(await server.respond(to: post("/simulator/faults", ["ratio": "0"])).status == 200)
        #expect(await server.respond(to: get("/v1/info")).status == 200)
        #expect(await server.respond(to: post("/simulator/key", ["app": "app", "key": "another"])).status == 200)
        #expect(await server.respond(to: get("/v1/info")).status == 401)
    }

    @Test func `refuses with a sentence`() async {
        let server = server()
        for (request, status, sentence) in [
            (get("/simulator/nope"), 404, "there is no /simulator/nope; there are "),
            (get("/simulator/burst"), 405, "/simulator/burst takes POST, not GET"),
            (post("/simulator/burst", ["rows": "3"]), 400, "the parameter app is missing"),
            (post("/simulator/burst", ["app": "x"]), 400, "no app is called 'x'; there are app"),
            (
                post("/simulator/burst", ["app": "app", "rows": "10001"]), 400,
                "rows is '10001', and must be a whole number from 1 to 10000"
            ),
            (
                post("/simulator/incident", ["app": "app", "kind": "flood"]), 400,
                "kind is 'flood', and must be one of provider, rate_limit, quota, timeout, slow"
            ),
            (
                post("/simulator/incident", ["app": "app", "kind": "quota", "seconds": "9", "share": "2"]), 400,
                "share is '2', and must be a number from 0 to 1"
            ),
            (post("/simulator/recovery", [:]), 400, "the parameter app is missing"),
            (
                post("/simulator/upgrade", ["version": "newest"]), 400,
                "version is 'newest', and must be one such as 1.15.0"
            ),
            (post("/simulator/key", ["app": "app"]), 400, "the parameter key is missing"),
            (post("/simulator/faults", ["ratio": "nan"]), 400, "ratio is 'nan', and must be a number from 0 to 1"),
            (
                post("/simulator/load", ["app": "app", "state": "high"]), 400,
                "state is 'high', and must be one of on, off"
            ),
        ] {
            let response = await server.respond(to: request)
            #expect(response.status == status)
            #expect(String(decoding: response.body, as: UTF8.self).hasPrefix(sentence))
        }
    }
}
