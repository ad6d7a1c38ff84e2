import CivilTime
import DifyAPI
import LogCollection
import Metrics

/// Every app of a configuration, collected once: for programs that run and end, where `ExporterService` serves.
package struct OneCollection: Sendable {
    private let scrape: Scrape

    /// The apps that could not be read, in the order of the configuration, each with what happened and what to do.
    package var problems: [(app: String, advice: String)] {
        scrape.snapshots.compactMap { snapshot in
            guard case .down(let problem) = snapshot.health else { return nil }
            return (snapshot.name, problem.advice)
        }
    }

    /// What `/metrics` would show, but for the metrics of the process and of what only a server has: they speak of a process that
    /// is over when they are read.
    package func page(_ format: ExpositionFormat) -> [UInt8] {
        Exposition.encode(scrape.families, as: format)
    }

    /// Reads the logs of the last `span` of every app, within the request budget of each base URL. `makeTransport` gives each
    /// base URL its own connections.
    package init(
        of configuration: Configuration, since span: Duration, environment: Environment, logger: Logger,
        clock: any CollectionClock = SystemClock(), makeTransport: (BaseURL) -> any Transport
    ) async {
        let began = clock.now.date
        let servers = Servers(of: configuration, makeTransport: makeTransport)
        let snapshots = await withTaskGroup(of: (Int, AppSnapshot?).self) { group in
            for (place, app, server) in servers.apps(of: configuration) {
                let source = AppSource(
                    app: app, environment: environment, server: server, clock: clock, logger: logger)
                var setup = AppSetup(app, storagePath: nil)
                setup.settings.lookback = span
                group.addTask { [setup] in (place, await Self.collect(setup, source, clock)) }
            }
            return await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.compactMap(\.1)
        }
        var facts: [ServerFacts] = []
        for server in servers.all { facts.append(await server.facts) }
        scrape = Scrape(
            snapshots: snapshots, departed: CollectionWork(since: began), servers: facts,
            reload: ReloadStatus(startedAt: began))
    }

    /// Collects an app until its list has been read up to the present, or could not be. Nil when the task was cancelled.
    private static func collect(
        _ setup: AppSetup, _ source: AppSource, _ clock: any CollectionClock
    ) async -> AppSnapshot? {
        let (snapshots, continuation) = AsyncStream.makeStream(of: AppSnapshot.self)
        let collection = AppCollection(setup: setup, source: source, store: nil, clock: clock) { output in
            if case .publish(let snapshot) = output, snapshot.isCollected { continuation.yield(snapshot) }
        }
        let running = Task { await collection.run() }
        defer { running.cancel() }
        return await snapshots.first { _ in true }
    }
}

extension AppSnapshot {
    /// Whether collecting has come to the present, or to a problem.
    fileprivate var isCollected: Bool {
        switch health {
        case .up: numbers != nil
        case .down: true
        case nil: false
        }
    }
}
