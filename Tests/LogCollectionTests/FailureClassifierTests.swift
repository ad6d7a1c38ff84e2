import TestSupport
import Testing

@testable import LogCollection

@Suite struct FailureClassifierTests {
    @Test(arguments: [
        ("Rate limit reached for gpt-4o in organization on tokens per min", "rate_limit"),
        ("Error code: 429 - {'error': {'message': 'Too Many Requests'}}", "rate_limit"),
        ("Error code: 429 - You exceeded your current quota, please check your plan and billing details", "quota"),
        ("Insufficient Balance", "quota"),
        ("Incorrect API key provided: sk-***", "auth"),
        ("HTTP 401 Unauthorized", "auth"),
        ("Request timed out.", "timeout"),
        ("HTTPSConnectionPool(host='x', port=443): Read timed out. (read timeout=300)", "timeout"),
        ("[Errno 111] Connection refused", "connection"),
        ("Failed to resolve host: Name or service not known", "connection"),
        ("Server Unavailable Error: 503 Service Unavailable", "upstream_5xx"),
        ("[anthropic] Overloaded", "upstream_5xx"),
        ("Variable 'text' is required", "invalid_input"),
        ("This model's maximum context length is 8192 tokens", "invalid_input"),
        ("Traceback (most recent call last): ZeroDivisionError: division by zero", "code"),
        (
            "The response was filtered due to the prompt triggering Azure OpenAI's content management policy",
            "content_filter"
        ),
        ("Maximum execution time exceeded: 1201 > 1200", "limit_reached"),
        ("Max steps 500 reached.", "limit_reached"),
        ("模型出错了", "other"),
        ("", "other"),
        ("order 14290 has item 54013", "other"),
    ])
    func `messages of providers find their class`(text: String, reason: String) {
        #expect(FailureClassifier().reason(for: text) == reason)
    }

    @Test func `texts at random have the class of a plain search`() {
        var random = Seeded(7)
        let marks = FailureClassifier.rules.flatMap(\.marks)
        let pieces = marks + marks.map { $0.uppercased() } + [" ", "4", "29", "rate", "_", "limi", "模型", "\n"]
        for _ in 0..<5000 {
            let text = (0..<random.below(4)).map { _ in pieces[random.below(pieces.count)] }.joined()
            let cut = String(text.dropFirst(random.below(3)).dropLast(random.below(3)))
            let lowered = Array(cut.utf8).map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
            let rule = FailureClassifier.rules.first { $0.marks.contains { stands(Array($0.utf8), in: lowered) } }
            #expect(FailureClassifier().reason(for: cut) == rule?.reason ?? "other", "\(cut)")
        }
    }

    private func stands(_ mark: [UInt8], in text: [UInt8]) -> Bool {
        func isDigit(_ place: Int) -> Bool { text.indices.contains(place) && (0x30...0x39).contains(text[place]) }
        return text.indices.contains { start in
            guard text[start...].starts(with: mark) else { return false }
            return !(0x30...0x39).contains(mark[0]) || !(isDigit(start - 1) || isDigit(start + mark.count))
        }
    }

    @Test func `a missing text is other`() {
        #expect(FailureClassifier().reason(for: nil) == "other")
    }

    @Test func `only the beginning of an endless text is read`() {
        let text = String(repeating: "x", count: 100_000) + " rate limit"
        #expect(FailureClassifier().reason(for: text) == "other")
    }

    @Test func `every reason of a rule is known`() {
        #expect(Set(FailureClassifier.builtInReasons).count == FailureClassifier.builtInReasons.count)
        #expect(FailureClassifier.builtInReasons.last == FailureClassifier.other)
    }
}

@Suite struct OwnFailureReasonsTests {
    private func classifier(_ rules: (String, String)...) throws -> FailureClassifier {
        FailureClassifier(ownRules: try rules.map { .init(reason: $0.0, pattern: try TextPattern($0.1)) })
    }

    @Test func `they come before the built in ones`() throws {
        let classifier = try classifier(("billing", "(?i)insufficient balance"))
        #expect(classifier.reason(for: "Error 429: Insufficient Balance") == "billing")
        #expect(classifier.reason(for: "Error 429") == "rate_limit")
    }

    @Test func `the first that matches wins`() throws {
        let classifier = try classifier(("one", "a"), ("two", "ab"), ("three", "b"))
        #expect(classifier.reason(for: "ab") == "one")
        #expect(classifier.reason(for: "b") == "three")
    }

    @Test func `they see the text as it is`() throws {
        #expect(try classifier(("loud", "ERROR")).reason(for: "an error") == "other")
    }

    @Test func `only the first 4096 bytes are read`() throws {
        let classifier = try classifier(("end", "x$"), ("far", "needle"))
        #expect(classifier.reason(for: String(repeating: "x", count: 4096) + "needle") == "end")
        #expect(classifier.reason(for: String(repeating: "y", count: 4090) + "needle") == "far")
        #expect(classifier.reason(for: String(repeating: "y", count: 4091) + "needle") == "other")
    }
}
