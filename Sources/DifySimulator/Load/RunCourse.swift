import CivilTime
import DifyAPI

/// A script laid out on the clock, as one version of Dify would play it.
struct RunCourse {
    private(set) var endsAt: UnixTime?
    private(set) var final: RunRecord
    private(set) var turns: [SimulatedRun.Turn] = []
    private(set) var writtenAt: UnixTime?
    private(set) var visibleAt: UnixTime?
    private(set) var readableAt: UnixTime?
    private let script: RunScript
    private let start: UnixTime
    private let version: ServerVersion

    init(_ script: RunScript, startedAt start: UnixTime, version: ServerVersion) {
        self.script = script
        self.start = start
        self.version = version
        final = RunRecord(status: script.status, createdAt: start)
        (final.tokens, final.steps, final.exceptions) = (script.tokens, script.steps, script.exceptions)
        final.error = script.error
        readableAt = script.runDelay.map { start + $0 }
        live()
        write()
    }

    private mutating func live() {
        switch script.life {
        case .ordinary:
            end(at: start + script.duration, elapsed: script.duration)
            final.write(script.oddNumbers)
        case .stuck: break
        case .stillborn:
            end(at: start + script.rowDelay, elapsed: .zero)
            final.createdAt = start + script.rowDelay
        case .paused(let after, let wait) where version.hasHumanInput: pause(after: after, wait: wait)
        case .expires(let after, let wait) where version.hasHumanInput: expire(after: after, wait: wait)
        case .paused, .expires: end(at: start + script.duration, elapsed: script.duration)
        case .flipsBack(let after, let span):
            end(at: start + script.duration, elapsed: script.duration)
            flipBack(after: after, span: span)
        }
    }

    private mutating func end(at moment: UnixTime, elapsed: Duration) {
        endsAt = moment
        final.finishedAt = moment
        final.elapsedMicroseconds = elapsed.wholeMicroseconds
    }

    /// Tokens and steps fall to 0 while the second leg runs, and are whole again at the end; elapsed_time is that of the
    /// second leg, and 1.13.0 also forgets when the first one began (dify-logs-api §0b, §4.2).
    private mutating func pause(after: Duration, wait: Duration) {
        let resumedAt = start + after + wait
        let secondLeg = max(script.duration - after, .zero)
        end(at: resumedAt + secondLeg, elapsed: secondLeg)
        var resumed = RunRecord(status: .running, createdAt: start)
        if version.resumeForgetsStart {
            resumed.createdAt = resumedAt
            final.createdAt = resumedAt
        }
        turn(paused, at: start + after)
        turn(resumed, at: resumedAt)
        turn(final, at: resumedAt + secondLeg)
    }

    /// The time-out sets `finished_at` and leaves elapsed_time at 0 (dify-logs-api §4.2).
    private mutating func expire(after: Duration, wait: Duration) {
        turn(paused, at: start + after)
        final = paused
        final.status = .stopped
        end(at: start + after + wait, elapsed: .zero)
        turn(final, at: start + after + wait)
    }

    /// What has been reached when the run pauses: half of everything.
    private var paused: RunRecord {
        var record = RunRecord(status: .paused, createdAt: start)
        record.tokens = script.tokens / 2
        record.steps = script.steps.map { ($0 + 1) / 2 }
        return record
    }

    /// The start's write overtaken by the end's: running again, with the time that it never had before
    /// (dify-logs-api §4.4).
    private mutating func flipBack(after: Duration, span: Duration) {
        let endedAt = start + script.duration
        var again = RunRecord(status: .running, createdAt: start)
        again.elapsedMicroseconds = final.elapsedMicroseconds
        turn(final, at: endedAt)
        turn(again, at: endedAt + after)
        turn(final, at: endedAt + after + span)
    }

    private mutating func turn(_ record: RunRecord, at moment: UnixTime) {
        turns.append(SimulatedRun.Turn(moment: moment, record: record))
    }

    /// A log is written when its run starts, or before 1.11 when it ends; what a trigger records itself is stamped with
    /// its beginning in all versions.
    private mutating func write() {
        guard script.isLogged else { return }
        if case .stillborn = script.life {
            writtenAt = start
        } else {
            writtenAt = version.writesLogAtStart ? start : endsAt
        }
        visibleAt = writtenAt.map { $0 + script.rowDelay }
    }
}

extension Duration {
    fileprivate var wholeMicroseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }
}
