import CivilTime
import DifyAPI
import Exporter
import HTTPEndpoint
import LogCollection

/// Collects the apps of the configuration and serves their metrics until a signal ends it.
struct ServeCommand {
    private let settings: ServingSettings
    private let configFile: String?
    private let appsFolder: String?
    /// Nil for numbers in memory only.
    private let storagePath: String?
    private let resetApps: [String]
    /// Nil for all apps.
    private let shard: Shard?
    private let environment: Environment
    private let signals: Signals

    init(_ options: OptionValues, environment: Environment, signals: Signals) throws(UsageError) {
        settings = try ServingSettings(options, environment: environment)
        configFile = options[.configFile]
        appsFolder = options[.appsFolder]
        storagePath = options[.storagePath].flatMap { $0.isEmpty ? nil : $0 }
        resetApps = options.all(.resetApp)
        shard = try options.shard()
        self.environment = environment
        self.signals = signals
    }

    func run() async -> ExitCode {
        let loaded: Configuration
        let folder: AppsFolderWatch?
        let configuration: Configuration
        let web: WebSecurity
        do throws(LoadError) {
            web = try await WebSecurity(path: settings.webConfigFile, logger: settings.logger)
            loaded = try await load()
            folder = await AppsFolderWatch.first(of: loaded)
            try settings.descriptors.check(tailored(loaded))
            configuration = tailored(loaded.completed(by: folder).configuration)
        } catch {
            Program.write(error)
            return .usage
        }
        guard await resetStorage(of: configuration) else { return .failure }
        let service = ExporterService(
            configuration: loaded, folder: folder,
            surroundings: .init(
                environment: environment, storagePath: storagePath, logger: settings.logger,
                descriptors: settings.descriptors, web: web
            ) {
                [environment] _ in Program.transport(environment)
            },
            tailor: tailored, load: load)
        let count = configuration.apps.count
        return await Program.serve(service, settings, web, signals) { addresses in
            settings.logger.log(
                .info, "serving", ("version", BuildInfo.version), ("apps", String(count)),
                ("shard", shard?.description ?? "all"),
                ("addresses", addresses.map(\.description).joined(separator: " ")),
                ("path", settings.telemetryPath.description), ("tls", web.tls == nil ? "off" : "on"),
                ("storage", storagePath ?? "memory only"))
        }
    }

    /// The configuration as it is now; at the start and whenever it is loaded again.
    private func load() async throws(LoadError) -> Configuration {
        try await Configuration.load(file: configFile, appsFolder: appsFolder, environment: environment)
    }

    /// This process's part of it.
    private func tailored(_ configuration: Configuration) -> Configuration {
        let own = configuration.limited(to: shard)
        return storagePath == nil ? own.countingFromNow : own
    }

    /// Sets aside what the operator gave up; false after saying what went wrong.
    private func resetStorage(of configuration: Configuration) async -> Bool {
        for name in resetApps {
            guard let storagePath, configuration.apps.contains(where: { $0.displayName == name }) else {
                Console.writeError("dify-exporter: --storage.reset-app: there is no stored app \(name)")
                return false
            }
            do throws(StateProblem) {
                let store = FileCheckpointStore(in: CheckpointFolder(storagePath), app: name)
                guard let newPath = try await store.setAside(at: UnixTime.iso8601(second: UnixTime.now.second)) else {
                    continue
                }
                settings.logger.log(.warn, "stored numbers were set aside", ("app", name), ("path", newPath))
            } catch {
                Console.writeError("dify-exporter: \(error.advice)")
                return false
            }
        }
        return true
    }
}
