import CivilTime
import DifyAPI

/// One run with its log: all that ever happens to it, past and future.
package struct SimulatedRun: Sendable {
    /// Its place among the runs of its app, from 0.
    package let ordinal: Int
    package let logID: RandomUUID
    package let runID: RandomUUID
    package let startedAt: UnixTime
    /// When it first reaches an end state; nil for one that never does.
    package let endsAt: UnixTime?
    /// The moment that stamps the log; nil for a run whose log is never written.
    package let writtenAt: UnixTime?
    /// When others can read the log; nil with `writtenAt`.
    package let visibleAt: UnixTime?
    /// From when `workflow_run` is more than null; nil for one that is null for ever.
    package let readableAt: UnixTime?
    /// What the end state says; for a run that never ends, what it would have said.
    package let final: RunRecord
    package let failure: FailureKind?
    package let origin: Origin
    package let creator: Creator
    package let inputs: String
    /// The log's `created_at` in Unix seconds; nil until it is written.
    package internal(set) var logSecond: Int64?
    /// Since when the log is one that a server since 1.15 cannot serve; nil while it can.
    package internal(set) var poisonedAt: UnixTime?
    /// Whether it ever was such a log.
    package internal(set) var wasPoisoned = false
    /// When the log or the run's record was away, oldest first.
    package internal(set) var absences: [Absence] = []
    /// The states after `running`, oldest first, where there are others than the final one.
    private let turns: [Turn]

    struct Turn: Sendable {
        let moment: UnixTime
        let record: RunRecord
    }

    init(_ course: RunCourse, script: RunScript, ordinal: Int, startedAt: UnixTime, ids random: inout SeededRandom) {
        self.ordinal = ordinal
        self.startedAt = startedAt
        logID = RandomUUID(using: &random)
        runID = RandomUUID(using: &random)
        (endsAt, final, turns) = (course.endsAt, course.final, course.turns)
        (writtenAt, visibleAt, readableAt) = (course.writtenAt, course.visibleAt, course.readableAt)
        (failure, origin, creator) = (script.failure, script.origin, script.creator)
        inputs = script.inputs
    }
}

extension SimulatedRun {
    /// A time in which something of the run is not in the database.
    package struct Absence: Hashable, Sendable {
        package let removal: Removal
        package let from: UnixTime
        /// When it came back; nil while it is away, which may be for ever.
        package internal(set) var until: UnixTime?

        func covers(_ moment: UnixTime) -> Bool {
            from <= moment && until.map { moment < $0 } ?? true
        }
    }

    /// The ways in which rows leave Dify's tables (dify-logs-api §5).
    package enum Removal: Hashable, Sendable {
        /// Logs and runs go for good.
        case retention
        /// The runs go first, and their logs stay for a while with a null for their run.
        case runsFirst
        /// Logs and runs go where they can be restored from.
        case archive

        var takesLog: Bool { self != .runsFirst }
    }

    /// What the runs table holds at a moment; nil for a run that nobody can read then.
    package func record(at moment: UnixTime) -> RunRecord? {
        guard let readableAt, readableAt <= moment, !absences.contains(where: { $0.covers(moment) }) else { return nil }
        if let turn = turns.last(where: { $0.moment <= moment }) { return turn.record }
        if let endsAt, endsAt <= moment { return final }
        return RunRecord(status: .running, createdAt: startedAt)
    }

    /// Whether the log is in the list at a moment.
    package func isListed(at moment: UnixTime) -> Bool {
        guard let visibleAt, visibleAt <= moment else { return false }
        return !absences.contains { $0.removal.takesLog && $0.covers(moment) }
    }

    /// From when a reader who misses nothing knows how the run ended; nil for one that nobody will ever know about, be it
    /// stuck, never logged, for ever null, or deleted before its end could be read.
    package var knowableAt: UnixTime? {
        guard let visibleAt, let readableAt, let endsAt else { return nil }
        var moment = max(visibleAt, readableAt, endsAt)
        while true {
            if let absence = absences.first(where: { $0.covers(moment) }) {
                guard let until = absence.until else { return nil }
                moment = until
            } else if let end = nextEnd(after: moment) {
                moment = end
            } else {
                return moment
            }
        }
    }

    /// Whether every server could serve the log at a moment, as far as it is known now.
    func isServable(at moment: UnixTime) -> Bool {
        guard let poisonedAt else { return true }
        return moment < poisonedAt
    }

    /// When a run that has flipped back to `running` by `moment` ends again.
    private func nextEnd(after moment: UnixTime) -> UnixTime? {
        guard let index = turns.lastIndex(where: { $0.moment <= moment }), turns[index].record.finishedAt == nil else {
            return nil
        }
        return turns[index...].first { $0.record.finishedAt != nil }?.moment
    }
}

/// What one row of Dify's runs table says.
package struct RunRecord: Hashable, Sendable {
    package var status: RunStatus
    package var tokens: Int64 = 0
    package var steps: Int64? = 0
    package var exceptions: Int64? = 0
    package var error: ErrorText?
    /// Whole microseconds, so that sums are exact whatever their order.
    package var elapsedMicroseconds: Int64 = 0
    /// True time; the server's clock shows another where it is wrong.
    package var createdAt: UnixTime
    package var finishedAt: UnixTime?
    /// What the server writes in their place; the values above are then what they come to.
    private(set) var oddNumbers: OddNumbers?

    init(status: RunStatus, createdAt: UnixTime) {
        self.status = status
        self.createdAt = createdAt
    }

    /// Puts odd numbers in the place of the run's own, if there are any.
    mutating func write(_ numbers: OddNumbers?) {
        guard let numbers else { return }
        oddNumbers = numbers
        (elapsedMicroseconds, tokens) = (numbers.elapsedMicroseconds, numbers.tokenCount)
    }

    package var elapsedSeconds: Double { Double(elapsedMicroseconds) / 1e6 }
}
