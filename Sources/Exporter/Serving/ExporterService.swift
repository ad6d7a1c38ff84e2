import CivilTime
import Collection
import DifyAPI
import HTTPEndpoint

/// The running exporter: collects every app of a configuration, and answers requests from what has been collected.
package struct ExporterService: Sendable {
    package let routes: Routes
    private let board: SnapshotBoard
    private let collections: [AppCollection]

    /// `storagePath` is the folder of the checkpoints; nil keeps numbers in memory only, `makeTransport` gives each base URL its own connections.
    package init(
        configuration: Configuration, environment: [String: String], telemetryPath: String, storagePath: String?,
        logger: Logger, makeTransport: (BaseURL) -> any Transport
    ) {
        let board = SnapshotBoard(count: configuration.apps.count)
        let servers = Servers(of: configuration, makeTransport: makeTransport)
        collections = servers.apps(of: configuration).map { place, app, server in
            let log = CollectionLog(app: app, logger: logger)
            return AppCollection(
                setup: AppSetup(
                    app, position: Double(place) / Double(configuration.apps.count), storagePath: storagePath),
                source: AppSource(app: app, environment: environment, transport: server.transport, gate: server.gate),
                store: storagePath.map { FileCheckpointStore(folder: $0, app: app.displayName) }
            ) { output in
                switch output {
                case .publish(let snapshot): await board.post(snapshot, at: place)
                case .report(let event): log.report(event)
                }
            }
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

extension AppSetup {
    fileprivate init(_ app: AppConfiguration, position: Double, storagePath: String?) {
        self.init(
            name: app.displayName, takesNameOfDify: app.name == nil, labels: app.labels, settings: app.collection,
            position: position, baseURL: app.baseURL.description,
            storagePath: storagePath.map { FileCheckpointStore.path(folder: $0, app: app.displayName) })
    }
}
