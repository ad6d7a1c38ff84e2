import CivilTime

/// A file of `promtool test rules` as far as its coverage needs it: which series its tests have, and which alerts they look
/// at. Reads the plain layout that these files have, as `RuleFile` does.
struct RuleTestFile {
    struct Test {
        let name: String
        var interval = Duration.zero
        var series: [InputSeries] = []
        var checks: [Check] = []
    }

    /// One look at all alerts of a name.
    struct Check {
        let alert: String
        let line: Int
        var time = Duration.zero
        /// The labels of each alert that must fire; none where all must be quiet.
        var expected: [[String: String]] = []

        /// Whether one of the alerts that must fire has all these labels.
        func expects(_ labels: [String: String]) -> Bool {
            expected.contains { alert in labels.allSatisfy { alert[$0.key] == $0.value } }
        }
    }

    private(set) var tests: [Test] = []

    init(_ text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        var section = ""
        for (index, line) in lines.enumerated() {
            guard let (key, value) = RuleFile.member(line), !key.hasPrefix("#") else { continue }
            if RuleFile.indent(line) == 4 { section = key }
            if key == "- name" { tests.append(Test(name: value)) }
            guard var test = tests.popLast() else { continue }
            switch (section, key) {
            case (_, "interval"): test.interval = Duration(prometheus: value) ?? .zero
            case ("input_series", "- series"): test.series.append(InputSeries(RuleFile.unquoted(value)))
            case ("input_series", "values"): test.series[test.series.count - 1].read(RuleFile.unquoted(value))
            case ("alert_rule_test", "- alertname"): test.checks.append(Check(alert: value, line: index + 1))
            case ("alert_rule_test", "eval_time"):
                test.checks[test.checks.count - 1].time = Duration(prometheus: value) ?? .zero
            case ("alert_rule_test", "- exp_labels"):
                test.checks[test.checks.count - 1].expected.append(RuleFile.labels(lines[index + 1]))
            default: break
            }
            tests.append(test)
        }
    }

    /// Those of the project, read once: they are long, and every alert looks into all of them.
    static func all() throws -> [RuleTestFile] { try read.get() }

    private static let read = Result {
        try ProjectFiles.paths(in: "deploy/prometheus/tests", ".yml").map { RuleTestFile(try ProjectFiles.text($0)) }
    }
}

/// A series that a test puts in.
struct InputSeries {
    let name: String
    /// Samples in a row, each stretch by its first and last value; nil for one that is missing.
    private var stretches: [(first: Double, last: Double)?] = []
    /// How many intervals its samples reach.
    private(set) var length = 0

    init(_ selector: String) { name = String(selector.prefix { $0 != "{" }) }

    /// Reads promtool's notation: `0+4x60 _ _ 0+4x57 stale`.
    mutating func read(_ values: String) {
        for word in values.split(separator: " ") where word != "stale" {
            guard let found = word.wholeMatch(of: /(_|-?[0-9.]+)([+-][0-9.]+)?(?:x([0-9]+))?/) else { continue }
            let repeats = found.3.flatMap { Int($0) } ?? 0
            length += repeats + 1
            guard let first = Double(found.1) else {
                stretches.append(nil)
                continue
            }
            stretches.append((first, first + Double(repeats) * (found.2.flatMap { Double($0) } ?? 0)))
        }
    }

    enum Restart { case resumed, reset }

    /// What became of the value over each gap: it went on, or it fell. A value of 0 tells nothing.
    var restarts: Set<Restart> {
        var found: Set<Restart> = []
        var last: Double?
        var isAfterGap = false
        for stretch in stretches {
            if let stretch, let last, isAfterGap, last > 0 {
                found.insert(stretch.first < last ? .reset : .resumed)
            }
            isAfterGap = stretch == nil
            last = stretch?.last ?? last
        }
        return found
    }
}
