/// Why a run failed. The names are those of the `reason` label that an exporter gives such a run.
package enum FailureKind: String, CaseIterable, Hashable, Sendable {
    case rateLimit = "rate_limit"
    case quota, auth, timeout, connection
    case upstream5xx = "upstream_5xx"
    case invalidInput = "invalid_input"
    case code
    case contentFilter = "content_filter"
    case limitReached = "limit_reached"
    /// Nothing that a rule could make something of.
    case other

    /// Texts as nodes and model providers write them; one of these is a failed run's `error`.
    var texts: [String] {
        switch self {
        case .rateLimit:
            [
                "Node LLM run failed: [openai] Rate Limit Error, Error code: 429 - {'error': {'message': 'Rate limit "
                    + "reached for gpt-4o in organization org-x on tokens per min (TPM): Limit 30000', 'type': 'tokens'}}",
                "[anthropic] Rate Limit Error, Error code: 429 - {'type': 'error', 'error': {'type': 'rate_limit_error'}}",
                "Run failed: [tongyi] Server Unavailable Error, Too Many Requests, throttled by the provider",
            ]
        case .quota:
            [
                "[openai] Error: Error code: 429 - {'error': {'message': 'You exceeded your current quota, please check "
                    + "your plan and billing details.', 'code': 'insufficient_quota'}}",
                "[deepseek] Bad Request Error, Error code: 402 - {'error': {'message': 'Insufficient Balance'}}",
            ]
        case .auth:
            [
                "[openai] Authentication Error, Error code: 401 - {'error': {'message': 'Incorrect API key provided: "
                    + "sk-x***', 'code': 'invalid_api_key'}}",
                "Run failed: [azure_openai] Invalid Authentication Error, Access denied due to invalid subscription key",
            ]
        case .timeout:
            [
                "Node HTTP Request run failed: HTTPSConnectionPool(host='api.example.com', port=443): Read timed out.",
                "Node LLM run failed: [openai] Connection Error, Request timed out.",
            ]
        case .connection:
            [
                "[Errno 111] Connection refused",
                "Run failed: Node HTTP Request run failed: Reached maximum retries (3) for URL https://api.example.com/v1/items",
                "[ollama] Connection Error, [Errno -2] Name or service not known",
            ]
        case .upstream5xx:
            [
                "[openai] Server Unavailable Error, Error code: 503 - {'error': {'message': 'The engine is overloaded'}}",
                "[anthropic] Server Unavailable Error, Error code: 529 - {'error': {'type': 'overloaded_error'}}",
                "Node HTTP Request run failed: 502 Bad Gateway",
            ]
        case .invalidInput:
            [
                "invalid \"json\" at line 3\n\tcolumn 7 \\ 模型超时",
                "Run failed: Variable #1700000000001.text# not found",
                "Failed to parse structured output: Expecting value: line 1 column 1 (char 0)",
            ]
        case .code:
            [
                "error: Traceback (most recent call last): File \"/var/sandbox/main.py\", line 12, in main KeyError: 'total'",
                "Node Code run failed: Output result is missing or not a dict",
            ]
        case .contentFilter:
            [
                "[azure_openai] Bad Request Error, Error code: 400 - {'error': {'code': 'content_filter', 'message': 'The "
                    + "response was filtered due to the prompt triggering content management policy.'}}"
            ]
        case .limitReached:
            ["Max steps 500 reached.", "Max execution time 1200s reached."]
        case .other:
            ["Workflow execution aborted", "An unexpected condition", "Errore sconosciuto (codice 7)"]
        }
    }
}

/// A run's `error`: text without bounds, which is why a long one is only described and made when somebody reads it.
package struct ErrorText: Hashable, Sendable {
    private var head: String
    private var padding: Int

    package init(_ text: String) {
        head = text
        padding = 0
    }

    /// A text that goes on for at least `bytes`, as an upstream's whole page in an error does.
    package init(_ text: String, paddedTo bytes: Int) {
        head = text
        padding = max(0, bytes - text.utf8.count)
    }

    package var text: String { padding > 0 ? Self.padded(head, by: padding) : head }

    private static func padded(_ text: String, by padding: Int) -> String {
        let length = text.utf8.count
        return String(unsafeUninitializedCapacity: length + padding) { buffer in
            _ = buffer.initialize(from: text.utf8)
            buffer[length...].initialize(repeating: UInt8(ascii: "x"))
            return length + padding
        }
    }
}
