import CivilTime
import DifyAPI
import JSON

/// What a reader who misses nothing knows of one app's runs: the figures that an exporter's are compared with.
///
/// A run counts from the moment at which its end could first be read, and for ever: what is deleted later was counted
/// before. Runs that nobody could ever read to their end are not in it (`SimulatedRun.knowableAt`), and those that the server
/// cannot serve not before they are repaired.
package struct Truth: Equatable, Sendable {
    /// Finished runs, and sums over them, by the name of their status.
    package private(set) var runs: [String: Int] = [:]
    package private(set) var tokens: [String: Int64] = [:]
    package private(set) var steps: [String: Int64] = [:]
    package private(set) var exceptions: Int64 = 0
    package private(set) var runsWithExceptions = 0
    /// Failed runs by why they failed.
    package private(set) var failures: [FailureKind: Int] = [:]
    /// Listed logs without an end, by the name of their status; `pending` where the run is null.
    package private(set) var unfinished: [String: Int] = [:]
    /// Failed runs since the latest run that succeeded, wholly or partly, by when runs ended.
    package internal(set) var consecutiveFailures = 0
    /// The ids of the failed runs that ended last, the last one first.
    package internal(set) var latestFailures: [String] = []
    private var elapsedMicroseconds: [String: [Int64]] = [:]

    /// Goes through `runs` and keeps what is known at `moment` of those that are included.
    init(
        of runs: [SimulatedRun], at moment: UnixTime, version: ServerVersion, where isIncluded: (SimulatedRun) -> Bool
    ) {
        for run in runs where isIncluded(run) {
            if let knowableAt = run.knowableAt, knowableAt <= moment,
                !version.refusesOldUserTypes || run.isServable(at: knowableAt)
            {
                count(run)
            } else if run.isListed(at: moment) {
                unfinished[run.record(at: moment)?.status.name ?? "pending", default: 0] += 1
            }
        }
        for status in elapsedMicroseconds.keys { elapsedMicroseconds[status]?.sort() }
    }

    private mutating func count(_ run: SimulatedRun) {
        let record = run.final
        let status = record.status.name
        runs[status, default: 0] += 1
        tokens[status, default: 0] += record.tokens
        steps[status, default: 0] += record.steps ?? 0
        exceptions += record.exceptions ?? 0
        if record.exceptions ?? 0 > 0 { runsWithExceptions += 1 }
        if record.status == .failed { failures[run.failure ?? .other, default: 0] += 1 }
        elapsedMicroseconds[status, default: []].append(record.elapsedMicroseconds)
    }

    /// So many failed runs are named.
    package static let latestFailureLimit = 20

    package var finished: Int { runs.values.reduce(0, +) }

    /// The sum of elapsed_time, exact to the microsecond.
    package func elapsedSeconds(status: String) -> Double {
        Double(elapsedMicroseconds[status, default: []].reduce(0, +)) / 1e6
    }

    /// Every elapsed_time, shortest first.
    package func elapsedTimes(status: String) -> [Double] {
        elapsedMicroseconds[status, default: []].map { Double($0) / 1e6 }
    }
}

extension SimulatedDify {
    /// The truth about an app at a moment, up to which everything happens first.
    package mutating func truth(of app: String, at moment: UnixTime) -> Truth {
        truth(of: app, at: moment) { _ in true }
    }

    /// The truth about those runs that something is true of, as a reader with a filter would have it.
    package mutating func truth(
        of app: String, at moment: UnixTime, where isIncluded: (SimulatedRun) -> Bool
    ) -> Truth {
        advance(to: moment)
        var truth = Truth(of: runs(of: app), at: moment, version: server.version, where: isIncluded)
        let isKnown: (SimulatedRun) -> Bool = { run in
            run.knowableAt.map { $0 <= moment } ?? false && isIncluded(run)
        }
        truth.consecutiveFailures = consecutiveFailures(of: app, where: isKnown)
        truth.latestFailures = latestFailures(of: app, limit: Truth.latestFailureLimit, where: isKnown)
        return truth
    }
}

extension Truth {
    /// Members in the order of their names.
    package func write(to writer: inout JSONWriter) {
        writer.object { body in
            body.counts("runs", runs.mapValues(Int64.init))
            body.counts("tokens", tokens)
            body.counts("steps", steps)
            body.member("exceptions", exceptions)
            body.member("runs_with_exceptions", Int64(runsWithExceptions))
            let kinds = failures.map { ($0.key.rawValue, Int64($0.value)) }
            body.counts("failures", Dictionary(uniqueKeysWithValues: kinds))
            body.counts("unfinished", unfinished.mapValues(Int64.init))
            body.member("consecutive_failures", Int64(consecutiveFailures))
            body.key("latest_failures")
            body.array { ids in for id in latestFailures { ids.string(id) } }
            body.key("elapsed_seconds")
            body.object { sums in
                for status in elapsedMicroseconds.keys.sorted() { sums.member(status, elapsedSeconds(status: status)) }
            }
        }
    }
}

extension JSONWriter {
    fileprivate mutating func counts(_ name: String, _ counts: [String: Int64]) {
        key(name)
        object { body in
            for (key, count) in counts.sorted(by: { $0.key < $1.key }) { body.member(key, count) }
        }
    }
}
