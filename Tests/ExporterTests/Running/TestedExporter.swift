import CivilTime
import DifyAPI
import DifySimulator
import Foundation
import HTTPEndpoint
import LogCollection

@testable import Exporter

/// An exporter beside a simulated Dify, on a clock that the test moves, with a configuration that the test changes.
struct TestedExporter {
    let service: ExporterService
    let clock: HandClock
    let dify: SimulatedTransport
    private let next: NextConfiguration
    private let routes: Routes
    private let running: Task<Void, Never>
    static let interval = Duration.seconds(1)

    actor NextConfiguration {
        var result: Result<Configuration, LoadError>

        init(_ configuration: Configuration) {
            result = .success(configuration)
        }

        func set(_ result: Result<Configuration, LoadError>) {
            self.result = result
        }
    }

    /// Begins to collect `apps`; the Dify has four, `app-1` to `app-4`.
    init(
        _ apps: AppConfiguration..., storagePath: String? = nil, descriptors: DescriptorBudget = .unlimited
    ) async throws {
        try await self.init(
            Self.configuration(apps), folder: nil, sleepers: apps.count, storagePath: storagePath,
            descriptors: descriptors)
    }

    /// Begins to collect the apps of a configuration's folder; whoever looks at it sleeps beside them.
    init(folderOf configuration: Configuration, storagePath: String? = nil) async throws {
        let folder = await AppsFolderWatch.first(of: configuration)
        let apps = configuration.completed(by: folder).configuration.apps.count
        try await self.init(
            configuration, folder: folder, sleepers: apps + 1, storagePath: storagePath, descriptors: .unlimited)
    }

    private init(
        _ configuration: Configuration, folder: AppsFolderWatch?, sleepers: Int, storagePath: String?,
        descriptors: DescriptorBudget
    ) async throws {
        let clock = HandClock(now: .now)
        let simulated = (1...4).map { number in
            SimulatedApp.Settings.steady(name: "app-\(number)", key: "key-\(number)", runsPerSecond: 3)
        }
        let dify = SimulatedTransport(SimulatedDify(settings: .init(), apps: simulated, start: clock.now.date)) {
            clock.now.date
        }
        let next = NextConfiguration(configuration)
        service = ExporterService(
            configuration: configuration, folder: folder,
            surroundings: .init(
                environment: [:], storagePath: storagePath, logger: Logger(level: .error, format: .logfmt),
                descriptors: descriptors, clock: clock
            ) { _ in dify },
            load: { () async throws(LoadError) in try await next.result.get() })
        (self.clock, self.dify, self.next) = (clock, dify, next)
        routes = Routes(telemetryPath: .standard, hosts: .loopback, service: service)
        running = Task { [service] in await service.run() }
        await clock.untilSleeping(sleepers)
    }

    static func configuration(_ apps: [AppConfiguration]) -> Configuration {
        var configuration = Configuration(apps: apps)
        (configuration.requestsInFlight, configuration.requestsPerSecond) = (16, 100_000)
        return configuration
    }

    /// Counts from before the Dify's first run on, whenever its collections begin.
    static func app(
        _ number: Int, key: String? = nil, change: (inout AppConfiguration) -> Void = { _ in }
    ) throws -> AppConfiguration {
        guard let key = APIKey(key ?? "key-\(number)") else { throw KeyError(subject: "the key", problem: "is none") }
        var app = AppConfiguration(
            name: AppName("app-\(number)"), baseURL: try BaseURL("http://dify.test/v1"), keySource: .inline(key),
            collection: CollectionSettings(interval: interval, overlap: .seconds(2), lookback: .seconds(60)))
        change(&app)
        return app
    }

    /// Lets so many rounds of collections pass, with `apps` taking part.
    func rounds(_ count: Int, apps: Int) async {
        for _ in 0..<count {
            clock.advance(by: Self.interval)
            await clock.untilSleeping(apps)
        }
    }

    /// Changes over to a configuration of these apps, and waits until all of them rest.
    func reload(_ apps: AppConfiguration...) async -> HTTPResponse {
        await next.set(.success(Self.configuration(apps)))
        let answer = await post()
        await clock.untilSleeping(apps.count)
        return answer
    }

    func reload(failing lines: String...) async -> HTTPResponse {
        await next.set(.failure(LoadError(lines: lines)))
        return await post()
    }

    func reload(configuration: Configuration) async -> HTTPResponse {
        await next.set(.success(configuration))
        return await post()
    }

    private func post() async -> HTTPResponse {
        await answer("POST", "/-/reload")
    }

    func answer(_ method: String, _ path: String, _ headers: HTTPHeaders = [:]) async -> HTTPResponse {
        await routes.answer(HTTPRequest(method: method, path: path, headers: headers))
    }

    /// The samples of the page, by name with labels.
    func samples() async -> [String: Double] {
        let page = String(decoding: await answer("GET", "/metrics").body, as: UTF8.self)
        let pairs = page.split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap { line in
            line.lastIndex(of: " ").map { (String(line[..<$0]), Double(line[line.index(after: $0)...]) ?? .nan) }
        }
        return Dictionary(pairs) { first, _ in first }
    }

    /// Finished runs of an app; nil while it has no series.
    func runs(_ app: String) async -> Double? {
        let counts = await samples().filter { $0.key.hasPrefix("dify_workflow_runs_total{app=\"\(app)\"") }.values
        return counts.isEmpty ? nil : counts.reduce(0, +)
    }

    /// Runs that an app has finished in truth.
    func trueRuns(_ app: String) async -> Double {
        Double(await dify.truth(of: app).runs.values.reduce(0, +))
    }

    /// Stops the load and lets every run come to its end and be counted.
    func settle(apps: Int) async {
        for number in 1...4 { await dify.apply(.setLoad(app: "app-\(number)", isOn: false)) }
        await rounds(90, apps: apps)
    }

    func stop() async {
        running.cancel()
        await running.value
    }
}

extension HostRule {
    /// As where the program listens by default.
    static let loopback = HostRule(
        allowed: [], listeningOn: [ListenAddress(host: "127.0.0.1", port: 13439)], machine: "build-7")
}

extension HTTPResponse {
    var text: String { String(decoding: body, as: UTF8.self) }
}
