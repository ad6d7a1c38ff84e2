import DifyAPI
import Exporter
import LogCollection

/// Says what is known of one run: why it was counted, is waiting, was given up, or was never seen.
struct ExplainCommand {
    private let runID: RunID
    private let configFile: String?
    private let appsFolder: String?
    private let storagePath: String?
    private let appName: String?
    private let environment: Environment

    init(_ options: OptionValues, environment: Environment) throws(UsageError) {
        guard let text = options.operand, let runID = RunID(text) else {
            throw UsageError(message: "a run's id is a UUID, as in 0190b5c2-7a56-4c1e-9d3b-2f6a1e8c4d70")
        }
        self.runID = runID
        configFile = options[.configFile]
        appsFolder = options[.appsFolder]
        storagePath = options[.storagePath].flatMap { $0.isEmpty ? nil : $0 }
        appName = options[.onlyApp]
        self.environment = environment
    }

    func run() async throws(UsageError) -> ExitCode {
        guard
            let configuration = await Program.loadConfiguration(
                file: configFile, appsFolder: appsFolder, environment: environment)
        else { return .usage }
        guard Program.hasLibcurl() else { return .failure }
        let apps = configuration.apps.filter { appName == nil || $0.displayName == appName }
        guard !apps.isEmpty else {
            let names = configuration.apps.map(\.displayName).joined(separator: ", ")
            throw UsageError(message: "there is no app \(appName ?? ""); there are \(names)")
        }
        var isKnown = false
        for app in apps {
            let explanation = await RunExplanation(
                of: runID, in: app, storagePath: storagePath, client: await client(for: app, configuration))
            for problem in explanation.problems {
                Console.writeError("dify-exporter: \(app.displayName): \(problem)")
            }
            if explanation.isKnown {
                Console.write(explanation.text + "\n")
                isKnown = true
            }
        }
        guard isKnown else {
            Console.write(
                "Run \(runID) is not known: not in the stored numbers of \(apps.map(\.displayName).joined(separator: ", ")), "
                    + "and not at Dify. Debug runs and refused requests are never logged.\n")
            return .failure
        }
        return .success
    }

    private func client(for app: AppConfiguration, _ configuration: Configuration) async -> Result<DifyClient, KeyError>
    {
        let gate = RequestGate(inFlight: configuration.requestsInFlight, perSecond: configuration.requestsPerSecond)
        do throws(KeyError) {
            return .success(
                try await app.client(environment: environment, transport: Program.transport(environment), gate: gate))
        } catch {
            return .failure(error)
        }
    }
}
