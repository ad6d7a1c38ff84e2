import CivilTime
import Platform

/// How far an app's numbers have come on their way to the present.
package struct CatchUpProgress: Hashable, Sendable {
    /// Logs created before this second have been read (Unix seconds on the server's clock).
    package let readUntil: Int64
    /// Since the catch-up began.
    package let rows: Int
    package let requests: UInt64
    package let elapsed: Duration
    /// How much longer it takes at this pace; nil while there is no pace yet.
    package let remaining: Duration?
}

/// A catch-up from its beginning: it estimates its end, and says when it is worth telling of.
struct CatchUp: Sendable {
    private let began: MonotonicTime
    private let from: Int64
    private let rowsBefore: Int
    private let requestsBefore: UInt64
    private var toldAt: MonotonicTime
    /// How many requests for logs were answered. Failed ones do not count: they do not make a short catch-up a long one.
    private(set) var answers = 0

    private static let tellingInterval = Duration.seconds(60)
    private static let longestEstimate = Duration.seconds(365 * 86_400)

    /// `frontier` is where reading goes on from; `rows` and `requests` are what was read and asked before.
    init(from frontier: Int64, rows: Int, requests: UInt64, at now: MonotonicTime) {
        (began, toldAt) = (now, now)
        (from, rowsBefore, requestsBefore) = (frontier, rows, requests)
    }

    mutating func noteAnswer() { answers += 1 }

    /// `present` is the server's second.
    func progress(
        frontier: Int64, present: Int64, rows: Int, requests: UInt64, at now: MonotonicTime
    ) -> CatchUpProgress {
        let elapsed = now - began
        let read = Double(frontier) - Double(from)
        let left = max(Double(present) - Double(frontier), 0)
        let seconds = read > 0 ? min(elapsed.secondsValue * left / read, Self.longestEstimate.secondsValue) : nil
        return CatchUpProgress(
            readUntil: frontier, rows: rows - rowsBefore, requests: requests - requestsBefore, elapsed: elapsed,
            remaining: seconds.map { .milliseconds(Int64($0 * 1000)) })
    }

    /// True at most once a minute, and not in the first.
    mutating func isWorthTelling(at now: MonotonicTime) -> Bool {
        guard now - toldAt >= Self.tellingInterval else { return false }
        toldAt = now
        return true
    }
}
