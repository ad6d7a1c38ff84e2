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
        let examined = Array(error.utf8.prefix(Self.examinedBytes))
        if let own = ownRules.first(where: { $0.pattern.occurs(in: examined) }) { return own.reason }
        let text = examined.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
        return Self.rules.first { rule in rule.marks.contains { $0.occurs(in: text) } }?.reason ?? Self.other
    }

    /// The first rule with a mark in the text wins, so the particular stand before the general: a provider reports an
    /// empty account with 429 as well.
    private static let rules: [(reason: String, marks: [Mark])] = [
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

/// A piece of text to look for; one that begins with a digit counts only where no other digit touches it.
private struct Mark: ExpressibleByStringLiteral, Hashable, Sendable {
    let bytes: [UInt8]

    init(stringLiteral text: String) {
        bytes = Array(text.utf8)
    }

    func occurs(in text: [UInt8]) -> Bool {
        guard text.count >= bytes.count else { return false }
        let standsAlone = isDigit(bytes[0])
        return (0...(text.count - bytes.count)).contains { start in
            guard text[start] == bytes[0], text[start..<(start + bytes.count)].elementsEqual(bytes) else {
                return false
            }
            guard standsAlone else { return true }
            let end = start + bytes.count
            return !(start > 0 && isDigit(text[start - 1])) && !(end < text.count && isDigit(text[end]))
        }
    }

    private func isDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte)
    }
}
