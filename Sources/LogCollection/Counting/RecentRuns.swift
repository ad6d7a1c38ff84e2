import Metrics

/// The runs that ended lately, in spans of two minutes by when they ended: what small plots are drawn from.
///
/// It tells of this process only and is not in the checkpoint. However many runs there are, it holds at most `spanLimit`
/// spans, each with a few counts and at most `NativeHistogram.bucketLimit` buckets.
package struct RecentRuns: Hashable, Sendable {
    /// The one that was counted into last comes last.
    package private(set) var spans: [Span] = []

    /// One span of time with the runs that ended in it.
    package struct Span: Hashable, Sendable {
        /// Unix seconds on the server's clock, a multiple of `seconds`.
        package let start: Int64
        fileprivate var counts = StatusCounts()
        /// Of the runs that succeeded, wholly or partly: how long a run takes that does its work.
        package fileprivate(set) var durations = RecentRuns.noDurations

        /// By how they ended, where there are any.
        package var runs: [FinalStatus: UInt64] { counts.byStatus }

        /// How long a span is.
        package static let seconds: Int64 = 120
    }

    /// An hour.
    package static let spanLimit = 30

    /// Buckets are 19 % wide, which is less than a pixel of a small plot.
    package static let noDurations = NativeHistogram(schema: 2)

    package init() {}

    /// Counts a run where it ended. Its span is begun where there is none, and then the one that nothing was counted into for
    /// the longest gives way: whatever a server's clock does, it is forgotten an hour later.
    mutating func count(_ run: FinishedRun) {
        let start = run.finishedAt / Span.seconds * Span.seconds
        if spans.last?.start != start {
            let place = spans.lastIndex { $0.start == start }
            let span = place.map { spans.remove(at: $0) } ?? Span(start: start)
            if spans.count == Self.spanLimit { spans.removeFirst() }
            spans.append(span)
        }
        spans[spans.count - 1].count(run)
    }
}

extension RecentRuns.Span {
    fileprivate mutating func count(_ run: FinishedRun) {
        counts[run.status] += 1
        if let elapsed = run.elapsed, run.status == .succeeded || run.status == .partialSucceeded {
            durations.observe(elapsed)
        }
    }
}
