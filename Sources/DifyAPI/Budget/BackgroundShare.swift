import Platform

/// Keeps what can wait to a share of one server's time: one such request at a time, and after its answer a pause in proportion
/// to how long the answer took.
///
///     idle ──── a request begins ───▶ under way
///      ▲                                  │
///      └──────── its answer is there ─────┘
struct BackgroundShare: Sendable {
    /// Above 0 and at most 1: the part of the time in which such a request may be under way.
    private(set) var share: Double
    private var state = State.idle(latest: nil)

    private enum State: Sendable {
        /// `latest` is the answer before; nil where there was none.
        case idle(latest: Answer?)
        case underWay
    }

    private struct Answer: Sendable {
        let endedAt: MonotonicTime
        let took: Duration
    }

    /// However slow an answer was, the pause after it ends then.
    static let longestPause = Duration.seconds(60)

    /// What is not a share is taken for the nearest one.
    init(_ share: Double) {
        self.share = Self.clamped(share)
    }

    mutating func adopt(_ share: Double) {
        self.share = Self.clamped(share)
    }

    private static func clamped(_ share: Double) -> Double {
        share >= 0.001 ? min(share, 1) : 0.001
    }

    /// What a request has to wait for; nil when it may begin.
    func obstacle(strain: Double, at now: MonotonicTime) -> RequestBudget.Admission? {
        switch state {
        case .underWay: return .waitForEnd
        case .idle(nil): return nil
        case .idle(let latest?):
            let next = latest.endedAt + Self.pause(after: latest.took, share: share, strain: strain)
            return now < next ? .waitUntil(next) : nil
        }
    }

    /// Such a pause that requests are under way in a share of the time, divided by the strain.
    static func pause(after took: Duration, share: Double, strain: Double) -> Duration {
        let factor = max(strain, 1) / share - 1
        return min(max(took, .zero) * min(factor, 1e6), longestPause)
    }

    mutating func begin() {
        state = .underWay
    }

    mutating func end(took: Duration, at now: MonotonicTime) {
        state = .idle(latest: Answer(endedAt: now, took: took))
    }
}
