import Testing

/// Copies that `deploy/generate` writes. After a change of what they are made of, run it. `.ci/check-helm` compares the
/// rest, which Helm renders.
@Suite struct GeneratedFilesTests {
    private static let chart = "deploy/helm/dify-exporter"

    @Test func `the chart has the rules of deploy/prometheus`() throws {
        try expectCopies(of: "deploy/prometheus", ".rules.yml", in: "\(Self.chart)/files/rules")
    }

    @Test func `the chart has the dashboards`() throws {
        try expectCopies(of: "dashboards", ".json", in: "\(Self.chart)/files/dashboards")
    }

    @Test func `the chart has the version of the program`() throws {
        let source = try ProjectFiles.text("Sources/Exporter/Exposition/BuildInfo.swift")
        let version = try #require(source.firstMatch(of: /static let version = "([^"]+)"/)).1
        let chart = try ProjectFiles.text("\(Self.chart)/Chart.yaml")
        #expect(chart.contains("\nversion: \(version)\n") && chart.contains("\nappVersion: \(version)\n"))
    }

    @Test func `every runbook is linked to at the one address`() throws {
        #expect(Alerting.runbooks.wholeMatch(of: /https?:\/\/[^\s]+\//) != nil)
        for path in try ProjectFiles.paths(in: "deploy/prometheus", ".yml")
            + ProjectFiles.paths(in: "deploy/prometheus/tests", ".yml")
        {
            for link in try ProjectFiles.text(path).matches(of: /runbook_url: (\S+\/)\w+\.md/) {
                #expect(link.1 == Alerting.runbooks, "\(path)")
            }
        }
    }

    private func expectCopies(of folder: String, _ suffix: String, in target: String) throws {
        let sources = try ProjectFiles.paths(in: folder, suffix)
        #expect(!sources.isEmpty)
        #expect(try ProjectFiles.paths(in: target, suffix).map(name) == sources.map(name))
        for path in sources {
            let isCopied = try ProjectFiles.text("\(target)/\(name(path))") == ProjectFiles.text(path)
            #expect(isCopied, "\(path) has changed: run deploy/generate")
        }
    }

    private func name(_ path: String) -> Substring { path.split(separator: "/").last ?? "" }
}
