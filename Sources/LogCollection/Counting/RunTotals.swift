import CivilTime
import DifyAPI
import Metrics

/// The sums over all counted runs of an app: what the counters and histograms show.
package struct RunTotals: Hashable, Sendable {
    package internal(set) var byStatus: [FinalStatus: StatusTotals]
    package internal(set) var byOrigin: [OriginKey: UInt64] = [:]
    package internal(set) var tokens: Histogram
    package internal(set) var steps: Histogram
    package internal(set) var exceptions: UInt64 = 0
    package internal(set) var runsWithExceptions: UInt64 = 0
    /// By reason; every one of the operator's own that was let in is here, if at 0.
    package internal(set) var failures: [String: UInt64] = [:]
    /// The latest failed run of each reason that can be named.
    package internal(set) var failureExemplars: [String: Exemplar] = [:]
    package internal(set) var abandoned: [AbandonReason: UInt64] = [:]
    package internal(set) var since: Since
    /// Not in the checkpoint: it is about this process.
    package internal(set) var recent = RecentRuns()

    /// When counting began, in milliseconds since 1970 on the exporter's clock, which is the one that Prometheus' samples go
    /// by. Kept with the totals, for a restart does not begin anew; a histogram that had to does.
    package struct Since: Hashable, Sendable {
        package internal(set) var counters: Int64
        package internal(set) var duration: Int64
        package internal(set) var tokens: Int64
        package internal(set) var steps: Int64
    }

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

    package init(buckets: Buckets, at now: UnixTime) {
        let empty = StatusTotals(duration: Self.histogram(buckets.duration))
        byStatus = Dictionary(uniqueKeysWithValues: FinalStatus.allCases.map { ($0, empty) })
        tokens = Self.histogram(buckets.tokens)
        steps = Self.histogram(buckets.steps)
        let moment = now.milliseconds
        since = Since(counters: moment, duration: moment, tokens: moment, steps: moment)
    }

    /// The same totals for other settings: a histogram of another kind starts again at 0, which Prometheus takes for the reset
    /// that it is, and new reasons are let in. So does one whose sum an earlier version let grow beyond all numbers: it would
    /// say nothing more for ever.
    mutating func adopt(_ settings: CollectionSettings, at now: UnixTime) {
        let empty = RunTotals(buckets: settings.buckets, at: now)
        let isSame = FinalStatus.allCases.allSatisfy { status in
            guard let old = byStatus[status], let new = empty.byStatus[status] else { return false }
            return old.duration.goesOn(as: new.duration)
        }
        if !isSame {
            for status in FinalStatus.allCases {
                byStatus[status, default: StatusTotals(duration: Self.histogram([]))].duration = Self.histogram(
                    settings.buckets.duration)
            }
            since.duration = now.milliseconds
        }
        if !tokens.goesOn(as: empty.tokens) { (tokens, since.tokens) = (empty.tokens, now.milliseconds) }
        if !steps.goesOn(as: empty.steps) { (steps, since.steps) = (empty.steps, now.milliseconds) }
        admit(reasons: settings.classifier.ownRules.map(\.reason), seriesLimit: settings.seriesLimit)
    }

    private static func histogram(_ bounds: [Double]) -> Histogram {
        Histogram(bounds: bounds, native: true)
    }

    /// The same for a run whose reason is known; one that the settings leave out changes nothing.
    mutating func count(_ counted: CountedRun, seriesLimit: Int) -> UInt64 {
        guard counted.isCounted else { return 0 }
        return count(counted.run, failureReason: counted.reason, seriesLimit: seriesLimit)
    }

    /// Counts a run, and says how many of its samples went to the label value `other` for want of room.
    mutating func count(_ run: FinishedRun, failureReason: String?, seriesLimit: Int) -> UInt64 {
        if let place = byStatus.index(forKey: run.status) { byStatus.values[place].add(run) }
        recent.count(run)
        tokens.observe(Double(run.tokens))
        steps.observe(Double(run.steps))
        exceptions.addSaturating(run.exceptions)
        if run.exceptions > 0 { runsWithExceptions.addSaturating(1) }
        var diverted: UInt64 = countOrigin(of: run, seriesLimit: seriesLimit) ? 0 : 1
        if let failureReason {
            let isAdmitted = isAdmitted(reason: failureReason, seriesLimit: seriesLimit)
            countFailure(isAdmitted ? failureReason : FailureClassifier.other, of: run)
            diverted += isAdmitted ? 0 : 1
        }
        return diverted
    }

    /// False where the run's origin had no room.
    private mutating func countOrigin(of run: FinishedRun, seriesLimit: Int) -> Bool {
        let wanted = OriginKey(status: run.status, origin: run.origin)
        if let place = byOrigin.index(forKey: wanted) {
            byOrigin.values[place].addSaturating(1)
            return true
        }
        let key = admitted(wanted, seriesLimit: seriesLimit)
        byOrigin[key, default: 0].addSaturating(1)
        return key == wanted
    }

    private mutating func countFailure(_ reason: String, of run: FinishedRun) {
        failures[reason, default: 0].addSaturating(1)
        guard let moment = run.exemplarMoment, moment >= failureExemplars[reason]?.timestamp ?? .min,
            let exemplar = run.exemplar(value: 1)
        else { return }
        failureExemplars[reason] = exemplar
    }

    mutating func abandon(_ reason: AbandonReason) {
        abandoned[reason, default: 0].addSaturating(1)
    }
}

extension RunTotals.StatusTotals {
    fileprivate mutating func add(_ run: FinishedRun) {
        runs.addSaturating(1)
        tokens.addSaturating(run.tokens)
        steps.addSaturating(run.steps)
        if let elapsed = run.elapsed {
            duration.observe(elapsed, at: run.exemplarMoment) { run.exemplar(value: elapsed) }
        }
        lastFinishedAt = max(lastFinishedAt ?? .min, run.finishedAt)
    }
}

extension Histogram {
    /// Whether the next observations may be added to these.
    fileprivate func goesOn(as wanted: Histogram) -> Bool {
        isSameKind(as: wanted) && sum.isFinite
    }
}

extension FinishedRun {
    /// When an exemplar of the run would be, in milliseconds since 1970; nil where it can be none.
    fileprivate var exemplarMoment: Int64? {
        Exemplar.plausibleSeconds.contains(finishedAt) ? finishedAt * 1000 : nil
    }

    /// The run as an exemplar, where it can be one.
    fileprivate func exemplar(value: Double) -> Exemplar? {
        id.flatMap { Exemplar(run: $0, value: value, finishedAt: finishedAt) }
    }
}

extension UInt64 {
    /// Adds up to the largest number there is: a checkpoint that somebody made up may hold it, and must not end the program.
    fileprivate mutating func addSaturating(_ other: UInt64) {
        let (sum, overflows) = addingReportingOverflow(other)
        self = overflows ? .max : sum
    }
}

// How many series an app's totals may have: label values that come with the data are let in up to a limit, and what was let in
// stays, for the totals are its list and outlive a restart.

extension RunTotals {
    /// Lets the operator's own reasons in, at 0, as long as there is room: a counter that appears at 1 would hide its first
    /// failure.
    mutating func admit(reasons: [String], seriesLimit: Int) {
        for reason in reasons where isAdmitted(reason: reason, seriesLimit: seriesLimit) {
            failures[reason, default: 0] += 0
        }
    }

    /// The key itself, or the one for all that have no room; the latter is always there.
    func admitted(_ key: OriginKey, seriesLimit: Int) -> OriginKey {
        guard byOrigin[key] == nil, openSeries >= seriesLimit else { return key }
        return OriginKey(status: key.status, origin: .other)
    }

    func isAdmitted(reason: String, seriesLimit: Int) -> Bool {
        FailureClassifier.builtInReasons.contains(reason) || failures[reason] != nil || openSeries < seriesLimit
    }

    /// The series whose label values are not fixed.
    private var openSeries: Int {
        byOrigin.count + failures.keys.count { !FailureClassifier.builtInReasons.contains($0) }
    }
}

extension Exemplar {
    /// A finished run as the example of a count: where to look it up in Dify, and in a tracing system.
    ///
    /// `trace_id` is the run's id without its dashes, a trace id of W3C Trace Context. Nil unless the id is a UUID, as Dify's
    /// are: any other text would be whatever a server says. `second` is the run's end, in Unix seconds.
    init?(run id: WrittenID, value: Double, finishedAt second: Int64) {
        guard let uuid = id.uuid, Self.plausibleSeconds.contains(second) else { return nil }
        self.init(
            labels: [Label(name: "run_id", value: id.text), Label(name: "trace_id", value: uuid.digits)], value: value,
            timestamp: second * 1000)
    }

    /// The id of the run that this is of.
    var runID: String? {
        labels.first { $0.name == "run_id" }?.value
    }

    /// Up to the year 9999.
    fileprivate static let plausibleSeconds = Int64(0)..<253_402_300_800
}
