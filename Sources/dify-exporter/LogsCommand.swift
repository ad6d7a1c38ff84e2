import CivilTime
import DifyAPI
import Exporter
import JSON
import LogCollection

/// Lists workflow logs, newest first.
struct LogsCommand {
    private let configFile: String?
    private let appsFolder: String?
    private let environment: Environment
    private let appName: String?
    private let limit: Int
    private let query: LogsQuery
    private let output: Output

    private enum Output: String {
        case table, json
    }

    init(_ options: OptionValues, environment: Environment) throws(UsageError) {
        configFile = options[.configFile]
        appsFolder = options[.appsFolder]
        self.environment = environment
        appName = options[.app]
        limit = try options.count(.limit)
        output = try options.required(.output, expected: "table or json", Output.init(rawValue:))
        let now = UnixTime.now
        let time = { (text: String) -> UnixTime? in
            UnixTime(iso8601: text) ?? Duration(prometheus: text).map { now - $0 }
        }
        let timeForm = "a time such as 2026-11-22T10:00:00Z, a day such as 2026-11-22, or a span such as 2h"
        query = LogsQuery(
            filter: .init(
                keyword: options[.keyword],
                status: try options.parsed(
                    .status, expected: "succeeded, failed or stopped, the only statuses that Dify filters by",
                    LogsQuery.Status.init(rawValue:)),
                createdByEndUserSessionID: options[.sessionID], createdByAccount: options[.account]),
            createdAtAfter: try options.parsed(.createdAfter, expected: timeForm, time)?.second,
            createdAtBefore: try options.parsed(.createdBefore, expected: timeForm, time)?.second)
        guard query.filter.keyword == nil || query.filter.createdByEndUserSessionID == nil else {
            throw UsageError(
                message: "Dify fails when --keyword and --created-by-end-user-session-id come together; drop one")
        }
    }

    func run() async throws(UsageError) -> ExitCode {
        guard
            let configuration = await Program.loadConfiguration(
                file: configFile, appsFolder: appsFolder, environment: environment)
        else { return .usage }
        guard Program.hasLibcurl() else { return .failure }
        let app = try chosenApp(configuration)
        let client: DifyClient
        do throws(KeyError) {
            client = try await app.client(
                environment: environment, transport: Program.transport(environment),
                gate: RequestGate(
                    inFlight: configuration.requestsInFlight, perSecond: configuration.requestsPerSecond))
        } catch {
            Console.writeError("dify-exporter: \(error)")
            return .failure
        }
        switch await LogListing.read(client, query, limit: limit) {
        case .success(let logs):
            Console.write(output == .table ? table(logs) : jsonLines(logs))
            return .success
        case .failure(let error):
            Console.writeError("dify-exporter: \(error.advice)")
            return .failure
        }
    }

    private func chosenApp(_ configuration: Configuration) throws(UsageError) -> AppConfiguration {
        let names = configuration.apps.map(\.displayName)
        guard let appName else {
            guard configuration.apps.count == 1 else {
                throw UsageError(message: "--app is needed: there are \(names.joined(separator: ", "))")
            }
            return configuration.apps[0]
        }
        guard let app = configuration.apps.first(where: { $0.displayName == appName }) else {
            throw UsageError(message: "there is no app \(appName); there are \(names.joined(separator: ", "))")
        }
        return app
    }

    private func table(_ logs: [WorkflowLog]) -> String {
        var table = TextTable(header: ["CREATED", "STATUS", "SECONDS", "TOKENS", "STEPS", "RUN", "BY", "ERROR"])
        for log in logs { table.add(cells(log)) }
        return table.text
    }

    private func cells(_ log: WorkflowLog) -> [String] {
        let creator = log.createdByAccount?.email ?? log.createdByEndUser?.sessionID
        return [
            UnixTime.iso8601(second: log.createdAt), log.run?.status?.name ?? "pending",
            log.run?.elapsedTime.map { seconds in String((seconds * 1000).rounded() / 1000) } ?? "-",
            log.run?.totalTokens.map { String($0) } ?? "-", log.run?.totalSteps.map { String($0) } ?? "-",
            log.run?.id?.text ?? "-", creator.map { shown($0, limit: 40) } ?? "-",
            log.run?.error.map { shown($0, limit: 100) } ?? "",
        ]
    }

    /// A text of others for a terminal: one line, no control characters, no longer than `limit` characters.
    private func shown(_ text: String, limit: Int) -> String {
        let visible = text.unicodeScalars.lazy.prefix(limit * 4).map { scalar in
            scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format ? " " : scalar
        }
        let line = String(String.UnicodeScalarView(visible))
        return line.count > limit ? line.prefix(limit - 1) + "…" : line
    }

    private func jsonLines(_ logs: [WorkflowLog]) -> String {
        logs.map { log in
            var writer = JSONWriter()
            log.write(to: &writer)
            return writer.text + "\n"
        }.joined()
    }
}
