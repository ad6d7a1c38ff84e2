import LogCollection
import Metrics

/// An app's runs that ended in the last hour, in equal steps, the present one last: what the plots show.
struct RecentHour: Equatable {
    /// Unix seconds on Dify's clock.
    let start: Int64
    let steps: [Step]
    /// Of the whole hour.
    let runs: [FinalStatus: UInt64]
    let durations: Durations?

    static let stepSeconds = RecentRuns.Span.seconds

    struct Step: Equatable {
        var runs: [FinalStatus: UInt64] = [:]
        var durations: Durations?
    }

    /// How long runs took that succeeded, wholly or partly, in seconds.
    struct Durations: Equatable {
        let median: Double
        let p95: Double

        /// Nil where there was no such run.
        init?(_ histogram: NativeHistogram) {
            guard let median = histogram.quantile(0.5), let p95 = histogram.quantile(0.95) else { return nil }
            (self.median, self.p95) = (median, p95)
        }
    }

    /// The hour up to `second`, Unix seconds on Dify's clock.
    init(_ recent: RecentRuns, until second: Int64) {
        let last = second / Self.stepSeconds * Self.stepSeconds
        start = last - Int64(RecentRuns.spanLimit - 1) * Self.stepSeconds
        var steps = Array(repeating: Step(), count: RecentRuns.spanLimit)
        var runs: [FinalStatus: UInt64] = [:]
        var durations = RecentRuns.noDurations
        for span in recent.spans where (start...last).contains(span.start) {
            steps[Int((span.start - start) / Self.stepSeconds)] = Step(
                runs: span.runs, durations: Durations(span.durations))
            runs.merge(span.runs, uniquingKeysWith: +)
            durations.merge(span.durations)
        }
        self.steps = steps
        self.runs = runs
        self.durations = Durations(durations)
    }
}

extension [FinalStatus: UInt64] {
    var total: UInt64 { values.reduce(0, +) }

    /// The share of failed runs among all that ended, as the alert rules have it; nil where none did.
    var failureRatio: Double? {
        total > 0 ? Double(self[.failed] ?? 0) / Double(total) : nil
    }
}
