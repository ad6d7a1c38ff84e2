import CivilTime
import Metrics
import Testing

/// Every alert is tried: with what must set it off and with what must not, over restarts, and without data. Alerts of one
/// name that differ in their labels, as the burn rates do, are tried one by one. promtool itself runs the cases.
@Suite struct AlertCasesTests {
    /// A check with the test that it stands in.
    private struct Case {
        let test: RuleTestFile.Test
        let check: RuleTestFile.Check

        func series(of metrics: Set<String>) -> [InputSeries] {
            test.series.filter { metrics.contains(MetricNames.metric(of: $0.name)?.name ?? $0.name) }
        }

        func restarts(of metrics: Set<String>) -> Set<InputSeries.Restart> {
            series(of: metrics).reduce(into: []) { $0.formUnion($1.restarts) }
        }
    }

    private struct Cases {
        let firing: [Case]
        let quiet: [Case]
        /// The metrics that the alert looks at.
        let metrics: Set<String>

        init(_ alert: RuleFile.Rule) throws {
            let wait = try #require(Duration(prometheus: alert.wait))
            let all = try RuleTestFile.all().flatMap(\.tests).flatMap { test in
                test.checks.filter { $0.alert == alert.name }.map { Case(test: test, check: $0) }
            }
            firing = all.filter { $0.check.expects(alert.labels) }
            quiet = all.filter { !$0.check.expects(alert.labels) && $0.check.time > wait }
            let recorded = Dictionary(
                grouping: try RuleFile.all().filter { $0.kind == .record }, by: \.name
            ).mapValues { $0.map(\.expression) }
            metrics = Self.metrics(of: alert.expression, recorded)
        }

        /// Goes through recorded series to what they are made of; thresholds count for nothing.
        private static func metrics(of expression: String, _ recorded: [String: [String]]) -> Set<String> {
            PromQL(expression).selectors.map(\.name).reduce(into: []) { found, name in
                if name.contains("threshold") { return }
                if let expressions = recorded[name] {
                    for expression in expressions { found.formUnion(metrics(of: expression, recorded)) }
                } else {
                    found.insert(MetricNames.metric(of: name)?.name ?? name)
                }
            }
        }

        var counters: Set<String> {
            metrics.filter { name in MetricNames.byName[name].map { $0.type != .gauge } ?? false }
        }
    }

    struct Entry: CustomTestStringConvertible, Sendable {
        let alert: RuleFile.Rule
        var testDescription: String { "\(alert.name), line \(alert.line)" }

        static func all() throws -> [Entry] { try RuleFile.alerts().map(Entry.init) }
    }

    @Test(arguments: try Entry.all()) func `a case fires`(entry: Entry) throws {
        #expect(try !Cases(entry.alert).firing.isEmpty)
    }

    /// Quiet for longer than `for`, and not for want of series.
    @Test(arguments: try Entry.all()) func `a case with data stays quiet`(entry: Entry) throws {
        let cases = try Cases(entry.alert)
        #expect(
            cases.quiet.contains { one in
                one.check.expected.isEmpty && cases.metrics.allSatisfy { !one.series(of: [$0]).isEmpty }
            })
    }

    /// Counters that go on after a gap, and counters that begin at 0 again, as without storage.
    @Test(arguments: try Entry.all()) func `restarts are tried`(entry: Entry) throws {
        let cases = try Cases(entry.alert)
        guard !cases.counters.isEmpty else { return }
        for (what, some) in [("fires", cases.firing), ("is quiet", cases.quiet)] {
            let restarts = some.reduce(into: Set<InputSeries.Restart>()) {
                $0.formUnion($1.restarts(of: cases.counters))
            }
            #expect(restarts == [.resumed, .reset], "where it \(what)")
        }
    }

    /// Series that have ended by then, or have never been there.
    @Test(arguments: try Entry.all()) func `missing data is tried`(entry: Entry) throws {
        let cases = try Cases(entry.alert)
        #expect(
            (cases.quiet + cases.firing).contains { one in
                let series = one.series(of: cases.metrics)
                return series.isEmpty || series.contains { one.test.interval * $0.length < one.check.time }
            })
    }

    @Test func `every check is of an alert`() throws {
        let alerts = Set(try RuleFile.alerts().map(\.name))
        for check in try RuleTestFile.all().flatMap(\.tests).flatMap(\.checks) {
            #expect(alerts.contains(check.alert), "line \(check.line)")
        }
    }
}
