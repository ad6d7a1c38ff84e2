import CivilTime
import Collection
import DifyAPI

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

    /// A checkpoint longer than this is not one of ours.
    private static let longestCheckpoint = 1 << 30

    /// Looks in the app's state, and asks Dify where that does not tell.
    package init(
        of run: RunID, in app: AppConfiguration, storagePath: String?, client: Result<DifyClient, KeyError>
    ) async {
        var problems: [String] = []
        let stored = Self.checkpoint(of: app, storagePath: storagePath, &problems)
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

    private static func checkpoint(
        of app: AppConfiguration, storagePath: String?, _ problems: inout [String]
    ) -> Checkpoint? {
        guard let storagePath else { return nil }
        let path = FileCheckpointStore.path(folder: storagePath, app: app.displayName)
        guard File.identity(path) != nil else { return nil }
        do {
            return try Checkpoint(encoded: try File.read(path, limit: longestCheckpoint))
        } catch let error as FileError {
            problems.append("the checkpoint \(error)")
        } catch {
            problems.append("the checkpoint \(path) is damaged or of a later version")
        }
        return nil
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
            case .success(let page): return page.logs.first { $0.run?.id?.lowercased() == run.description }
            case .failure(let error):
                problems.append(error.description)
                return nil
            }
        }
    }
}
