/// A rule file of Prometheus as far as the tests need it. Reads the plain layout that these files have, not YAML: promtool
/// checks that.
struct RuleFile {
    struct Rule {
        enum Kind { case alert, record }

        let kind: Kind
        let name: String
        let line: Int
        var expression = ""
        var labels: [String: String] = [:]
        var annotations: [String: String] = [:]
    }

    private(set) var rules: [Rule] = []

    init(_ text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            .filter { !$0.drop { $0 == " " }.hasPrefix("#") }
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
            case (_, 8): section = key
            case (_, 10) where section == "labels": rules[rules.count - 1].labels[key] = text
            case (_, 10) where section == "annotations": rules[rules.count - 1].annotations[key] = text
            default: continue
            }
        }
    }

    private static func indent(_ line: Substring) -> Int { line.prefix { $0 == " " }.count }

    private static func member(_ line: Substring) -> (key: String, value: String)? {
        guard let colon = line.firstRange(of: ":"), line.suffix(from: colon.upperBound).first ?? " " == " " else {
            return nil
        }
        return (
            String(line[..<colon.lowerBound].drop { $0 == " " }),
            String(line[colon.upperBound...].drop { $0 == " " })
        )
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

    private static func unquoted(_ value: String) -> String {
        value.hasPrefix("'") && value.hasSuffix("'") ? String(value.dropFirst().dropLast()) : value
    }
}

extension RuleFile {
    init(path: String) throws { self.init(try ProjectFiles.text(path)) }

    static func alerts() throws -> [Rule] { try RuleFile(path: Alerting.rules).rules.filter { $0.kind == .alert } }

    static func all() throws -> [Rule] {
        try [Alerting.thresholds, Alerting.recording, Alerting.rules].flatMap { try RuleFile(path: $0).rules }
    }
}
