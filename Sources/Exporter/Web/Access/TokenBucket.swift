/// A limit of requests: a bucket of tokens, of which each request takes one, and to which one is added each interval until it
/// is full.
struct TokenBucket: Sendable {
    private let interval: Duration
    private let burst: Int

    /// When the bucket will be, or was, full if nobody takes any more.
    private var fullAt: ContinuousClock.Instant?

    /// A full one.
    init(_ limit: WebConfiguration.RateLimit) {
        (interval, burst) = (limit.interval, limit.burst)
    }

    /// Takes a token; false where there is none.
    mutating func take(at now: ContinuousClock.Instant) -> Bool {
        let begin = max(fullAt ?? now, now)
        guard now.duration(to: begin) <= interval * (burst - 1) else { return false }
        fullAt = begin + interval
        return true
    }
}
