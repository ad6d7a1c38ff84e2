import CivilTime
import DifyAPI
import Foundation
import HTTPEndpoint
import Testing

@testable import Exporter
@testable import LogCollection

@Suite struct StatusRoutesTests {
    private func answer(_ path: String, method: String = "GET", headers: HTTPHeaders = [:]) async -> HTTPResponse {
        let routes = await Routes.sample(SampleApps.all, at: SampleApps.now)
        return await routes.answer(HTTPRequest(method: method, path: path, headers: headers))
    }

    private func apps() async throws -> [[String: Any]] {
        let document = try JSONSerialization.jsonObject(with: Data(await answer("/api/v1/apps").body))
        return try #require((document as? [String: Any])?["apps"] as? [[String: Any]])
    }

    @Test func `the page may load nothing`() async throws {
        let response = await answer("/")
        #expect(response.status == 200)
        #expect(response.headers["Content-Type"] == "text/html; charset=utf-8")
        let policy = try #require(response.headers["Content-Security-Policy"])
        #expect(policy.hasPrefix("default-src 'none'; style-src 'unsafe-inline'; base-uri 'none';"))
        #expect(response.headers["X-Content-Type-Options"] == "nosniff")
        #expect(response.headers["Cache-Control"] == "no-cache")
        #expect(try HTMLElement.parse(response.text).all("h3").count == SampleApps.all.count)
    }

    @Test(arguments: ["/", "/api/v1/apps"]) func `it is read and not written`(path: String) async {
        #expect(await answer(path, method: "HEAD").status == 200)
        for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
            let refused = await answer(path, method: method)
            #expect(refused.status == 405)
            #expect(refused.headers["Allow"] == "GET, HEAD")
        }
    }

    @Test(arguments: ["/", "/api/v1/apps"]) func `it is compressed where that is allowed`(path: String) async {
        let plain = await answer(path)
        let compressed = await answer(path, headers: ["Accept-Encoding": "gzip"])
        #expect(plain.headers["Content-Encoding"] == nil)
        #expect(compressed.headers["Content-Encoding"] == "gzip")
        #expect(compressed.headers["Vary"] == "Accept-Encoding")
        #expect(compressed.body.count * 3 < plain.body.count)
    }

    @Test func `the JSON has the apps in the order of the configuration`() async throws {
        let apps = try await apps()
        #expect(apps.map { $0["name"] as? String } == ["busy", "chat", "down", "stuck", "new", "quiet"])
        #expect(
            apps.map { $0["state"] as? String } == ["up", "no_logs", "down", "up", "not_tried", "up"])
        #expect(apps.map { $0["needs_attention"] as? Bool } == [false, true, true, true, false, false])
        #expect(Set(apps.map { Set($0.keys) }).count == 1)
    }

    @Test func `the JSON has the facts of the page`() async throws {
        let busy = try #require(try await apps().first)
        #expect(busy["metrics_path"] as? String == "/metrics?app=busy")
        #expect(busy["dify_name"] as? String == "busy in Dify")
        #expect(busy["labels"] as? [String: String] == ["team": "finance"])
        #expect(busy["collected_until_timestamp_seconds"] as? Int64 == SampleApps.noon - 61)
        #expect(busy["last_success_timestamp_seconds"] as? Double == Double(SampleApps.noon - 4))
        #expect(busy["last_error_timestamp_seconds"] is NSNull)
        let runs = ["succeeded": 44, "failed": 5, "stopped": 0, "partial_succeeded": 1, "other": 0]
        #expect(busy["runs"] as? [String: Int] == runs)
        #expect(busy["failures"] as? [String: Int] == ["rate_limit": 5])
        #expect(busy["console_url"] is NSNull)
        #expect(busy["consecutive_failures"] as? Int == 1)
        let failed = try #require(busy["last_failed_runs"] as? [[String: Any]])
        #expect(failed.map { $0["run_id"] as? String } == [0, 10, 20, 30, 40].map { SampleApps.runID("busy \($0)") })
        #expect(
            Set(failed[1].keys) == ["run_id", "end_timestamp_seconds", "reason", "duration_seconds", "tokens", "steps"])
        #expect(failed[1]["end_timestamp_seconds"] as? Int64 == SampleApps.noon - 600)
        #expect(failed[1]["reason"] as? String == "rate_limit")
        #expect(failed[1]["duration_seconds"] as? Double == 11)
        #expect(failed[1]["tokens"] as? Int == 10)
        #expect(failed[1]["steps"] as? Int == 2)
        let hour = try #require(busy["last_hour"] as? [String: Any])
        #expect(hour["runs"] as? [String: Int] == runs)
        #expect(hour["failure_ratio"] as? Double == 0.1)
        #expect(hour["step_seconds"] as? Int == 120)
        let steps = try #require(hour["steps"] as? [[String: Any]])
        #expect(steps.count == 30)
        #expect(steps[0]["failure_ratio"] is NSNull)
        #expect(steps[0]["duration_p95_seconds"] is NSNull)
    }

    @Test func `every field is in snake case`() async throws {
        func names(_ value: Any) -> [String] {
            if let object = value as? [String: Any] { return object.flatMap { [$0.key] + names($0.value) } }
            return (value as? [Any])?.flatMap(names) ?? []
        }
        let all = names(try await apps())
        #expect(all.count > 100)
        #expect(all.allSatisfy { $0.wholeMatch(of: /[a-z0-9]+(_[a-z0-9]+)*/) != nil })
    }

    /// A proxy may repeat what it was sent in its error page.
    private struct Echo: Transport {
        func get(_ request: TransportRequest) async throws(TransportError) -> TransportResponse {
            let sent = request.fields.map { "\($0.name): \($0.value)" }.joined(separator: ", ")
            return TransportResponse(
                status: 401, fields: [HTTPField(name: "Content-Type", value: "application/json")],
                body: Array(#"{"code":"unauthorized","message":"<\#(sent)>","status":401}"#.utf8))
        }
    }

    @Test func `a key that is repeated to us is shown nowhere`() async throws {
        let key = "app-Jx0DvXkZ7nOqbT2mYwRs1aLc"
        let clock = HandClock(now: SampleApps.now)
        let app = try TestedExporter.app(1, key: key)
        let service = ExporterService(
            configuration: TestedExporter.configuration([app]),
            surroundings: .init(
                environment: [:], storagePath: nil, logger: Logger(level: .error, format: .logfmt), clock: clock
            ) { _ in Echo() }
        ) { () async throws(LoadError) in throw LoadError(lines: []) }
        let running = Task { await service.run() }
        await clock.untilSleeping(1)
        let routes = Routes(telemetryPath: .standard, hosts: .loopback, service: service)
        for path in ["/", "/api/v1/apps"] {
            let text = await routes.answer(HTTPRequest(path: path)).text
            #expect(text.contains("Dify refuses the key (401: "))
            #expect(text.contains("Authorization: Bearer "))
            #expect(!text.contains(key) && !text.contains(key.dropFirst(4)))
        }
        running.cancel()
        await running.value
    }
}
