import DifyAPI
import Exporter
import HTTPEndpoint

/// Collects the apps of the configuration and serves their metrics until a signal ends it.
struct ServeCommand {
    private let settings: ServingSettings
    private let configFile: String?
    private let environment: [String: String]

    init(_ options: OptionValues, environment: [String: String]) throws(UsageError) {
        settings = try ServingSettings(options)
        configFile = options[.configFile]
        self.environment = environment
    }

    func run() async -> ExitCode {
        guard let configuration = Program.loadConfiguration(file: configFile, environment: environment) else {
            return .usage
        }
        guard Program.hasLibcurl() else { return .failure }
        let service = ExporterService(
            configuration: configuration, environment: environment, telemetryPath: settings.telemetryPath,
            logger: settings.logger, makeTransport: { _ in Program.transport(environment) })
        return await Program.serve(service, settings) { addresses in
            settings.logger.log(
                .info, "serving", ("version", BuildInfo.version), ("apps", String(configuration.apps.count)),
                ("addresses", addresses.map(\.description).joined(separator: " ")), ("path", settings.telemetryPath))
        }
    }
}
