import CivilTime

/// `Retry-After` in both of its forms (RFC 9110 §10.2.3): seconds, or a date.
enum RetryAfter {
    /// The longest wait that is told; who waits decides how much of it to believe.
    static let longest = Duration.seconds(86_400)

    /// How long to wait from `now` on; nil for anything else, zero for a moment that has passed, and `longest` for more.
    static func parse(_ text: String, now: UnixTime) -> Duration? {
        if !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
            return Int64(text).map { min(.seconds($0), longest) } ?? longest
        }
        return UnixTime(httpDate: text, now: now).map { min(max($0 - now, .zero), longest) }
    }
}
