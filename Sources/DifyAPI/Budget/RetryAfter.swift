import CivilTime

/// `Retry-After` in both of its forms (RFC 9110 §10.2.3): seconds, or a date.
enum RetryAfter {
    /// How long to wait from `now` on; nil for anything else, zero for a moment that has passed. A day is the most that
    /// is believed.
    static func parse(_ text: String, now: UnixTime) -> Duration? {
        let longest = Duration.seconds(86_400)
        if !text.isEmpty, text.allSatisfy({ $0.isASCII && $0.isNumber }) {
            return Int64(text).map { min(.seconds($0), longest) } ?? longest
        }
        return UnixTime(httpDate: text, now: now).map { min(max($0 - now, .zero), longest) }
    }
}
