import CivilTime
import DifyAPI
import HTTPEndpoint

@testable import Exporter
@testable import LogCollection

extension Routes {
    /// What an exporter of these apps answers, whose collections have left these snapshots; no one collects. The name of an app
    /// without a snapshot is all there is of it.
    static func sample(
        _ apps: [(name: String, snapshot: AppSnapshot?)], at now: UnixTime
    ) async -> Routes {
        let service = ExporterService(
            configuration: Configuration(
                apps: apps.map { app in
                    AppConfiguration(name: AppName(app.name), baseURL: .cloud, keySource: .environment(name: "NONE"))
                }),
            surroundings: .init(
                environment: [:], storagePath: nil, logger: Logger(level: .error, format: .logfmt),
                clock: HandClock(now: now),
                makeTransport: { _ in CurlTransport(settings: .init(userAgent: "test")) })
        ) { () async throws(LoadError) in throw LoadError(lines: ["there is nothing to load"]) }
        for app in apps {
            if let snapshot = app.snapshot { await service.board.post(snapshot, of: app.name, lasts: true) }
        }
        return Routes(telemetryPath: .standard, hosts: .loopback, service: service)
    }
}
