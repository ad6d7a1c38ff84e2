import CivilTime
import DifyAPI
import LogCollection
import Metrics

/// The running exporter: collects every app of a configuration, answers requests from what has been collected, and changes
/// over to another configuration while it runs.
package actor ExporterService {
    /// Where and how numbers are kept and requests are made; the same for every configuration.
    package struct Surroundings: Sendable {
        package var environment: Environment
        /// The folder of the checkpoints; nil keeps numbers in memory only.
        package var storage: CheckpointFolder?
        package var logger: Logger
        package var descriptors: DescriptorBudget
        /// The guard of the endpoint, which is loaded together with the configuration; nil for one without.
        package var web: WebSecurity?
        /// Gives each base URL its own connections.
        package var makeTransport: @Sendable (BaseURL) -> any Transport
        package var clock: any CollectionClock

        package init(
            environment: Environment, storagePath: String?, logger: Logger,
            descriptors: DescriptorBudget = .unlimited, web: WebSecurity? = nil,
            clock: any CollectionClock = SystemClock(), makeTransport: @escaping @Sendable (BaseURL) -> any Transport
        ) {
            self.environment = environment
            storage = storagePath.map { CheckpointFolder($0) }
            self.descriptors = descriptors
            self.web = web
            self.logger = logger
            self.clock = clock
            self.makeTransport = makeTransport
        }
    }

    /// Reads the configuration anew.
    package typealias Load = @Sendable () async throws(LoadError) -> Configuration

    let board: SnapshotBoard
    private let surroundings: Surroundings
    private let load: Load
    private var configuration: Configuration
    /// The servers of the present configuration.
    private(set) var servers: Servers
    private var apps: [String: RunningApp] = [:]
    /// What apps left that are gone, for numbers in memory only: checkpoints keep the others.
    private var retained: [String: AppMachine.Handover] = [:]
    private var phase = Phase.waiting
    private var latestReload: Task<Result<ReloadPlan, LoadError>, Never>?
    private(set) var reloadStatus: ReloadStatus
    /// What the log has been told of the present keys.
    private var toldOfKeys: Set<KeyAudit.Warning> = []

    private enum Phase {
        case waiting, running, stopping
    }

    /// Begins with `configuration`; `load` gives the one that a reload changes over to.
    package init(configuration: Configuration, surroundings: Surroundings, load: @escaping Load) {
        self.configuration = configuration
        self.surroundings = surroundings
        self.load = load
        board = SnapshotBoard(apps: configuration.apps.map(\.displayName))
        servers = Servers(of: configuration, makeTransport: surroundings.makeTransport)
        reloadStatus = ReloadStatus(startedAt: surroundings.clock.now.date)
    }

    /// How many clients may be connected at once beside the collection of this configuration.
    package var connectionLimit: Int { surroundings.descriptors.connections(beside: configuration) }

    /// The present on the clock that collections go by.
    nonisolated var now: UnixTime { surroundings.clock.now.date }

    /// What became of the log.
    nonisolated var logFamily: Family {
        var dropped = Family(Catalogue.logLinesDropped)
        dropped.add([], Double(surroundings.logger.droppedLines), startTime: ProcessMetrics.startTime.milliseconds)
        return dropped
    }

    /// Collects until the task is cancelled, and returns when all is written down.
    package func run() async {
        phase = .running
        startMissingApps()
        let audit = Task { [configuration, surroundings] in
            tell(await KeyAudit(of: configuration, environment: surroundings.environment))
        }
        let watching = Task { [surroundings] in
            await surroundings.web?.watch { await self.note(webIsSuccessful: $0) }
        }
        await Self.untilCancelled()
        phase = .stopping
        audit.cancel()
        watching.cancel()
        latestReload?.cancel()
        _ = await latestReload?.value
        await stop(Array(apps.keys))
    }

    /// Loads the configuration and changes over to it: all of it, or after an error nothing. One reload waits for the other.
    @discardableResult
    package func reload() async -> Result<ReloadPlan, LoadError> {
        let task = Task { [latestReload] in
            _ = await latestReload?.value
            return await reloadNow()
        }
        latestReload = task
        return await task.value
    }

    private func note(webIsSuccessful: Bool) {
        reloadStatus.noteWeb(isSuccessful: webIsSuccessful)
    }

    private func reloadNow() async -> Result<ReloadPlan, LoadError> {
        do throws(LoadError) {
            let next = try await load()
            try surroundings.descriptors.check(next)
            let keys = await KeyAudit(of: next, environment: surroundings.environment)
            guard keys.unreadable.isEmpty else { throw LoadError(keys.unreadable) }
            let web = try await surroundings.web?.prepare()
            guard phase != .stopping else { throw LoadError(lines: ["the program is ending"]) }
            let plan = await changeOver(to: next)
            if let web { await surroundings.web?.adopt(web) }
            reloadStatus.noteSuccess(at: surroundings.clock.now.date)
            tell(keys)
            surroundings.logger.log(.info, "the configuration was loaded", ("outcome", plan.description))
            return .success(plan)
        } catch {
            reloadStatus.noteFailure()
            for line in error.lines {
                surroundings.logger.log(
                    .error, "the configuration was not loaded, and the one before goes on", ("reason", line))
            }
            return .failure(error)
        }
    }

    /// Keys that cannot be read are told by their apps, which are down for it.
    private func tell(_ keys: KeyAudit) {
        let news = keys.warnings.filter { !toldOfKeys.contains($0) }
        toldOfKeys = Set(keys.warnings)
        for warning in news { surroundings.logger.log(.warn, warning.text, ("app", warning.app)) }
    }

    private func changeOver(to next: Configuration) async -> ReloadPlan {
        let plan = ReloadPlan(from: configuration.apps, to: next.apps)
        let left = await stop(plan.changed + plan.removed)
        servers = servers.adopting(next, makeTransport: surroundings.makeTransport)
        await servers.adoptBudget(of: next)
        configuration = next
        for name in plan.kept { await apps[name]?.source.readKeyAgain() }
        if surroundings.storage == nil {
            for name in plan.removed { retained[name] = left[name]?.afterAbsence }
        }
        await board.expect(next.apps.map(\.displayName))
        if phase == .running { startMissingApps(left) }
        return plan
    }

    /// Starts what the configuration has and nobody collects yet, from what was left by those that were stopped.
    private func startMissingApps(_ left: [String: AppMachine.Handover] = [:]) {
        for (place, app, server) in servers.apps(of: configuration) where apps[app.displayName] == nil {
            let name = app.displayName
            let position = Double(place) / Double(configuration.apps.count)
            var running = make(app, position: position, server, left[name] ?? retained.removeValue(forKey: name))
            running.start()
            apps[name] = running
        }
    }

    private func make(
        _ app: AppConfiguration, position: Double, _ server: Servers.Server, _ predecessor: AppMachine.Handover?
    ) -> RunningApp {
        let name = app.displayName
        let log = CollectionLog(app: app, logger: surroundings.logger)
        let source = AppSource(
            app: app, environment: surroundings.environment, server: server, clock: surroundings.clock,
            logger: surroundings.logger)
        let store = surroundings.storage.map { FileCheckpointStore(in: $0, app: name) }
        let collection = AppCollection(
            setup: AppSetup(app, position: position, storagePath: surroundings.storage?.path), succeeding: predecessor,
            source: source, store: store, clock: surroundings.clock
        ) { [board] output in
            switch output {
            case .publish(let snapshot): await board.post(snapshot, of: name)
            case .report(let event): log.report(event)
            }
        }
        return RunningApp(configuration: app, source: source, collection: collection, store: store)
    }

    /// Ends apps, all at the same time, and gives what they leave.
    @discardableResult
    private func stop(_ names: [String]) async -> [String: AppMachine.Handover] {
        let ending = names.compactMap { name in apps.removeValue(forKey: name).map { (name, $0) } }
        for (_, app) in ending { app.cancel() }
        var left: [String: AppMachine.Handover] = [:]
        for (name, app) in ending { left[name] = await app.ended() }
        return left
    }

    private static func untilCancelled() async {
        // Nothing ever comes, so what ends this is the task's cancellation.
        for await _ in AsyncStream(Never.self, { _ in }) {}
    }
}

extension AppSetup {
    init(_ app: AppConfiguration, position: Double = 0, storagePath: String?) {
        self.init(
            name: app.displayName, takesNameOfDify: app.name == nil, labels: app.labels,
            consoleURL: app.consoleURL?.description, settings: app.collection, position: position,
            baseURL: app.baseURL.description,
            storagePath: storagePath.map { FileCheckpointStore.path(folder: $0, app: app.displayName) })
    }
}

extension AppMachine.Handover {
    /// For an app that comes back later: its state, and nothing to show before it has been tried again.
    fileprivate var afterAbsence: AppMachine.Handover {
        var later = self
        later.snapshot = nil
        return later
    }
}
