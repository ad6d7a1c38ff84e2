import Testing

@testable import Collection

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
    func messagesOfProvidersFindTheirClass(text: String, reason: String) {
        #expect(FailureClassifier().reason(for: text) == reason)
    }

    @Test func aMissingTextIsOther() {
        #expect(FailureClassifier().reason(for: nil) == "other")
    }

    @Test func onlyTheBeginningOfAnEndlessTextIsRead() {
        let text = String(repeating: "x", count: 100_000) + " rate limit"
        #expect(FailureClassifier().reason(for: text) == "other")
    }

    @Test func everyReasonOfARuleIsKnown() {
        #expect(Set(FailureClassifier.builtInReasons).count == FailureClassifier.builtInReasons.count)
        #expect(FailureClassifier.builtInReasons.last == FailureClassifier.other)
    }
}
