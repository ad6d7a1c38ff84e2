import CivilTime
import DifyAPI
import LogCollection

/// The id of a run, as Dify shows it: a UUID, with or without its hyphens.
package struct RunID: Hashable, Sendable, CustomStringConvertible {
    /// In lower case, with hyphens.
    package let description: String

    package init?(_ text: String) {
        let digits = text.lowercased().filter { $0 != "-" }
        guard digits.utf8.count == 32, digits.allSatisfy({ $0.isASCII && $0.isHexDigit }) else { return nil }
        var rest = Substring(digits)
        let parts = [8, 4, 4, 4, 12].map { count in
            defer { rest = rest.dropFirst(count) }
            return String(rest.prefix(count))
        }
        description = parts.joined(separator: "-")
    }
}

/// What is known of one run in one app. The app's checkpoint is only read, and without its lock: the exporter may be
/// running.
package struct RunExplanation: Sendable {
    package let app: String
    package let finding: RunFinding
    /// The second of the run's log, where Dify was asked and has it.
    package var loggedAt: Int64?
    /// Why the stored numbers or Dify could not be asked.
    package var problems: [String] = []

    package var isKnown: Bool { finding != .unknown }

    /// Looks in the app's state, and asks Dify where that does not tell.
    package init(
        of run: RunID, in app: AppConfiguration, storagePath: String?, client: Result<DifyClient, KeyError>
    ) async {
        var problems: [String] = []
        var stored: Checkpoint?
        switch await StoredCheckpoint.read(of: app, storagePath: storagePath) {
        case .success(let checkpoint): stored = checkpoint
        case .failure(let problem): problems.append(problem.sentence)
        }
        let settings = app.collection
        let fromState = RunFinding(ofRun: run.description, state: stored?.state, log: nil, settings: settings)
        self.app = stored?.identity.name ?? app.displayName
        guard fromState == .unknown else {
            (finding, self.problems) = (fromState, problems)
            return
        }
        let log = await Self.log(of: run, client, &problems)
        finding = RunFinding(ofRun: run.description, state: stored?.state, log: log, settings: settings)
        loggedAt = log?.createdAt
        self.problems = problems
    }

    /// The row of the run. Dify's keyword finds a run by its id, and others that speak of it (dify-logs-api §1.3).
    private static func log(
        of run: RunID, _ client: Result<DifyClient, KeyError>, _ problems: inout [String]
    ) async -> WorkflowLog? {
        switch client {
        case .failure(let error):
            problems.append(error.description)
            return nil
        case .success(let client):
            switch await client.logs(LogsQuery(filter: .init(keyword: run.description))).result {
            case .success(let page): return page.logs.first { $0.run?.id?.text.lowercased() == run.description }
            case .failure(let error):
                problems.append(error.advice)
                return nil
            }
        }
    }
}

extension RunExplanation {
    /// A few sentences for people.
    package var text: String {
        let logged = loggedAt.map { " Its log is of \(UnixTime.iso8601(second: $0))." } ?? ""
        return "\(app): \(sentence)\(logged)"
    }

    private var sentence: String {
        switch finding {
        case .waiting(let status, let second, let nextLook, let endedSince):
            let seen =
                "it is waited for: \(status.rawValue) when it was last looked at, logged at \(UnixTime.iso8601(second: second)). "
            guard let endedSince else {
                return seen + "The next look is due at \(UnixTime.iso8601(second: nextLook)), on Dify's clock."
            }
            return seen + "It has ended since, and is counted with the next look, due at "
                + "\(UnixTime.iso8601(second: nextLook)) on Dify's clock, as \(series(endedSince))."
        case .counted(let labels): return "it was counted as \(series(labels))."
        case .leftOut(let labels, let countedStatus):
            return
                "it was read and not counted: it ended as \(labels.status.rawValue), and the app's filter counts only "
                + "\(countedStatus.rawValue)."
        case .decided(let status):
            return
                "it was read and is no longer waited for, although Dify shows it as \(status.rawValue): it was given up after "
                + "give_up_after, which dify_workflow_runs_abandoned_total counts, or it was counted and has begun again."
        case .decidedLongAgo(let labels, let floor):
            let before = "it is from before \(UnixTime.iso8601(second: floor)), to where single logs are remembered. "
            guard let labels else {
                return before + "It has no end in Dify and is not waited for, so it was given up."
            }
            return before + "It was counted as \(series(labels)), unless it was given up before it ended."
        case .beforeCounting(let start):
            return
                "it was not counted: counting began at \(UnixTime.iso8601(second: start)), after its log was written."
        case .notYetRead(let until):
            return
                "it has not been read yet: the numbers are complete until \(UnixTime.iso8601(second: until)). The next "
                + "collections reach it."
        case .appearedLate:
            return
                "it has not been read yet, although later logs have: it appeared late. The comparison with Dify's totals finds "
                + "it within minutes."
        case .outsideFilter: return "it is not counted: the app's filter does not ask for it."
        case .nothingStored:
            return "Dify has it, and no numbers of this app are stored here. Is --storage.path that of the exporter?"
        case .unknown: return "neither the stored numbers nor Dify know it."
        }
    }

    private func series(_ labels: RunLabels) -> String {
        var text =
            "app=\"\(app)\", status=\"\(labels.status.rawValue)\", created_from=\"\(labels.origin.createdFrom)\", "
            + "triggered_from=\"\(labels.origin.triggeredFrom)\""
        if let reason = labels.reason { text += ", reason=\"\(reason)\"" }
        return text
    }
}
