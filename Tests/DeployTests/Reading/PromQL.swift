/// What the rules for queries look at in a PromQL expression: its selectors, and the calls around them. Not a parser: real
/// Prometheus does that.
struct PromQL {
    struct Selector: Equatable {
        var name: String
        /// Matchers with their operators, as they stand: `job=~"$job"`.
        var matchers: [String] = []
        /// What stands in the brackets after it: `5m`.
        var window: String?
        /// The innermost call that it stands in.
        var call: String?

        func isMatched(by label: String, _ matcher: String) -> Bool { matchers.contains(label + matcher) }
    }

    private(set) var selectors: [Selector] = []
    private var tokens: ArraySlice<String>

    /// The selectors of `text`, from left to right.
    init(_ text: String) {
        tokens = Self.tokens(of: text)[...]
        var calls: [String] = []
        var previous = ""
        while let token = tokens.popFirst() {
            switch token {
            case "(":
                if Self.labelLists.contains(previous) { skip(to: ")") } else { calls.append(previous) }
            case ")":
                calls.removeLast()
            case "{": readMatchers()
            case "[": readWindow()
            default:
                let isName = token.first.map { $0.isLetter || $0 == "_" || $0 == ":" } ?? false
                let isCalled = ["(", "by", "without"].contains(tokens.first)
                if isName, !isCalled, !Self.words.contains(token) {
                    selectors.append(
                        Selector(name: token, call: calls.last { !$0.isEmpty && !Self.words.contains($0) }))
                }
            }
            previous = token
        }
    }

    private static let labelLists: Set = ["by", "without", "on", "ignoring", "group_left", "group_right"]
    private static let words = labelLists.union(["and", "or", "unless", "offset", "bool", "atan2", "Inf", "NaN"])

    private mutating func skip(to end: String) {
        while let token = tokens.popFirst(), token != end {}
    }

    private mutating func readMatchers() {
        var matcher = ""
        while let token = tokens.popFirst(), token != "}" {
            if token == "," {
                if !selectors.isEmpty, !matcher.isEmpty { selectors[selectors.count - 1].matchers.append(matcher) }
                matcher = ""
            } else {
                matcher += token
            }
        }
        if !selectors.isEmpty, !matcher.isEmpty { selectors[selectors.count - 1].matchers.append(matcher) }
    }

    private mutating func readWindow() {
        var window = ""
        while let token = tokens.popFirst(), token != "]" { window += token }
        if !selectors.isEmpty { selectors[selectors.count - 1].window = window }
    }

    /// Names, numbers and variables, strings with their quotes, and single marks; operators of matchers stay whole.
    private static func tokens(of text: String) -> [String] {
        var tokens: [String] = []
        var rest = Substring(text)
        func isWord(_ character: Character) -> Bool {
            character.isLetter || character.isNumber || "_:$.".contains(character)
        }
        while let first = rest.first {
            if first.isWhitespace {
                rest.removeFirst()
            } else if isWord(first) {
                tokens.append(String(rest.prefix(while: isWord)))
                rest = rest.drop(while: isWord)
            } else if first == "\"" {
                let end = rest.dropFirst().firstIndex(of: "\"") ?? rest.index(before: rest.endIndex)
                tokens.append(String(rest[...end]))
                rest = rest[rest.index(after: end)...]
            } else if let operation = ["=~", "!~", "!=", ">=", "<=", "=="].first(where: { rest.hasPrefix($0) }) {
                tokens.append(operation)
                rest = rest.dropFirst(2)
            } else {
                tokens.append(String(rest.removeFirst()))
            }
        }
        return tokens
    }
}
