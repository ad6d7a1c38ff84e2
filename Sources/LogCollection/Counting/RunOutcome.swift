import DifyAPI

/// The end states by which runs are counted; `other` stands for those that came after this was written.
package enum FinalStatus: String, CaseIterable, Hashable, Sendable {
    case succeeded
    case failed
    case stopped
    case partialSucceeded = "partial-succeeded"
    case other

    /// By its place: that of an enum with raw values hashes their texts.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(place)
    }

    package static func == (one: FinalStatus, other: FinalStatus) -> Bool { one.place == other.place }

    private var place: UInt8 {
        switch self {
        case .succeeded: 0
        case .failed: 1
        case .stopped: 2
        case .partialSucceeded: 3
        case .other: 4
        }
    }
}

/// What an unfinished run is doing.
package enum OpenStatus: String, CaseIterable, Hashable, Sendable {
    case running
    case paused
    /// A log whose run is not written yet, or has not started.
    case pending
}

/// What one row of the list says of its run.
enum RunOutcome: Equatable, Sendable {
    case finished(FinishedRun)
    case open(OpenStatus)

    /// The end states are those of dify-logs-api §3.3. A status of the future counts as an end once the run has a time
    /// at which it finished; until then it is waited for.
    init(_ log: WorkflowLog) {
        guard let run = log.run, let status = run.status else {
            self = .open(.pending)
            return
        }
        switch status {
        case .running: self = .open(.running)
        case .paused: self = .open(.paused)
        case .scheduled: self = .open(.pending)
        case .succeeded: self = .finished(FinishedRun(log, run, .succeeded))
        case .failed: self = .finished(FinishedRun(log, run, .failed))
        case .stopped: self = .finished(FinishedRun(log, run, .stopped))
        case .partialSucceeded: self = .finished(FinishedRun(log, run, .partialSucceeded))
        case .unknown where run.finishedAt != nil: self = .finished(FinishedRun(log, run, .other))
        case .unknown: self = .open(.pending)
        }
    }
}

/// The values with which a run is counted: those of the moment in which it was first seen in an end state.
struct FinishedRun: Hashable, Sendable {
    let id: WrittenID?
    let status: FinalStatus
    /// Seconds within `WorkflowRun.plausibleSpan`; nil where the server tells none.
    let elapsed: Double?
    let tokens: UInt64
    let steps: UInt64
    let exceptions: UInt64
    let origin: RunOrigin
    /// Only for failed runs; named by its class when the run is counted, and not kept.
    fileprivate(set) var error: String?
    /// Unix seconds.
    let finishedAt: Int64

    init(
        id: WrittenID?, status: FinalStatus, elapsed: Double?, tokens: UInt64, steps: UInt64, exceptions: UInt64,
        origin: RunOrigin, finishedAt: Int64
    ) {
        (self.id, self.status, self.elapsed) = (id, status, elapsed)
        (self.tokens, self.steps, self.exceptions) = (tokens, steps, exceptions)
        (self.origin, self.finishedAt) = (origin, finishedAt)
    }

    fileprivate init(_ log: WorkflowLog, _ run: WorkflowRun, _ status: FinalStatus) {
        id = run.id
        self.status = status
        elapsed = run.elapsedTime
        tokens = UInt64(clamping: run.totalTokens ?? 0)
        steps = UInt64(clamping: run.totalSteps ?? 0)
        exceptions = UInt64(clamping: run.exceptionsCount ?? 0)
        origin = RunOrigin(createdFrom: log.createdFrom, triggeredFrom: run.triggeredFrom)
        error = status == .failed ? run.error : nil
        finishedAt = run.finishedAt ?? run.createdAt ?? log.createdAt
    }

    /// When it ended (Unix seconds), for an order of ends: a success in the far future would come after every failure. An end
    /// that is more than an hour ahead of `now`, when it was seen, is none, and the run ended when it was seen; less may come
    /// of a clock that was set back.
    func believableEnd(seenAt now: Int64) -> Int64 {
        finishedAt.subtractingSaturating(now) > Self.clockTolerance ? now : finishedAt
    }

    private static let clockTolerance: Int64 = 3600
}

/// A finished run with what the app's settings make of it. The text of its error is not kept.
struct CountedRun: Hashable, Sendable {
    let run: FinishedRun
    /// The class of a failed run's error.
    let reason: String?
    /// False where the settings count runs of another status only.
    let isCounted: Bool

    /// When it ended, in Unix seconds on the server's clock; see `FinishedRun.believableEnd`.
    let end: Int64

    /// `now` is a moment on the server's clock at which the run had ended.
    init(_ run: FinishedRun, seenAt now: Int64, _ settings: CollectionSettings) {
        isCounted = settings.countedStatus == nil || settings.countedStatus == run.status
        reason = run.status == .failed ? settings.classifier.reason(for: run.error) : nil
        end = run.believableEnd(seenAt: now)
        var run = run
        run.error = nil
        self.run = run
    }

    init(_ run: FinishedRun, reason: String?, isCounted: Bool, end: Int64) {
        (self.run, self.reason, self.isCounted, self.end) = (run, reason, isCounted, end)
    }
}

/// Where a run was started and what triggered it, as bounded label values (dify-logs-api §3.3).
package struct RunOrigin: Hashable, Sendable {
    package let createdFrom: String
    package let triggeredFrom: String

    /// A value that is absent is `unknown`, and one that no known version writes is `other`.
    init(createdFrom: String?, triggeredFrom: String?) {
        self.createdFrom = Self.bounded(createdFrom, to: WorkflowLog.knownOrigins)
        self.triggeredFrom = Self.bounded(triggeredFrom, to: WorkflowRun.knownTriggers)
    }

    /// Label values as they were written down.
    init(labelsFrom createdFrom: String, triggeredFrom: String) {
        self.createdFrom = createdFrom
        self.triggeredFrom = triggeredFrom
    }

    /// What stands for every origin that has no series of its own.
    static let other = RunOrigin(labelsFrom: "other", triggeredFrom: "other")

    private static func bounded(_ value: String?, to known: KnownWords) -> String {
        guard let value, !value.isEmpty else { return "unknown" }
        return known.contains(value) ? value : "other"
    }
}
