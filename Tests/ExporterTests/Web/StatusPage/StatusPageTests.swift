import CivilTime
import DifyAPI
import Foundation
import HTTPEndpoint
import Metrics
import Testing

@testable import Exporter
@testable import LogCollection

@Suite struct StatusPageTests {
    @Test(arguments: [8.9e307, .infinity, .nan, -1]) func `hostile numbers and texts make a page`(elapsed: Double) {
        let words = "<script>\u{202e}\u{1b}[2J" + String(repeating: "\u{1F469}", count: 500)
        let run = WorkflowRun(
            id: "x", status: .succeeded, elapsedTime: elapsed, totalTokens: .max, totalSteps: .min,
            exceptionsCount: .max, finishedAt: SampleApps.noon)
        let log = WorkflowLog(id: "x", run: run, createdFrom: words, createdAt: SampleApps.noon - 60)
        var snapshot = SampleApps.snapshot("hostile", [log])
        snapshot.info = AppInfo(name: words, description: words, tags: [words], mode: words, authorName: words)
        snapshot.clockDifference = .seconds(Int64.max / 2000)
        let report = SampleApps.report([("hostile", snapshot)])
        let html = StatusPage(report: report).html
        #expect(html.contains("hostile"))
        #expect(!html.contains("<script>"))
        #expect(!report.json.isEmpty)
    }

    private func page(_ report: StatusReport = SampleApps.report()) throws -> HTMLElement {
        try HTMLElement.parse(StatusPage(report: report).html)
    }

    private func article(_ name: String, in page: HTMLElement) throws -> HTMLElement {
        try #require(page.all("article").first { $0.all("h3").first?.text == name })
    }

    private func facts(_ article: HTMLElement) -> [String: String] {
        let entries = article.all("dl").flatMap(\.children).map { ($0.children[0].text, $0.children[1].text) }
        return Dictionary(uniqueKeysWithValues: entries)
    }

    @Test(
        arguments: [(Duration.seconds(185), "about 3 min 5 s to go"), (nil, "no estimate yet")]
            as [(Duration?, String)])
    func `an app that catches up tells how far it is and how long it takes`(rest: Duration?, words: String) throws {
        var snapshot = SampleApps.busy("late")
        snapshot.catchUp = CatchUpProgress(
            readUntil: SampleApps.noon - 3600, rows: 12_345, requests: 130, elapsed: .seconds(60), remaining: rest)
        let report = SampleApps.report([("late", snapshot), ("busy", SampleApps.busy("busy"))])
        let page = try page(report)
        let fact = try #require(facts(article("late", in: page))["Catching up"])
        #expect(fact == "12,345 rows read, up to 11:01:00 UTC; \(words)")
        #expect(try facts(article("busy", in: page))["Catching up"] == nil)
    }

    @Test func `the worst come first and the rest stays in order`() throws {
        let page = try page()
        #expect(page.all("h3").map(\.text) == ["down", "stuck", "chat", "new", "busy", "quiet"])
        let look = try #require(page.all("div").first { $0.classes.contains("look") })
        #expect(look.all("a").map(\.text) == ["down", "stuck", "chat"])
        #expect(look.all("a").map { $0.attributes["href"] } == ["#app-3", "#app-4", "#app-2"])
    }

    @Test func `the summary counts apps and runs`() throws {
        let tiles = try #require(try page().all("dl").first { $0.classes.contains("tiles") })
        #expect(
            facts(tiles) == [
                "apps": "6", "up": "3", "down": "1", "without logs": "1", "not tried yet": "1",
                "runs in 1 h": "100",
                "failed in 1 h": "10 %", "in progress": "2", "stuck": "1",
            ])
    }

    @Test func `an app shows what an operator wants`() throws {
        let article = try article("busy", in: page())
        #expect(article.text.contains("busy in Dify · workflow · tags: one · Dify\u{a0}1.13.0 · team: finance"))
        #expect(article.all("figcaption").map(\.text).prefix(2) == ["50 runs ended", "10 % failed (5)"])
        #expect(article.all("figcaption").last?.text.contains(/^median \d+ s, p95 \d+ s$/) == true)
        let facts = facts(article)
        #expect(facts["Finished"]?.hasPrefix("44 succeeded, 5 failed, 0 stopped, 1 partial-succeeded, 0 other") == true)
        #expect(facts["In progress"] == "0 running, 0 paused, 0 pending")
        #expect(facts["Failures"] == "rate_limit 5")
        #expect(facts["Failed since the last success"] == "1")
        #expect(facts["Complete until"]?.contains("1 min 1 s ago") == true)
        #expect(facts["Last success"]?.contains("4 s ago") == true)
        #expect(article.all("a").map { $0.attributes["href"] } == ["./metrics?app=busy"])
    }

    @Test func `a down app tells the reason and the remedy beside its numbers`() throws {
        let article = try article("down", in: page())
        #expect(
            article.text.contains("Dify refuses the key (401: Access token is invalid). Take the app's key from its"))
        #expect(facts(article)["Last error"]?.contains("2 s ago") == true)
        #expect(article.all("svg").count == 3)
    }

    @Test func `apps without numbers have no plots and say why`() throws {
        let page = try page()
        #expect(try article("chat", in: page).text.contains("Dify writes workflow logs for workflow apps only"))
        #expect(try article("quiet", in: page).text.contains("No run that ended in the last hour has been counted."))
        for name in ["chat", "quiet", "new"] { #expect(try article(name, in: page).all("svg").isEmpty) }
        var reading = SampleApps.snapshot("reading", [])
        reading.numbers = nil
        let one = try self.page(SampleApps.report([("reading", reading)]))
        #expect(try article("reading", in: one).text.contains("The first logs are being read."))
    }

    @Test func `a clock that is off is remarked`() throws {
        var snapshot = SampleApps.snapshot("a", [])
        snapshot.clockDifference = .seconds(90)
        let page = try page(SampleApps.report([("a", snapshot)]))
        #expect(try article("a", in: page).text.contains("The server's clock differs by 1m30s."))
        // The present is that of Dify, where its times are compared.
        #expect(facts(try article("a", in: page))["Complete until"]?.contains("2 min 31 s ago") == true)
    }

    @Test func `what dify and the configuration say is only text`() throws {
        let hostile = "</h3><script>alert('1')</script>\"&amp;"
        var snapshot = SampleApps.busy(hostile, labels: [Label(name: "team", value: hostile)])
        snapshot.info?.tags = [hostile]
        snapshot.info?.mode = hostile
        snapshot.serverVersion = hostile
        snapshot.health = .down(.api(.server(status: 500, message: hostile)))
        let page = try page(SampleApps.report([(hostile, snapshot)]))
        #expect(page.all("script").isEmpty)
        let article = try article(hostile, in: page)
        #expect(article.text.components(separatedBy: hostile).count - 1 == 9)
        #expect(
            article.all("a").first?.attributes["href"]
                == "./metrics?app=%3C%2Fh3%3E%3Cscript%3Ealert%28%271%27%29%3C%2Fscript%3E%22%26amp%3B")
    }

    @Test func `two hundred apps are one page of bounded size`() throws {
        let apps = (0..<200).map { number in ("app-\(number)", Optional(SampleApps.busy("app-\(number)"))) }
        let html = StatusPage(report: SampleApps.report(apps)).html
        #expect(try HTMLElement.parse(html).all("article").count == 200)
        #expect(html.utf8.count < 200 * 9000)
    }

    @Test func `the telemetry path is that of the flag`() throws {
        let report = StatusReport(apps: SampleApps.all, at: SampleApps.now, telemetryPath: "/a b/metrics")
        let links = try page(report).all("a").compactMap { $0.attributes["href"] }
        #expect(links.contains("./a%20b/metrics") && links.contains("./a%20b/metrics?app=busy"))
    }
}
