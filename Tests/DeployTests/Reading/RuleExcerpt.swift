/// The rule files with only those rules that some alerts need: the alerts, and all recorded series that they are made of or
/// that their texts ask for. A rule that nothing looks at decides nothing, and costs as much at each evaluation.
struct RuleExcerpt {
    private let wanted: Set<String>

    init(alerts: Set<String>, of rules: [RuleFile.Rule]) {
        let byName = Dictionary(grouping: rules, by: \.name)
        var wanted = alerts
        var rest = Array(alerts)
        while let name = rest.popLast() {
            for rule in byName[name] ?? [] {
                for name in Self.names(in: rule) where byName[name] != nil && wanted.insert(name).inserted {
                    rest.append(name)
                }
            }
        }
        self.wanted = wanted
    }

    /// The names of recorded series have colons.
    private static func names(in rule: RuleFile.Rule) -> [String] {
        ([rule.expression] + rule.annotations.values).flatMap { text in
            text.matches(of: /[a-z_]+(:[a-zA-Z0-9_]+)+/).map { String($0.0) }
        }
    }

    /// A rule file without what is not wanted; its groups stay, empty ones as well.
    func text(of file: String) -> String {
        var kept: [Substring] = []
        var isWanted = true
        for line in file.split(separator: "\n", omittingEmptySubsequences: false) {
            if let begin = ["      - alert: ", "      - record: "].first(where: line.hasPrefix) {
                isWanted = wanted.contains(String(line.dropFirst(begin.count)))
            } else if RuleFile.indent(line) < 6, !line.isEmpty {
                isWanted = true
            }
            if isWanted { kept.append(line) }
        }
        return kept.joined(separator: "\n")
    }
}
