import Exporter
import JSON
import Metrics
import Testing

/// The rules of grafana/dashboard-linter that matter here, and those of this project.
@Suite struct DashboardRulesTests {
    @Test(arguments: try DashboardFile.all()) func `settings are those of the project`(file: DashboardFile) {
        let root = file.root
        #expect(
            file.path == "dashboards/\(root["uid"].text ?? "").json", "the uid is the file's name and never changes")
        #expect(root["schemaVersion"].integer == 42)
        #expect(root["editable"].flag == false)
        #expect(root["graphTooltip"].integer == 1)
        #expect(root["timezone"].text == "browser")
        #expect(root["refresh"].text == "30s")
        #expect(root["tags"].elements.map(\.text) == ["dify", "prometheus"])
        #expect(!(root["title"].text ?? "").isEmpty && !(root["description"].text ?? "").isEmpty)
    }

    @Test func `titles and UI ds are unique`() throws {
        let roots = try DashboardFile.all().map(\.root)
        #expect(Set(roots.map { $0["uid"].text }).count == roots.count)
        #expect(Set(roots.map { $0["title"].text }).count == roots.count)
    }

    @Test(arguments: try DashboardFile.all()) func `source is a variable`(file: DashboardFile) throws {
        let variable = try #require(file.variable("datasource"))
        #expect(variable["type"].text == "datasource")
        #expect(variable["label"].text == "Data source")
        #expect(variable["query"].text == "prometheus")
        for annotation in file.root["annotations"]["list"].elements where annotation["expr"].text != nil {
            #expect(annotation["datasource"]["uid"].text == "$datasource", "\(annotation["name"].text ?? "")")
        }
        for panel in file.shownPanels where panel["type"].text != "text" {
            let title = panel["title"].text ?? ""
            #expect(panel["datasource"]["uid"].text == "$datasource", "\(title)")
            #expect(panel["targets"].elements.allSatisfy { $0["datasource"]["uid"].text == "$datasource" }, "\(title)")
        }
    }

    @Test(arguments: try DashboardFile.all(), ["job", "instance", "app"])
    func `variable chooses among all`(file: DashboardFile, name: String) throws {
        let variable = try #require(file.variable(name))
        #expect(variable["type"].text == "query")
        #expect(variable["datasource"]["uid"].text == "${datasource}")
        #expect(variable["multi"].flag == true && variable["includeAll"].flag == true)
        #expect(variable["allValue"].text == ".+")
        #expect(variable["refresh"].integer == 2, "queried again when the shown time changes")
    }

    @Test(arguments: try DashboardFile.all()) func `every panel explains itself`(file: DashboardFile) {
        for panel in file.shownPanels {
            let title = panel["title"].text ?? ""
            #expect(!title.isEmpty)
            #expect(!(panel["description"].text ?? "").isEmpty, "\(title) has no description")
            guard panel["type"].text != "text" else { continue }
            let defaults = panel["fieldConfig"]["defaults"]
            #expect(Self.isUnit(defaults["unit"].text ?? ""), "\(title) has no unit that Grafana knows")
            let none = defaults["noValue"].text ?? ""
            #expect(!["", "No data"].contains(none), "\(title) does not say what no data means")
            #expect(!panel["targets"].elements.isEmpty, "\(title) asks nothing")
        }
    }

    private static func isUnit(_ unit: String) -> Bool {
        ["s", "short", "none", "percentunit", "reqps", "rowsps", "bytes"].contains(unit) || unit.hasPrefix("suffix:")
    }

    @Test(arguments: try DashboardFile.all()) func `panels come with grafana`(file: DashboardFile) {
        let builtIn: Set = ["row", "stat", "timeseries", "heatmap", "bargauge", "table", "text"]
        #expect(Set(file.panels.compactMap { $0["type"].text }).isSubset(of: builtIn))
    }

    @Test(arguments: try DashboardFile.all()) func `panels have their own i ds and places`(file: DashboardFile) {
        let ids = file.panels.compactMap { $0["id"].integer }
        #expect(ids.count == file.panels.count && Set(ids).count == ids.count)
        var taken: Set<[Int64]> = []
        for panel in file.root["panels"].elements {
            let place = panel["gridPos"]
            guard let x = place["x"].integer, let y = place["y"].integer, let w = place["w"].integer,
                let h = place["h"].integer
            else {
                Issue.record("\(panel["title"].text ?? "") has no place")
                continue
            }
            #expect(x >= 0 && x + w <= 24, "\(panel["title"].text ?? "") is wider than the page")
            for column in x..<(x + w) {
                for line in y..<(y + h) {
                    #expect(
                        taken.insert([column, line]).inserted, "\(panel["title"].text ?? "") lies on another panel")
                }
            }
        }
    }

    @Test(arguments: try DashboardFile.all()) func `every selector follows the variables`(file: DashboardFile) {
        for (place, text) in file.expressions {
            for selector in PromQL(text).selectors {
                #expect(selector.isMatched(by: "job", #"=~"$job""#), "\(place): \(selector.name)")
                #expect(selector.isMatched(by: "instance", #"=~"$instance""#), "\(place): \(selector.name)")
                guard MetricNames.metric(of: selector.name)?.labels.contains("app") == true else { continue }
                #expect(selector.isMatched(by: "app", #"=~"$app""#), "\(place): \(selector.name)")
            }
        }
    }

    @Test(arguments: try DashboardFile.all()) func `matchers name labels of their metric`(file: DashboardFile) {
        for (place, text) in file.expressions {
            for selector in PromQL(text).selectors {
                guard let metric = MetricNames.metric(of: selector.name) else { continue }
                for matcher in selector.matchers {
                    let label = String(matcher.prefix { $0.isLetter || $0 == "_" })
                    #expect(
                        ["job", "instance"].contains(label) || metric.labels.contains(label)
                            || (metric.name, label) == (Catalogue.appInfo.name, Catalogue.consoleURLLabel),
                        "\(place): \(matcher)")
                }
            }
        }
    }

    @Test(arguments: try DashboardFile.all()) func `counters stand in rates over a fitting window`(file: DashboardFile)
        throws
    {
        let windows: Set = ["$__rate_interval", "$__range", "1h", "30d"]
        let rates: Set = ["rate", "increase", "irate", "changes"]
        let recorded = Set(try RuleFile.all().filter { $0.kind == .record }.map(\.name))
        for (place, text) in file.expressions {
            for selector in PromQL(text).selectors {
                if MetricNames.metric(of: selector.name)?.type != .gauge,
                    !MetricNames.ofPrometheus.contains(selector.name), !recorded.contains(selector.name)
                {
                    #expect(rates.contains(selector.call ?? ""), "\(place): \(selector.name) is a counter")
                }
                if let window = selector.window { #expect(windows.contains(window), "\(place): [\(window)]") }
            }
        }
    }

    @Test(arguments: try DashboardFile.all()) func `dashboards and runbooks are linked`(file: DashboardFile) throws {
        let links = file.root["links"].elements
        let dashboards = try #require(links.first { $0["type"].text == "dashboards" })
        #expect(dashboards["tags"].elements.map(\.text) == ["dify"])
        #expect(dashboards["includeVars"].flag == true && dashboards["keepTime"].flag == true)
        #expect(file.variable("runbooks")?["query"].text == Alerting.runbooks)

        let alerts = Set(try RuleFile.alerts().map(\.name))
        for panel in file.shownPanels {
            for url in panel["links"].elements.compactMap({ $0["url"].text }) where url.hasPrefix("${runbooks:raw}") {
                let alert = url.dropFirst("${runbooks:raw}".count).dropLast(".md".count)
                #expect(alerts.contains(String(alert)), "\(panel["title"].text ?? "") links to \(url)")
            }
        }
    }

    @Test(arguments: try DashboardFile.all()) func `the objective is that of the alerts`(file: DashboardFile) throws {
        guard let objective = file.variable("objective") else { return }
        let shown = try #require(Double(objective["query"].text ?? ""))
        let allowed = try #require(RuleFile.thresholds()["failure_ratio"])
        #expect(abs(1 - shown - allowed) < 1e-9)
        #expect(Step.failures()[1].value == allowed)
    }

    @Test func `a streak is red from the number on at which an alert fires`() throws {
        let alerting = try #require(try RuleFile.thresholds()["consecutive_failures"])
        #expect(Step.streak.last?.value == alerting)
    }

    @Test func `numbers are behind in the detection panel as they are in the alert`() throws {
        let age = try #require(try RuleFile.thresholds()["data_age_seconds"])
        #expect(Expression.detection.contains("> \(Int(age)))"))
    }

    @Test(arguments: try DashboardFile.all()) func `restarts and reloads are annotated`(file: DashboardFile) {
        let names = file.root["annotations"]["list"].elements.compactMap { $0["name"].text }
        #expect(names.contains("Restarts") && names.contains("Reloads"))
    }
}
