import CivilTime
import Collection
import DifyAPI
import HTTPEndpoint

/// The running exporter: collects every app of a configuration, and answers requests from what has been collected.
package struct ExporterService: Sendable {
    package let routes: Routes
    private let board: SnapshotBoard
    private let collections: [AppCollection]

    /// `makeTransport` gives each base URL its own connections.
    package init(
        configuration: Configuration, environment: [String: String], telemetryPath: String, logger: Logger,
        makeTransport: (BaseURL) -> any Transport
    ) {
        let board = SnapshotBoard(count: configuration.apps.count)
        let servers = Servers(of: configuration, makeTransport: makeTransport)
        collections = servers.apps(of: configuration).map { place, app, server in
            AppCollection(
                name: app.displayName, takesNameOfDify: app.name == nil, labels: app.labels, settings: app.collection,
                position: Double(place) / Double(configuration.apps.count),
                source: AppSource(app: app, environment: environment, transport: server.transport, gate: server.gate),
                publish: { await board.post($0, at: place) },
                report: CollectionLog(app: app, logger: logger).report)
        }
        self.board = board
        routes = Routes(telemetryPath: telemetryPath, board: board, gates: servers.gates)
    }

    /// Collects until the task is cancelled.
    package func run() async {
        await withTaskGroup(of: Void.self) { group in
            for collection in collections {
                group.addTask { await collection.run() }
            }
        }
    }
}
