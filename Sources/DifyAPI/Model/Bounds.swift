// What the numbers and texts of an answer may be. Whatever a server says, a value is within these once it has been decoded, so
// that nobody who adds, draws or stores it needs to ask again.

extension WorkflowLog {
    /// Unix seconds that a log or a run may be of: the years 2000 to 2199.
    package static let plausibleSeconds: Range<Int64> = 946_684_800..<7_258_118_400
}

extension WorkflowRun {
    /// Seconds that a run may take: up to ten years.
    package static let plausibleSpan: ClosedRange<Double> = 0...315_360_000
    /// How many tokens, steps or exceptions a run may have. Thousands of runs with as many have a sum that a double, which
    /// Prometheus' samples are, tells from the next.
    package static let plausibleCount: ClosedRange<Int64> = 0...1_000_000_000_000
}

/// How many bytes of UTF-8 are kept of a text.
enum TextLimit {
    /// Ids and the words of the contract.
    static let word = 128
    /// Names, e-mail addresses and session ids, which Dify's database cuts at 255 characters.
    static let name = 1024
    /// Error texts, which may have 100 kB: they are classified by their beginning, and not kept.
    static let error = 4096
    /// Tags of an app.
    static let tags = 32
}

// Words that the known versions of Dify write (dify-logs-api §3.3, §7).

extension WorkflowLog {
    /// `openapi` since 1.15.0.
    package static let knownOrigins: KnownWords = ["service-api", "web-app", "installed-app", "openapi"]
}

extension WorkflowRun {
    package static let knownTriggers: KnownWords = [
        "app-run", "webhook", "schedule", "plugin", "debugging", "rag-pipeline-run", "rag-pipeline-debugging",
    ]
}

extension AppInfo {
    /// `agent` since 1.15.0.
    package static let knownModes: KnownWords = [
        "workflow", "advanced-chat", "chat", "agent-chat", "completion", "agent", "channel", "rag-pipeline",
    ]
}
