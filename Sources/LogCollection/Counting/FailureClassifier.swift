import Bytes

/// Names the class of a failed run's error text, so that failures can be told apart without keeping the text, which is
/// unbounded and may hold user data.
package struct FailureClassifier: Hashable, Sendable {
    /// The operator's own rules, in their order.
    package let ownRules: [Rule]

    /// Failures whose text the pattern occurs in have this reason.
    package struct Rule: Hashable, Sendable {
        package let reason: String
        package let pattern: TextPattern

        package init(reason: String, pattern: TextPattern) {
            self.reason = reason
            self.pattern = pattern
        }
    }

    package init(ownRules: [Rule] = []) {
        self.ownRules = ownRules
    }

    /// The reason for texts that no rule knows, and for failures without a text.
    package static let other = "other"

    /// Every reason that the built-in rules can give, in the order of the contract.
    package static let builtInReasons = [
        "rate_limit", "quota", "auth", "timeout", "connection", "upstream_5xx", "invalid_input", "code",
        "content_filter", "limit_reached", other,
    ]

    /// How much of a text is looked at, from its beginning: enough for any message, little for 100 kB of stack trace.
    static let examinedBytes = 4096

    /// The first of the operator's rules wins, then the first of the built-in ones.
    package func reason(for error: String?) -> String {
        guard let error else { return Self.other }
        if !ownRules.isEmpty {
            let examined = Array(error.utf8.prefix(Self.examinedBytes))
            if let own = ownRules.first(where: { $0.pattern.occurs(in: examined) }) { return own.reason }
        }
        var text = error
        let rule = text.withUTF8 {
            Self.marks.firstRule(
                in: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer($0).prefix(Self.examinedBytes)))
        }
        return rule.map { Self.rules[$0].reason } ?? Self.other
    }

    private static let marks = MarkTable(rules.map(\.marks))

    /// The first rule with a mark in the text wins, so the particular stand before the general: a provider reports an
    /// empty account with 429 as well.
    static let rules: [(reason: String, marks: [String])] = [
        ("limit_reached", ["execution time", "max steps", "maximum steps", "execution steps", "call depth"]),
        (
            "content_filter",
            ["content_filter", "content filter", "content management policy", "content policy", "moderation", "safety"]
        ),
        ("quota", ["quota", "insufficient balance", "insufficient credit", "billing", "payment required", "402"]),
        ("rate_limit", ["rate limit", "rate_limit", "ratelimit", "too many requests", "throttl", "429"]),
        (
            "auth",
            [
                "api key", "api_key", "apikey", "unauthorized", "unauthorised", "authenticat", "permission denied",
                "credential", "forbidden", "401", "403",
            ]
        ),
        ("timeout", ["timed out", "timeout", "time out", "deadline exceeded", "504"]),
        (
            "connection",
            [
                "connection", "connecterror", "name or service not known", "name resolution", "getaddrinfo",
                "unreachable",
                "max retries exceeded", "broken pipe", "remote end closed", "ssl", "certificate",
            ]
        ),
        (
            "upstream_5xx",
            [
                "internal server error", "bad gateway", "service unavailable", "server error", "overloaded",
                "500", "502", "503", "529",
            ]
        ),
        (
            "code",
            [
                "code execution", "code node", "sandbox", "traceback", "syntaxerror", "typeerror", "keyerror",
                "nameerror",
                "indexerror", "valueerror", "attributeerror", "zerodivisionerror", "referenceerror",
            ]
        ),
        (
            "invalid_input",
            [
                "invalid", "validation", "is required", "required input", "missing", "must be", "context length",
                "context_length", "too long", "json", "parse", "unsupported", "not found", "400", "404", "413", "422",
            ]
        ),
    ]
}

/// Pieces of text to look for in any case; one that begins with a digit counts only where no other digit touches it.
///
/// At each place of a text only those pieces are compared whose first three bytes have the same hash.
private struct MarkTable: Sendable {
    /// In the order of their hashes.
    private let marks: [Mark]
    /// Where the marks of each hash begin, and at last how many there are.
    private let starts: [Int]

    private struct Mark {
        /// The place among the rules of the one that it belongs to.
        let rule: Int
        /// In lower case.
        let bytes: [UInt8]
        let hash: Int
    }

    /// The marks of each rule, in lower case and of three bytes or more.
    init(_ rules: [[String]]) {
        let all = rules.enumerated().flatMap { rule, texts in
            texts.map { text in
                let bytes = Array(text.utf8)
                return Mark(rule: rule, bytes: bytes, hash: bytes.withUnsafeBytes { Self.hash($0, 0) })
            }
        }
        marks = all.sorted { $0.hash < $1.hash }
        starts = (0...Self.hashes).map { hash in all.count { $0.hash < hash } }
    }

    /// The first rule with a mark in the text.
    func firstRule(in text: UnsafeRawBufferPointer) -> Int? {
        var first = Int.max
        var place = 0
        while place + 3 <= text.count {
            let hash = Self.hash(text, place)
            for index in starts[hash]..<starts[hash + 1] where marks[index].rule < first {
                if Self.stands(marks[index].bytes, at: place, of: text) { first = marks[index].rule }
            }
            place += 1
        }
        return first < .max ? first : nil
    }

    private static func stands(_ mark: [UInt8], at place: Int, of text: UnsafeRawBufferPointer) -> Bool {
        let end = place + mark.count
        guard end <= text.count, mark.indices.allSatisfy({ ASCII.lowercased(text[place + $0]) == mark[$0] }) else {
            return false
        }
        guard ASCII.isDigit(mark[0]) else { return true }
        return !(place > 0 && ASCII.isDigit(text[place - 1])) && !(end < text.count && ASCII.isDigit(text[end]))
    }

    private static let hashes = 256

    /// Of three bytes, whatever the case of letters.
    private static func hash(_ text: UnsafeRawBufferPointer, _ place: Int) -> Int {
        let three = UInt32(text[place]) | UInt32(text[place + 1]) << 8 | UInt32(text[place + 2]) << 16
        return Int(((three | 0x20_2020) &* 0x9e37_79b1) >> 24)
    }
}
