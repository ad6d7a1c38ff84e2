import Testing

/// What the runbooks say of other files holds there.
@Suite struct RunbookTests {
    private static let pages = try? ProjectFiles.paths(in: "deploy/runbooks", ".md")

    /// A page writes `late_logs` (50), or with a unit: `exceptions_ratio` (10 %).
    @Test func `figures are those of the thresholds`() throws {
        let thresholds = try RuleFile.thresholds()
        let units = ["": 1, "%": 0.01, "min": 60]
        var count = 0
        for path in try #require(Self.pages) {
            for found in try ProjectFiles.text(path).matches(of: /`([a-z_]+)`(?: \(|, )([0-9.]+)(?: (%|min))?[ )]/) {
                guard let threshold = thresholds[String(found.1)] else { continue }
                let unit = try #require(units[found.3.map(String.init) ?? ""])
                let figure = try #require(Double(found.2)) * unit
                #expect(abs(figure - threshold) < 1e-9, "\(path): \(found.0)")
                count += 1
            }
        }
        #expect(count >= 7)
    }

    /// Panels and rows stand in bold.
    @Test func `panels are there`() throws {
        let panels = Set(try DashboardFile.all().flatMap(\.panels).compactMap { $0["title"].text })
        for path in try #require(Self.pages) {
            for found in try ProjectFiles.text(path).matches(of: /\*\*([^*]+)\*\*/) {
                let title = String(found.1).split(whereSeparator: \.isWhitespace).joined(separator: " ")
                let isThere = panels.contains(title)
                #expect(isThere, "\(path): \(title)")
            }
        }
    }

    @Test func `dashboards are there`() throws {
        let titles = Set(try DashboardFile.all().compactMap { $0.root["title"].text })
        for path in try #require(Self.pages) {
            for found in try ProjectFiles.text(path).matches(of: /\*(Dify \/ [^*]+)\*/) {
                #expect(titles.contains(String(found.1)), "\(path): \(found.1)")
            }
        }
    }

    @Test func `every alert is on a dashboard`() throws {
        let linked = Set(
            try DashboardFile.all().flatMap(\.shownPanels).flatMap { $0["links"].elements }
                .compactMap { $0["url"].text })
        for alert in Set(try RuleFile.alerts().map(\.name)) where Self.ofRules[alert] == nil {
            #expect(linked.contains("${runbooks:raw}\(alert).md"), "no panel leads to the runbook of \(alert)")
        }
    }

    /// Alerts that no panel leads to, and why.
    private static let ofRules = [
        "DifyThresholdsMissing": "it is about the rules, not about anything that the exporter measures"
    ]
}
