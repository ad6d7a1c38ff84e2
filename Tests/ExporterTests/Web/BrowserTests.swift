import HTTPEndpoint
import Testing

@testable import Exporter

/// What pages of other sites can make a browser do.
@Suite struct BrowserTests {
    private func statuses(_ method: String, _ path: String, _ headers: [HTTPHeaders]) async throws -> [Int] {
        let exporter = try await TestedExporter(TestedExporter.app(1))
        var statuses: [Int] = []
        for fields in headers { statuses.append(await exporter.answer(method, path, fields).status) }
        await exporter.stop()
        return statuses
    }

    @Test func `a page of another site cannot load the configuration`() async throws {
        let foreign: [HTTPHeaders] = [
            ["Host": "127.0.0.1:13439", "Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"],
            ["Host": "127.0.0.1:13439", "Sec-Fetch-Site": "cross-site"],
            ["Host": "127.0.0.1:13439", "Sec-Fetch-Site": "same-site"],
            ["Host": "127.0.0.1:13439", "Origin": "http://127.0.0.1:8080"],
            ["Host": "127.0.0.1:13439", "Origin": "http://127.0.0.1"],
            ["Host": "127.0.0.1:13439", "Origin": "null"],
            ["Origin": "http://127.0.0.1:13439"],
            // The site's own name, which it has made point here.
            ["Host": "evil.example:13439", "Origin": "http://evil.example:13439", "Sec-Fetch-Site": "same-origin"],
        ]
        #expect(try await statuses("POST", "/-/reload", foreign) == foreign.map { _ in 403 })
    }

    @Test func `curl and the exporter's own pages can`() async throws {
        let own: [HTTPHeaders] = [
            [:], ["Host": "127.0.0.1:13439"], ["Host": "localhost:13439", "Origin": "http://localhost:13439"],
            ["Host": "localhost", "Origin": "http://localhost:80"],
            ["Host": "localhost:443", "Origin": "https://LOCALHOST"],
            // Behind a proxy that names the exporter by its address.
            [
                "Host": "127.0.0.1:13439", "Origin": "https://metrics.example.com", "Sec-Fetch-Site": "same-origin",
            ],
        ]
        #expect(try await statuses("POST", "/-/reload", own) == own.map { _ in 200 })
    }

    @Test(arguments: ["/", "/api/v1/apps"]) func `on loopback only this machine's names reach a page`(path: String)
        async throws
    {
        let own = ["127.0.0.1:13439", "LOCALHOST", "localhost.:1", "[::1]:13439", "a.localhost", "Build-7:13439"]
        #expect(try await statuses("GET", path, own.map { ["Host": $0] } + [[:]]) == own.map { _ in 200 } + [200])
        let foreign = [
            "evil.example", "evil.example:13439", "127.0.0.1.evil.example", "localhost.evil.example", "", "[::2]",
        ]
        #expect(try await statuses("GET", path, foreign.map { ["Host": $0] }) == foreign.map { _ in 403 })
    }

    @Test(arguments: ["/metrics", "/-/healthy", "/-/ready"])
    func `what programs ask is answered by whatever name`(path: String) async throws {
        let exporter = try await TestedExporter(TestedExporter.app(1))
        await exporter.rounds(3, apps: 1)
        #expect(await exporter.answer("GET", path, ["Host": "exporter.monitoring.svc:13439"]).status == 200)
        await exporter.stop()
    }

    @Test func `every answer says that it is what it says`() async throws {
        let exporter = try await TestedExporter(TestedExporter.app(1))
        for path in ["/", "/metrics", "/api/v1/apps", "/-/healthy", "/-/ready", "/-/reload", "/nowhere"] {
            for method in ["GET", "POST"] {
                #expect(await exporter.answer(method, path).headers["X-Content-Type-Options"] == "nosniff")
            }
        }
        await exporter.stop()
    }
}

@Suite struct HostRuleTests {
    private func rule(_ allowed: [String], listening: [String]) throws -> HostRule {
        HostRule(
            allowed: try allowed.map { try #require(AllowedHost($0)) },
            listeningOn: try listening.map { try ListenAddress($0) }, machine: nil)
    }

    @Test(arguments: [[":13439"], ["0.0.0.0:1"], ["127.0.0.1:1", "10.0.0.1:1"], ["127.evil:1"], ["metrics.example:1"]])
    func `beyond loopback any host is answered`(listening: [String]) throws {
        #expect(try rule([], listening: listening).allows("anything"))
    }

    @Test(arguments: [["127.0.0.1:1"], ["localhost:1"], ["[::1]:1"], ["127.8.9.1:1", "[::1]:1"]])
    func `on loopback only its own`(listening: [String]) throws {
        let rule = try rule([], listening: listening)
        #expect(!rule.allows("anything"))
        for address in listening { #expect(rule.allows(address)) }
    }

    @Test func `the operator's hosts are those, wherever it listens`() throws {
        for listening in [":1", "127.0.0.1:1"] {
            let rule = try rule(["Metrics.example.com", "10.1.2.3", "fe80::1"], listening: [listening])
            #expect(rule.allows("metrics.EXAMPLE.com:443"))
            #expect(rule.allows("10.1.2.3:13439"))
            #expect(rule.allows("[fe80::1]:13439"))
            #expect(!rule.allows("localhost"))
            #expect(try self.rule(["*"], listening: [listening]).allows("anything"))
        }
    }

    @Test(arguments: ["", "http://a", "a:80", "a/b", "a b", "*.example.com"])
    func `what is no host is refused`(text: String) {
        #expect(AllowedHost(text) == nil)
    }
}
