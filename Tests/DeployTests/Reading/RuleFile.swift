/// A rule file of Prometheus as far as the tests need it. Reads the plain layout that these files have, not YAML: promtool
/// checks that.
struct RuleFile {
    struct Rule {
        enum Kind { case alert, record }

        let kind: Kind
        let name: String
        let line: Int
        var expression = ""
        /// How long the expression must hold before the alert fires, as it is written: `2m`.
        var wait = "0s"
        var labels: [String: String] = [:]
        var annotations: [String: String] = [:]
    }

    private(set) var rules: [Rule] = []

    init(_ text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.drop { $0 == " " }.hasPrefix("#") ? "" : $0 }
        var section = ""
        var index = 0
        while index < lines.count {
            let line = lines[index]
            index += 1
            guard let (key, value) = Self.member(line) else { continue }
            let indent = Self.indent(line)
            let text = Self.isBlock(value) ? Self.block(lines, &index, deeperThan: indent) : Self.unquoted(value)
            switch (key, indent) {
            case ("- alert", _): rules.append(Rule(kind: .alert, name: text, line: index))
            case ("- record", _): rules.append(Rule(kind: .record, name: text, line: index))
            case _ where rules.isEmpty: continue
            case ("expr", 8): rules[rules.count - 1].expression = text
            case ("for", 8): rules[rules.count - 1].wait = text
            case ("labels", 8) where !text.isEmpty: rules[rules.count - 1].labels = Self.labels(Substring(text))
            case (_, 8): section = key
            case (_, 10) where section == "labels": rules[rules.count - 1].labels[key] = text
            case (_, 10) where section == "annotations": rules[rules.count - 1].annotations[key] = text
            default: continue
            }
        }
    }

    static func indent(_ line: Substring) -> Int { line.prefix { $0 == " " }.count }

    /// The key and the value of a line; nil for a line that has none.
    static func member(_ line: Substring) -> (key: String, value: String)? {
        guard let colon = line.firstRange(of: ":"), line.suffix(from: colon.upperBound).first ?? " " == " " else {
            return nil
        }
        return (
            String(line[..<colon.lowerBound].drop { $0 == " " }),
            String(line[colon.upperBound...].drop { $0 == " " })
        )
    }

    /// The labels of `{app: a, instance: 'one:1'}`.
    static func labels(_ map: Substring) -> [String: String] {
        let members = map.drop { $0 == " " }.dropFirst().dropLast().split(separator: ",").compactMap { member($0) }
        return Dictionary(uniqueKeysWithValues: members.map { ($0.key, unquoted($0.value)) })
    }

    private static func isBlock(_ value: String) -> Bool { value == "|" || value == ">-" }

    private static func block(_ lines: [Substring], _ index: inout Int, deeperThan indent: Int) -> String {
        var taken: [Substring] = []
        while index < lines.count, lines[index].isEmpty || Self.indent(lines[index]) > indent {
            taken.append(lines[index].drop { $0 == " " })
            index += 1
        }
        return taken.joined(separator: " ")
    }

    static func unquoted(_ value: String) -> String {
        value.hasPrefix("'") && value.hasSuffix("'") ? String(value.dropFirst().dropLast()) : value
    }
}

extension RuleFile {
    init(path: String) throws { self.init(try ProjectFiles.text(path)) }

    static func alerts() throws -> [Rule] { try all().filter { $0.kind == .alert } }

    /// The thresholds that hold for all apps and windows, by the last part of their names.
    static func thresholds() throws -> [String: Double] {
        let rules = try RuleFile(path: Alerting.thresholds).rules.filter(\.labels.isEmpty)
        return Dictionary(
            uniqueKeysWithValues: rules.compactMap { rule in
                rule.expression.wholeMatch(of: /vector\(([0-9.]+)\)/).flatMap { Double($0.1) }
                    .map { (String(rule.name.dropFirst("dify:threshold:".count)), $0) }
            })
    }

    /// Those of the project, read once.
    static func all() throws -> [Rule] { try read.get() }

    private static let read = Result {
        try [Alerting.thresholds, Alerting.recording, Alerting.rules].flatMap { try RuleFile(path: $0).rules }
    }
}
