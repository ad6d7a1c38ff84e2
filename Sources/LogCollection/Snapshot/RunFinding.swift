import DifyAPI

/// What became of one run in one app's numbers, from the stored state and from what Dify says of the run now.
package enum RunFinding: Equatable, Sendable {
    /// Seen and not finished. `nextLook` is in Unix seconds on the server's clock; `endedSince` is the end that Dify shows
    /// meanwhile.
    case waiting(OpenStatus, second: Int64, nextLook: Int64, endedSince: RunLabels?)
    /// In the numbers. The labels are those of the run as Dify has it now.
    case counted(RunLabels)
    /// Read to its end, and not counted, since only another status is.
    case leftOut(RunLabels, countedStatus: FinalStatus)
    /// Read, and no longer waited for, although Dify shows no end: it was given up, or it was counted and has begun again.
    case decided(OpenStatus)
    /// So old that single logs are no longer remembered: counted or given up before the ledger's `floor`.
    case decidedLongAgo(RunLabels?, floor: Int64)
    /// Logged before counting began.
    case beforeCounting(start: Int64)
    /// Later than what has been read completely.
    case notYetRead(collectedUntil: Int64)
    /// Its second has been read, and it was not there: it appeared late, and an audit will find it.
    case appearedLate
    /// None of those that the app's filter asks for.
    case outsideFilter
    /// Dify has it, and no numbers of the app are stored.
    case nothingStored
    /// Neither the state nor Dify knows it.
    case unknown

    /// - Parameters:
    ///   - state: what is stored of the app; nil where nothing is.
    ///   - log: the row that Dify has of the run; nil where it has none, or was not asked.
    package init(ofRun runID: String, state: AppState?, log: WorkflowLog?, settings: CollectionSettings) {
        let outcome = log.map(RunOutcome.init)
        let labels = outcome?.labels(settings.classifier)
        if let run = state?.unfinishedRun(runID, log: log) {
            self = .waiting(run.status, second: run.second, nextLook: run.nextLook, endedSince: labels)
            return
        }
        guard let log, let outcome else {
            self = .unknown
            return
        }
        guard let state else {
            self = settings.filter.lets(log) ? .nothingStored : .outsideFilter
            return
        }
        if state.ledger.contains(LogID(log.id), second: log.createdAt) {
            self = Self.read(outcome, labels, settings)
        } else if !settings.filter.lets(log) {
            self = .outsideFilter
        } else if log.createdAt < state.start {
            self = .beforeCounting(start: state.start)
        } else if log.createdAt < state.ledger.floor {
            self = .decidedLongAgo(labels, floor: state.ledger.floor)
        } else if log.createdAt >= state.collectedUntil {
            self = .notYetRead(collectedUntil: state.collectedUntil)
        } else {
            self = .appearedLate
        }
    }

    /// Of a log that has been read and is not waited for.
    private static func read(_ outcome: RunOutcome, _ labels: RunLabels?, _ settings: CollectionSettings) -> RunFinding
    {
        guard let labels else {
            if case .open(let status) = outcome { return .decided(status) }
            return .unknown
        }
        guard let counted = settings.countedStatus, counted != labels.status else { return .counted(labels) }
        return .leftOut(labels, countedStatus: counted)
    }
}

/// The label values under which a finished run is counted.
package struct RunLabels: Equatable, Sendable {
    package let status: FinalStatus
    package let origin: RunOrigin
    /// Only for failed runs.
    package let reason: String?
}

extension RunOutcome {
    /// Nil for a run that has not finished.
    fileprivate func labels(_ classifier: FailureClassifier) -> RunLabels? {
        guard case .finished(let run) = self else { return nil }
        let reason = run.status == .failed ? classifier.reason(for: run.error) : nil
        return RunLabels(status: run.status, origin: run.origin, reason: reason)
    }
}

extension AppState {
    /// By the run's id, or, for a log that had no run when it was read, by the log's.
    fileprivate func unfinishedRun(_ runID: String, log: WorkflowLog?) -> UnfinishedRun? {
        if let log, let run = unfinished[LogID(log.id)] { return run }
        return unfinished.values.first { $0.runID?.lowercased() == runID.lowercased() }
    }
}

extension LogsQuery.Filter {
    /// Whether a row is among those that the filter asks for, as far as the row tells: not where its keyword is found.
    fileprivate func lets(_ log: WorkflowLog) -> Bool {
        (createdByEndUserSessionID == nil || createdByEndUserSessionID == log.createdByEndUser?.sessionID)
            && (createdByAccount == nil || createdByAccount == log.createdByAccount?.email)
    }
}
