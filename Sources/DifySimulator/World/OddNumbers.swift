/// Numbers of a run that no run can have, as a server writes them, and what a reader makes of them that keeps its values within
/// bounds: ten years, and a million million of whatever is counted.
package struct OddNumbers: Hashable, Sendable {
    /// JSON numbers in the place of elapsed_time and total_tokens.
    let elapsed: String
    let tokens: String
    /// What they come to.
    let elapsedMicroseconds: Int64
    let tokenCount: Int64

    private static let tenYears: Int64 = 315_360_000_000_000
    private static let mostTokens: Int64 = 1_000_000_000_000

    private static let spans: [(text: String, microseconds: Int64)] = [
        ("8.9e307", tenYears), ("1e400", tenYears), ("9223372036854775807", tenYears), ("-1.5", 0), ("-1e308", 0),
    ]
    private static let counts: [(text: String, count: Int64)] = [
        ("9223372036854775807", mostTokens), ("1e30", mostTokens), ("-5", 0), ("-9223372036854775808", 0), ("2.5", 2),
    ]

    package init(using random: inout SeededRandom) {
        let span = Self.spans[random.below(Self.spans.count)]
        let count = Self.counts[random.below(Self.counts.count)]
        (elapsed, elapsedMicroseconds) = (span.text, span.microseconds)
        (tokens, tokenCount) = (count.text, count.count)
    }
}
