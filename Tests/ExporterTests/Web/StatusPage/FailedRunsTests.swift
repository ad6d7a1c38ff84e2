import CivilTime
import DifyAPI
import Foundation
import HTTPEndpoint
import Metrics
import Testing

@testable import Exporter
@testable import LogCollection

@Suite struct FailedRunsTests {
    private static let console = "https://dify.example/app/5a9196f0/logs"

    private func article(_ snapshot: AppSnapshot) throws -> HTMLElement {
        let html = StatusPage(report: SampleApps.report([(snapshot.name, snapshot)])).html
        return try #require(try HTMLElement.parse(html).all("article").first)
    }

    private func rows(_ article: HTMLElement) -> [[String]] {
        article.all("tbody").flatMap { $0.all("tr") }.map { $0.children.map(\.text) }
    }

    @Test func `the table tells of each failed run what is kept, the latest first`() throws {
        let rows = rows(try article(SampleApps.busy("busy")))
        #expect(rows.count == 5)
        #expect(rows[1] == [SampleApps.runID("busy 10"), "11:51:00 UTC", "rate_limit", "11 s", "10", "2"])
        #expect(rows.map { $0[0] } == [0, 10, 20, 30, 40].map { SampleApps.runID("busy \($0)") })
    }

    @Test func `twenty are shown of an app that has failed more often`() throws {
        let logs = (0..<30).map { SampleApps.log("\($0)", endedAt: SampleApps.noon - Int64($0), .failed) }
        let article = try article(SampleApps.snapshot("a", logs))
        #expect(rows(article).map { $0[0] } == (0..<20).map { SampleApps.runID("\($0)") })
        #expect(article.all("summary").map(\.text) == ["The last 20 failed runs; 30 failed since the last success"])
    }

    @Test func `it is open during a streak, folded after a success, and absent where no run has failed`() throws {
        let failed = SampleApps.log("a", endedAt: SampleApps.noon - 60, .failed)
        let succeeded = SampleApps.log("b", endedAt: SampleApps.noon, .succeeded)
        let during = try article(SampleApps.snapshot("a", [failed])).all("details")
        #expect(during.map { $0.attributes["open"] } == [""])
        let after = try article(SampleApps.snapshot("a", [failed, succeeded])).all("details")
        #expect(after.map { $0.attributes["open"] } == [nil])
        #expect(after.flatMap { $0.all("summary") }.map(\.text) == ["The last failed run"])
        #expect(try article(SampleApps.snapshot("a", [succeeded])).all("details").isEmpty)
    }

    @Test func `an app whose last four runs failed needs attention, and comes before one with stuck runs`() throws {
        func failing(_ count: Int) -> AppSnapshot {
            let logs = (0..<count).map { SampleApps.log("\($0)", endedAt: SampleApps.noon - Int64($0), .failed) }
            return SampleApps.snapshot("failing", logs)
        }
        func page(_ count: Int) throws -> HTMLElement {
            let apps = [("stuck", Optional(SampleApps.stuck)), ("failing", failing(count))]
            return try HTMLElement.parse(StatusPage(report: SampleApps.report(apps)).html)
        }
        let states = { (page: HTMLElement) in page.all("span").filter { $0.classes.contains("state") }.map(\.text) }
        let many = try page(4)
        #expect(many.all("h3").map(\.text) == ["failing", "stuck"])
        #expect(states(many) == ["✓ up", "✕ 4 failed in a row", "✓ up", "! 1 stuck"])
        #expect(SampleApps.report([("failing", failing(4))]).apps[0].needsAttention)
        let few = try page(3)
        #expect(few.all("h3").map(\.text) == ["stuck", "failing"])
        #expect(!SampleApps.report([("failing", failing(3))]).apps[0].needsAttention)
    }

    @Test func `runs are links only where the app's place in the console is configured`() throws {
        let plain = try article(SampleApps.busy("busy"))
        #expect(plain.all("tbody").flatMap { $0.all("a") }.isEmpty)
        let linked = try article(SampleApps.busy("busy", consoleURL: Self.console))
        let links = linked.all("tbody").flatMap { $0.all("a") }
        #expect(links.map(\.text) == rows(linked).map { $0[0] })
        #expect(links.allSatisfy { $0.attributes["href"] == Self.console && $0.attributes["rel"] == "noreferrer" })
        #expect(linked.all("a").contains { $0.text == "Logs of busy in Dify" && $0.attributes["href"] == Self.console })
    }

    @Test func `a console URL that means something in HTML is only text`() throws {
        let url = "https://dify.example/'onclick='x()&amp;/logs"
        let article = try article(SampleApps.busy("busy", consoleURL: url))
        let links = article.all("a").filter { $0.attributes["rel"] != nil }
        #expect(links.count == 6)
        #expect(links.allSatisfy { $0.attributes["href"] == url && $0.attributes.count == 2 })
    }

    @Test func `no error text and no odd run id is shown anywhere`() async throws {
        let secret = "sk-live-0123456789 of Ms Example"
        let run = WorkflowRun(
            id: secret, status: .failed, error: "401 \(secret)", elapsedTime: 1, totalTokens: 1, totalSteps: 1,
            createdAt: SampleApps.noon - 9, finishedAt: SampleApps.noon)
        let log = WorkflowLog(id: "x", run: run, createdFrom: "service-api", createdAt: SampleApps.noon - 9)
        let routes = await Routes.sample(
            [("a", SampleApps.snapshot("a", [log], consoleURL: Self.console))], at: SampleApps.now)
        for path in ["/", "/api/v1/apps", "/metrics"] {
            let text = await routes.answer(HTTPRequest(path: path)).text
            #expect(text.contains("auth"))
            #expect(!text.contains("sk-live") && !text.contains("Example"))
        }
        #expect(try article(SampleApps.snapshot("a", [log])).all("tbody").first?.text.contains("without an id") == true)
    }

    @Test func `the JSON and dify_app_info have the console URL, and other apps no such label`() async throws {
        let apps = [
            ("a", Optional(SampleApps.busy("a", labels: [Label(name: "team", value: "x")], consoleURL: Self.console))),
            ("b", SampleApps.busy("b")),
        ]
        let routes = await Routes.sample(apps, at: SampleApps.now)
        let json = await routes.answer(HTTPRequest(path: "/api/v1/apps")).text
        #expect(json.contains("\"console_url\":\"\(Self.console)\""))
        #expect(json.contains("\"labels\":{\"team\":\"x\"}"))
        let lines = await routes.answer(HTTPRequest(path: "/metrics")).text.split(separator: "\n")
        let infos = lines.filter { $0.hasPrefix("dify_app_info{") }
        #expect(infos.count == 2)
        #expect(infos[0].contains("console_url=\"\(Self.console)\",team=\"x\""))
        #expect(!infos[1].contains("console_url"))
    }
}
