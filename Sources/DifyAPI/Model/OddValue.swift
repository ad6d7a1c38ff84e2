import Bytes

/// A value of an answer that no known Dify writes, or that lies beyond what a run can have. The row was read with what was
/// made of it; this says that it was odd, so that somebody can be told.
package struct OddValue: Hashable, Sendable {
    package let field: Field
    /// The log that it is of; nil for what is said of the app.
    package let logID: String?
    /// The value in one short line. Never a text that a user or a run wrote.
    package let shown: String

    package enum Field: String, CaseIterable, Hashable, Sendable {
        case status
        case createdFrom = "created_from"
        case triggeredFrom = "triggered_from"
        case mode
        /// elapsed_time.
        case duration
        /// created_at of the log or of its run, or finished_at.
        case time
        /// total_tokens, total_steps or exceptions_count.
        case tokens
    }

    /// Characters of a value that are shown.
    static let shownLimit = 40

    init(_ field: Field, _ value: String, logID: String? = nil) {
        self.field = field
        self.logID = logID
        shown = value.asLine(limit: Self.shownLimit)
    }
}

extension String {
    /// Another's words in one line of at most `limit` characters: white space folded, and nothing that steers a terminal, a log
    /// or the direction of text.
    func asLine(limit: Int) -> String {
        let visible = unicodeScalars.map { scalar in
            scalar.properties.isWhitespace ? " " : scalar.isSteering ? "\u{fffd}" : scalar
        }
        let words = String(String.UnicodeScalarView(visible)).split(separator: " ")
        let line = words.joined(separator: " ")
        return line.count > limit ? line.prefix(limit - 1) + "…" : line
    }
}
