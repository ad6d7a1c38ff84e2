import Foundation
import Testing

/// What every alert owes the person it wakes.
@Suite struct AlertRulesTests {
    @Test func `every alert says what it is and what to do`() throws {
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

    @Test func `every alert has a runbook and every runbook an alert`() throws {
        let pages = try ProjectFiles.paths(in: "deploy/runbooks", ".md").filter { !$0.hasSuffix("/README.md") }
        let alerts = Set(try RuleFile.alerts().map { "deploy/runbooks/\($0.name).md" })
        #expect(Set(pages) == alerts)
    }

    @Test(arguments: Set(try RuleFile.alerts().map(\.name)).sorted()) func `runbook answers three questions`(
        alert: String
    )
        throws
    {
        let page = try ProjectFiles.text("deploy/runbooks/\(alert).md")
        let headings = page.split(separator: "\n").filter { $0.hasPrefix("#") }
        #expect(headings == ["# \(alert)", "## What it means", "## What to look at", "## What to do"])
    }

    @Test func `the index of runbooks names each once`() throws {
        let index = try ProjectFiles.text("deploy/runbooks/README.md")
        for alert in Set(try RuleFile.alerts().map(\.name)) {
            #expect(index.components(separatedBy: "(\(alert).md)").count == 2, "\(alert)")
        }
    }

    @Test(arguments: [
        ("DifyRunsFailing", ["fast30m", "fast1h", "fast4h", "slow6h"]), ("DifyFailureBudgetBurn", ["report3d"]),
    ])
    func `an excess is compared with the threshold of its own window`(alert: String, expected: [String]) throws {
        let rule = try #require(RuleFile.alerts().first { $0.name == alert })
        let compared = rule.expression.matches(
            of: /excess_(fast|slow|report)([0-9]+[mhd]) >= scalar\(dify:threshold:excess_failures\{window="([^"]+)"/)
        #expect(compared.map { "\($0.1)\($0.2)" } == expected)
        #expect(compared.allSatisfy { $0.2 == $0.3 })
    }

    /// Else Alertmanager would be told of two alerts for one incident.
    @Test func `an alert has one rule, and one severity`() throws {
        let names = try RuleFile.alerts().map(\.name)
        #expect(Set(names).count == names.count)
    }

    @Test func `the README says how often the recording rules' history is to be made`() throws {
        let rules = try RuleFile(path: Alerting.recording).rules
        /// How many passes a rule's history takes: one more than those of the rules that it builds on.
        func passes(_ rule: RuleFile.Rule) -> Int {
            let names = Set(rule.expression.matches(of: /[a-z0-9_:]+/).map { String($0.0) })
            let others = rules.filter { names.contains($0.name) }
            return 1 + (others.map(passes).max() ?? 0)
        }
        let words = [1: "once", 2: "twice", 3: "three times", 4: "four times", 5: "five times"]
        let word = try #require(words[rules.map(passes).max() ?? 0])
        #expect(try ProjectFiles.text("README.md").contains("`recording.rules.yml` \(word)"))
    }

    @Test func `figures stand in the thresholds only`() throws {
        for alert in try RuleFile.alerts() {
            let figures = alert.expression.matches(of: /[<>]=? *([0-9.]+)/).map { $0.1 }
            #expect(figures.allSatisfy { $0 == "0" }, "\(alert.name), line \(alert.line)")
        }
    }
}
