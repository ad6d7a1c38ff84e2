import DifyAPI

/// Whether a failed request is repeated within its collection. One request in eight may fail on a bad day, and a collection
/// has dozens.
struct RetryPolicy: Sendable {
    /// Repetitions of one request.
    private static let perRequest = 3
    /// Repetitions of a request that was not answered in time: each costs that time once more.
    private static let perTimeout = 1
    /// Repetitions in one collection.
    private static let perCollection = 12
    private static let firstPause = Duration.milliseconds(200)
    /// A server that wants a longer rest gets it, and the collection ends.
    private static let longestRest = Duration.seconds(10)

    private var left = RetryPolicy.perCollection

    /// How long to wait before repeating a request that has failed `attempts` times; nil when it should not be repeated.
    /// `jitter` is between 0 and 1.
    mutating func pause(after error: APIError, attempts: Int, jitter: Double) -> Duration? {
        guard error.isTransient, attempts <= Self.perRequest, left > 0 else { return nil }
        switch error {
        case .throttled(_, let wait) where wait ?? .zero > Self.longestRest: return nil
        case .timeout where attempts > Self.perTimeout: return nil
        default: break
        }
        left -= 1
        return Self.firstPause * (1 << (attempts - 1)) * (0.5 + jitter)
    }
}
