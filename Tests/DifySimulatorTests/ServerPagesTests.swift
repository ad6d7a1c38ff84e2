import CivilTime
import DifyAPI
import DifySimulator
import Testing

@Suite struct ServerPagesTests {
    @Test func `every answer names server version and time`() {
        var dify = SimulatedDify.make(clockOffset: .seconds(7))
        for (path, type) in [
            ("/v1/info", "application/json"), ("/health", "application/json"), ("/nope", "text/html; charset=utf-8"),
        ] {
            let response = dify.get(path)
            #expect(response.field("Server") == "gunicorn")
            #expect(response.field("Date") == (start + .seconds(7)).httpDate)
            #expect(response.field("Content-Type") == type)
            #expect(response.field("Content-Length") == String(response.body.count))
            #expect(response.field("X-Version") == "1.13.0")
            #expect(response.field("X-Env") == "PRODUCTION")
        }
    }

    @Test(arguments: ["/", "/v1/", "/v1/nope", "/v1/workflows/logs/", "/v1/info/", "/console/api/apps"])
    func `unknown paths are a page of HTML`(_ path: String) {
        var dify = SimulatedDify.make()
        let response = dify.get(path)
        #expect(response.status == 404)
        #expect(response.body.count == 207)
        #expect(response.text.hasPrefix("<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>"))
    }

    @Test func `the bare version redirects`() {
        var dify = SimulatedDify.make()
        let response = dify.get("/v1")
        #expect(response.status == 308)
        #expect(response.field("Location") == "http://127.0.0.1:5001/v1/")
        #expect(response.body.count == 237)
    }

    @Test(arguments: ["POST", "DELETE", "PUT", "PATCH"])
    func `other methods are not allowed`(_ method: String) {
        var dify = SimulatedDify.make()
        let request = SimulatedRequest(method: method, path: "/v1/workflows/logs")
        let response = dify.answer(request, at: start).response
        #expect(response.status == 405)
        let message = "The method is not allowed for the requested URL."
        #expect(response.text == #"{"code":"method_not_allowed","message":"\#(message)","status":405}"# + "\n")
    }

    @Test func `head has the fields of get without its body`() {
        var dify = SimulatedDify.make()
        let length = dify.get().body.count
        let request = SimulatedRequest(method: "HEAD", path: "/v1/workflows/logs", authorization: authorization)
        let response = dify.answer(request, at: start).response
        #expect(response.status == 200 && response.body.isEmpty)
        #expect(response.field("Content-Length") == String(length))
    }

    @Test func `health needs no key`() {
        var dify = SimulatedDify.make()
        let response = dify.get("/health", authorization: nil)
        #expect(response.text == #"{"pid":8770,"status":"ok","version":"1.13.0"}"# + "\n")
    }

    @Test(arguments: [
        ("0.10.1", #"{"name":"app","description":""}"#), ("1.3.1", #"{"name":"app","description":"","tags":[]}"#),
        ("1.4.0", #"{"name":"app","description":"","tags":[],"mode":"advanced-chat"}"#),
        ("1.13.0", #"{"name":"app","description":"","tags":[],"mode":"advanced-chat","author_name":"Olive Owner"}"#),
    ])
    func `info grows with the versions`(_ version: String, _ body: String) throws {
        let version = try #require(ServerVersion(version))
        var dify = SimulatedDify.make(version: version, mode: .chatflow)
        #expect(dify.get("/v1/info").text == body + "\n")
    }

    @Test(arguments: SimulatedApp.Mode.allCases.filter { $0 != .workflow })
    func `only workflow apps have logs`(_ mode: SimulatedApp.Mode) throws {
        var dify = SimulatedDify.make(load: .steady(runsPerSecond: 1, span: nil), mode: mode)
        dify.add(RunScript())
        #expect(try dify.page(at: start + .seconds(60)).total == 0)
    }

    @Test func `slows down with rows and history as measured`() throws {
        var settings = SimulatedDify.Settings()
        settings.history = .seconds(10_000)
        let app = SimulatedApp.Settings.steady(name: "app", key: key, runsPerSecond: 1)
        var dify = SimulatedDify(settings: settings, apps: [app], start: start)
        let request = SimulatedRequest(
            path: "/v1/workflows/logs", query: [("limit", "100")], authorization: authorization)
        let latency = dify.answer(request, at: start).latency
        #expect((.milliseconds(180)...Duration.milliseconds(230)).contains(latency))
        let refused = dify.answer(SimulatedRequest(path: "/v1/workflows/logs"), at: start).latency
        #expect(refused == .milliseconds(10))
    }
}
