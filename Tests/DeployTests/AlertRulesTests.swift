import Foundation
import Testing

/// What every alert owes the person it wakes.
@Suite struct AlertRulesTests {
    @Test func everyAlertSaysWhatItIsAndWhatToDo() throws {
        let alerts = try RuleFile.alerts()
        #expect(alerts.count > 15)
        for alert in alerts {
            let place = "\(alert.name), line \(alert.line)"
            #expect(alert.name.wholeMatch(of: /Dify([A-Z][a-z0-9]+)+/) != nil, "\(place): names are CamelCase")
            #expect(["critical", "warning", "info"].contains(alert.labels["severity"]), "\(place)")
            #expect(alert.annotations["summary"]?.isEmpty == false, "\(place)")
            let description = alert.annotations["description"] ?? ""
            #expect(description.contains("{{ $value") || description.contains("{{ $labels"), "\(place) gives no value")
            #expect(alert.annotations["runbook_url"] == "\(Alerting.runbooks)\(alert.name).md", "\(place)")
        }
    }

    @Test func everyAlertHasARunbookAndEveryRunbookAnAlert() throws {
        let pages = try ProjectFiles.paths(in: "deploy/runbooks", ".md").filter { !$0.hasSuffix("/README.md") }
        let alerts = Set(try RuleFile.alerts().map { "deploy/runbooks/\($0.name).md" })
        #expect(Set(pages) == alerts)
    }

    @Test(arguments: Set(try RuleFile.alerts().map(\.name)).sorted()) func runbookAnswersThreeQuestions(alert: String)
        throws
    {
        let page = try ProjectFiles.text("deploy/runbooks/\(alert).md")
        let headings = page.split(separator: "\n").filter { $0.hasPrefix("#") }
        #expect(headings == ["# \(alert)", "## What it means", "## What to look at", "## What to do"])
    }

    @Test func theIndexOfRunbooksNamesEachOnce() throws {
        let index = try ProjectFiles.text("deploy/runbooks/README.md")
        for alert in Set(try RuleFile.alerts().map(\.name)) {
            #expect(index.components(separatedBy: "(\(alert).md)").count == 2, "\(alert)")
        }
    }

    @Test func burnRatesFollowTheirWindows() throws {
        let alerts = try RuleFile.alerts().filter { $0.name == "DifyFailureBudgetBurn" }
        #expect(
            alerts.map { [$0.labels["long"], $0.labels["short"]] } == [
                ["1h", "5m"], ["6h", "30m"], ["1d", "2h"], ["3d", "6h"],
            ])
        for alert in alerts {
            for window in [alert.labels["long"] ?? "", alert.labels["short"] ?? ""] {
                #expect(alert.expression.contains("ratio_rate\(window) "), "line \(alert.line)")
            }
        }
    }

    @Test func figuresStandInTheThresholdsOnly() throws {
        for alert in try RuleFile.alerts() {
            let figures = alert.expression.matches(of: /[<>]=? *([0-9.]+)/).map { $0.1 }
            #expect(figures.allSatisfy { $0 == "0" }, "\(alert.name), line \(alert.line)")
        }
    }
}
