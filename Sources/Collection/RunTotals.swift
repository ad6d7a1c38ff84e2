import Metrics

/// The sums over all counted runs of an app: what the counters and histograms show.
package struct RunTotals: Hashable, Sendable {
    package internal(set) var byStatus: [FinalStatus: StatusTotals]
    package internal(set) var byOrigin: [OriginKey: UInt64] = [:]
    package internal(set) var tokens: Histogram
    package internal(set) var steps: Histogram
    package internal(set) var exceptions: UInt64 = 0
    package internal(set) var runsWithExceptions: UInt64 = 0
    package internal(set) var failures: [String: UInt64] = [:]
    package internal(set) var abandoned: [AbandonReason: UInt64] = [:]

    package struct StatusTotals: Hashable, Sendable {
        package internal(set) var runs: UInt64 = 0
        package internal(set) var tokens: UInt64 = 0
        package internal(set) var steps: UInt64 = 0
        package internal(set) var duration: Histogram
        /// Unix seconds; nil before the first run.
        package internal(set) var lastFinishedAt: Int64?
    }

    package struct OriginKey: Hashable, Sendable {
        package let status: FinalStatus
        package let origin: RunOrigin
    }

    /// Why a run that never ended is no longer followed.
    package enum AbandonReason: String, CaseIterable, Hashable, Sendable {
        case expired, deleted
    }

    /// Upper bounds of the three histograms, rising.
    package struct Buckets: Hashable, Sendable {
        package var duration: [Double]
        package var tokens: [Double]
        package var steps: [Double]

        package init(
            duration: [Double] = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1200],
            tokens: [Double] = [100, 300, 1000, 3000, 10000, 30000, 100_000, 300_000],
            steps: [Double] = [1, 2, 5, 10, 20, 50, 100]
        ) {
            self.duration = duration
            self.tokens = tokens
            self.steps = steps
        }
    }

    /// The same totals for other bucket bounds: a histogram whose bounds have changed starts again at 0, which Prometheus
    /// takes for the reset that it is.
    mutating func adopt(_ buckets: Buckets) {
        for status in FinalStatus.allCases where byStatus[status]?.duration.bounds != buckets.duration {
            byStatus[status, default: StatusTotals(duration: Histogram(bounds: []))].duration = Histogram(
                bounds: buckets.duration)
        }
        if tokens.bounds != buckets.tokens { tokens = Histogram(bounds: buckets.tokens) }
        if steps.bounds != buckets.steps { steps = Histogram(bounds: buckets.steps) }
    }

    package init(buckets: Buckets) {
        let empty = StatusTotals(duration: Histogram(bounds: buckets.duration))
        byStatus = Dictionary(uniqueKeysWithValues: FinalStatus.allCases.map { ($0, empty) })
        tokens = Histogram(bounds: buckets.tokens)
        steps = Histogram(bounds: buckets.steps)
    }

    mutating func count(_ run: FinishedRun, failureReason: String?) {
        byStatus[run.status]?.add(run)
        byOrigin[OriginKey(status: run.status, origin: run.origin), default: 0] += 1
        tokens.observe(Double(run.tokens))
        steps.observe(Double(run.steps))
        exceptions.addSaturating(run.exceptions)
        runsWithExceptions += run.exceptions > 0 ? 1 : 0
        if let reason = failureReason { failures[reason, default: 0] += 1 }
    }

    mutating func abandon(_ reason: AbandonReason) {
        abandoned[reason, default: 0] += 1
    }
}

extension RunTotals.StatusTotals {
    fileprivate mutating func add(_ run: FinishedRun) {
        runs += 1
        tokens.addSaturating(run.tokens)
        steps.addSaturating(run.steps)
        if let elapsed = run.elapsed { duration.observe(elapsed) }
        lastFinishedAt = max(lastFinishedAt ?? .min, run.finishedAt)
    }
}

extension UInt64 {
    /// Adds up to the largest number there is: a row may claim 2^63 tokens, and no row may end the program.
    fileprivate mutating func addSaturating(_ other: UInt64) {
        let (sum, overflows) = addingReportingOverflow(other)
        self = overflows ? .max : sum
    }
}
