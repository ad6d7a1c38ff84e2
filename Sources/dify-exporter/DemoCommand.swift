import CivilTime
import DifyAPI
import DifySimulator
import Exporter
import HTTPEndpoint
import LogCollection

/// Serves the metrics of a simulated Dify: the same program against a server of its own, so that one sees at once what
/// there is to see.
struct DemoCommand {
    private let settings: ServingSettings
    private let seed: UInt64
    private let environment: Environment
    private let signals: Signals

    /// The simulated Dify has as much of a past as the exporter looks back.
    private static let history = Duration.seconds(3600)

    init(_ options: OptionValues, environment: Environment, signals: Signals) throws(UsageError) {
        settings = try ServingSettings(options, environment: environment)
        seed = try options.seed()
        self.environment = environment
        self.signals = signals
    }

    func run() async -> ExitCode {
        let web: WebSecurity
        do throws(LoadError) {
            web = try await WebSecurity(path: settings.webConfigFile, logger: settings.logger)
        } catch {
            Program.write(error)
            return .usage
        }
        var simulation = SimulatedDify.Settings()
        simulation.seed = seed
        simulation.history = Self.history
        let apps = SimulatedApp.Settings.demo
        let simulator = SimulatorServer(SimulatedDify(settings: simulation, apps: apps, start: .now))
        do throws(HTTPServerError) {
            let server = try HTTPServer(
                addresses: [ListenAddress(host: "127.0.0.1", port: 0)], handler: simulator.handler)
            server.start()
            let exitCode = await serve(apps, dify: server.boundAddresses[0], web)
            await server.stop()
            return exitCode
        } catch {
            Console.writeError("dify-exporter: \(error)")
            return .failure
        }
    }

    private func serve(
        _ apps: [SimulatedApp.Settings], dify: ListenAddress, _ web: WebSecurity
    ) async -> ExitCode {
        guard let configuration = configuration(apps, dify: dify) else { return .failure }
        let service = ExporterService(
            configuration: configuration,
            surroundings: .init(
                environment: environment, storagePath: nil, logger: settings.logger,
                descriptors: settings.descriptors, web: web
            ) {
                [environment] _ in
                Program.transport(environment)
            },
            load: { configuration })
        return await Program.serve(service, settings, web, signals) { addresses in
            let base = "\(web.tls == nil ? "http" : "https")://\(addresses[0])"
            Console.post(
                """

                A simulated Dify with \(apps.count) apps is being collected. Open:

                  \(base)/  the status page
                  \(base)\(settings.telemetryPath)  the metrics, for Prometheus
                  http://\(dify)/simulator/truth  what the simulated Dify knows to be true

                Finished runs appear within seconds. Ctrl-C ends the demo.

                """)
        }
    }

    private func configuration(_ apps: [SimulatedApp.Settings], dify: ListenAddress) -> Configuration? {
        guard let baseURL = try? BaseURL("http://\(dify)/v1") else { return nil }
        let collection = CollectionSettings(interval: .seconds(5), lookback: Self.history)
        var configuration = Configuration(
            apps: apps.compactMap { app in
                guard let name = AppName(app.name), let key = APIKey(app.key) else { return nil }
                return AppConfiguration(name: name, baseURL: baseURL, keySource: .inline(key), collection: collection)
            })
        // The simulated Dify is its own, and nobody waits behind it.
        configuration.requestsPerSecond = 50
        return configuration
    }
}
