import Exporter
import Metrics
import Testing

/// Dashboards, rules, their tests and the runbooks name what the exporter exposes, and leave nothing out without a reason.
@Suite struct MetricNamesTests {
    /// Metrics that no dashboard shows, and why.
    static let notShown = [
        "dify_exporter_apps_dir_problems": "it is for an alert; the log and check say which file it is",
        "process_virtual_memory_max_bytes": "most systems set no limit, so there is nothing to compare with",
    ]

    private var recorded: Set<String> {
        get throws { Set(try RuleFile.all().filter { $0.kind == .record }.map(\.name)) }
    }

    @Test(arguments: try DashboardFile.all()) func `dashboards name metrics of the catalogue or recorded series`(
        file: DashboardFile
    ) throws {
        let recorded = try recorded
        for (place, text) in file.expressions {
            for name in PromQL(text).selectors.map(\.name) where !MetricNames.ofPrometheus.contains(name) {
                #expect(MetricNames.metric(of: name) != nil || recorded.contains(name), "\(place) names \(name)")
            }
        }
        for variable in file.variables where variable["type"].text == "query" {
            for name in MetricNames.words(in: variable["query"].text ?? "") {
                #expect(MetricNames.metric(of: name) != nil, "variable \(variable["name"].text ?? "") names \(name)")
            }
        }
    }

    @Test func `rules name metrics of the catalogue or each other`() throws {
        let recorded = try recorded
        for rule in try RuleFile.all() {
            for name in PromQL(rule.expression).selectors.map(\.name) where !MetricNames.ofPrometheus.contains(name) {
                #expect(MetricNames.metric(of: name) != nil || recorded.contains(name), "\(rule.name) names \(name)")
            }
        }
    }

    @Test(
        arguments: try ProjectFiles.paths(in: "deploy/prometheus/tests", ".yml")
            + ProjectFiles.paths(in: "deploy/runbooks", ".md"))
    func `texts name metrics of the catalogue`(path: String) throws {
        let recorded = try recorded
        for word in MetricNames.words(in: try ProjectFiles.text(path)) {
            #expect(MetricNames.metric(of: word) != nil || recorded.contains(word), "\(path) names \(word)")
        }
    }

    @Test func `every metric is shown or left out for a reason`() throws {
        let shown = Set(
            try DashboardFile.all().flatMap(\.expressions).flatMap { PromQL($0.text).selectors }
                .compactMap { MetricNames.metric(of: $0.name)?.name })
        for metric in Catalogue.all {
            #expect(
                shown.contains(metric.name) != (Self.notShown[metric.name] != nil),
                "\(metric.name) is on no dashboard, or has a reason that no longer holds")
        }
    }

    @Test func `every recorded series is used`() throws {
        let rules = try RuleFile.all()
        let used = Set(rules.flatMap { PromQL($0.expression).selectors }.map(\.name))
        for name in try recorded { #expect(used.contains(name), "no rule uses \(name)") }
    }
}
