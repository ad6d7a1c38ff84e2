import CivilTime
import DifyAPI
import LogCollection
import Metrics
import Platform

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

    /// Reads the configuration anew, without what its folder of keys adds.
    package typealias Load = @Sendable () async throws(LoadError) -> Configuration
    /// What this process makes of a configuration: its own share of the apps, and from when on they are counted.
    package typealias Tailor = @Sendable (Configuration) -> Configuration

    let board: SnapshotBoard
    private let surroundings: Surroundings
    private let gathering: GatheringLog
    private let load: Load
    private let tailor: Tailor
    /// As it was loaded.
    private var loaded: Configuration
    /// The folder of keys that the configuration names; nil where it names none.
    private var folder: AppsFolderWatch?
    /// What is collected: `loaded` with what the folder adds, tailored.
    private var configuration: Configuration
    /// What is wrong with files of the folder, as the log has been told.
    private var folderProblems: Set<AppsFolderProblem> = []
    private var toldFolderError: AppsFolderError?
    private var toldEmptyFolder = false
    /// The servers of the present configuration.
    private(set) var servers: Servers
    private var apps: [String: RunningApp] = [:]
    /// What removed apps left, for numbers in memory only: checkpoints keep the others.
    private var retained: [String: AppMachine.Handover] = [:]
    private var phase = Phase.waiting
    /// Looks at the folder.
    private var watching: Task<Void, Never>?
    /// The last of those that change the configuration, one after the other.
    private var latestChange: Task<Void, Never>?
    private(set) var reloadStatus: ReloadStatus { didSet { board.changes.note() } }
    private(set) var folderStatus: AppsFolderStatus { didSet { board.changes.note() } }
    /// What the log has been told of the present keys.
    private var toldOfKeys: Set<KeyAudit.Warning> = []

    private enum Phase {
        case waiting, running, stopping
    }

    /// Begins with `configuration` and with what a first look at its folder of keys has shown; `load` gives the one that a
    /// reload changes over to.
    package init(
        configuration: Configuration, folder: AppsFolderWatch? = nil, surroundings: Surroundings,
        tailor: @escaping Tailor = { $0 }, load: @escaping Load
    ) {
        let whole = CollectedApps(of: configuration, folder, tailor, surroundings.descriptors)
        (loaded, self.folder, self.configuration) = (configuration, folder, whole.configuration)
        self.surroundings = surroundings
        gathering = GatheringLog(surroundings.logger)
        self.tailor = tailor
        self.load = load
        board = SnapshotBoard(apps: whole.configuration.apps.map(\.displayName))
        servers = Servers(of: whole.configuration, makeTransport: surroundings.makeTransport)
        reloadStatus = ReloadStatus(startedAt: surroundings.clock.now.date)
        folderStatus = AppsFolderStatus(of: folder, problems: whole.problems.count)
        folderProblems = Set(whole.problems)
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
        tellOfFolder(Array(folderProblems), before: [])
        let audit = Task { [configuration, folder, surroundings] in
            tell(await KeyAudit(of: configuration, folder: folder, environment: surroundings.environment))
        }
        let watchingWeb = Task { [surroundings] in
            await surroundings.web?.watch { await self.note(webIsSuccessful: $0) }
        }
        watchFolder()
        await Self.untilCancelled()
        phase = .stopping
        audit.cancel()
        watchingWeb.cancel()
        watching?.cancel()
        latestChange?.cancel()
        await latestChange?.value
        await stop(Array(apps.keys))
        gathering.flush()
    }

    /// Loads the configuration and changes over to it: all of it, or after an error nothing. One change waits for the other.
    @discardableResult
    package func reload() async -> Result<ReloadPlan, LoadError> {
        await inTurn { await self.reloadNow() }
    }

    /// Lets what changes the configuration come one after the other.
    private func inTurn<Value: Sendable>(_ change: @escaping @Sendable () async -> Value) async -> Value {
        let task = Task { [latestChange] in
            await latestChange?.value
            return await change()
        }
        latestChange = Task {
            await withTaskCancellationHandler {
                _ = await task.value
            } onCancel: {
                task.cancel()
            }
        }
        return await task.value
    }

    private func note(webIsSuccessful: Bool) {
        reloadStatus.noteWeb(isSuccessful: webIsSuccessful)
    }

    private func reloadNow() async -> Result<ReloadPlan, LoadError> {
        do throws(LoadError) {
            let next = try await load()
            let nextFolder = await AppsFolderWatch.first(of: next, goingOnFrom: folder)
            let whole = CollectedApps(of: next, nextFolder, tailor, surroundings.descriptors)
            try surroundings.descriptors.check(whole.configuration)
            let keys = await KeyAudit(
                of: whole.configuration, folder: nextFolder, environment: surroundings.environment)
            guard keys.unreadable.isEmpty else { throw LoadError(keys.unreadable) }
            let web = try await surroundings.web?.prepare()
            guard phase != .stopping else { throw LoadError(lines: ["the program is ending"]) }
            (loaded, folder) = (next, nextFolder)
            let plan = await changeOver(to: whole, by: .reload)
            if let web { await surroundings.web?.adopt(web) }
            watchFolder()
            reloadStatus.noteSuccess(at: surroundings.clock.now.date)
            tell(keys)
            surroundings.logger.log(.info, "the configuration was loaded", [("outcome", plan.description)] + plan.names)
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

    // MARK: The folder of keys

    /// Looks at the folder again and again from now on, where there is one and nobody does yet.
    private func watchFolder() {
        guard watching == nil, folder != nil else { return }
        watching = Task { [clock = surroundings.clock] in
            while folder != nil {
                do {
                    try await clock.sleep(until: clock.now.monotonic + AppsFolderWatch.interval)
                } catch {
                    return  // The program ends.
                }
                await inTurn { await self.lookAtFolder() }
            }
            watching = nil
        }
    }

    private func lookAtFolder() async {
        guard let folder else { return }
        let look = await folder.look()
        guard phase != .stopping, self.folder?.receive(look) == true else { return }
        let whole = CollectedApps(of: loaded, self.folder, tailor, surroundings.descriptors)
        let plan = await changeOver(to: whole, by: .folder)
        guard plan.hasChanges else { return }
        surroundings.logger.log(
            .info, "the folder of apps_dir has changed", [("outcome", plan.description)] + plan.names)
        tell(await KeyAudit(of: configuration, folder: self.folder, environment: surroundings.environment))
    }

    /// Tells the log what is wrong in the folder and what no longer is, each once.
    private func tellOfFolder(_ problems: [AppsFolderProblem], before: Set<AppsFolderProblem>) {
        let logger = surroundings.logger
        if folder?.error != toldFolderError {
            toldFolderError = folder?.error
            if let error = toldFolderError {
                let rest = folderStatus.isKnown ? "its apps stay as they are" : "it is looked at until it can be read"
                logger.log(.error, "\(error); \(rest)", ("apps", String(configuration.apps.count)))
            } else {
                logger.log(.info, "the folder of apps_dir can be read again")
            }
        }
        if (folder?.isEmpty ?? false) != toldEmptyFolder {
            toldEmptyFolder.toggle()
            if let folder, toldEmptyFolder { logger.log(.warn, folder.folder.emptiness) }
        }
        let news = problems.filter { !before.contains($0) }
        for problem in news.prefix(LoadError.longestList) {
            logger.log(
                .error, problem.line, ("app", problem.shownApp),
                ("goes_on", problem.goesOnWithEarlier ? "as before" : "no"))
        }
        if news.count > LoadError.longestList {
            logger.log(
                .error, "more files of apps_dir cannot be used", ("files", String(news.count - LoadError.longestList)))
        }
        let present = Set(problems.map(\.shownFile))
        let mended = Set(before.map(\.shownFile)).subtracting(present).sorted()
        for file in mended.prefix(LoadError.longestList) {
            logger.log(.info, "a file of apps_dir that could not be used is gone or in use", ("file", file))
        }
        if mended.count > LoadError.longestList {
            logger.log(
                .info, "more files of apps_dir that could not be used are gone or in use",
                ("files", String(mended.count - LoadError.longestList)))
        }
    }

    /// Keys that cannot be read are told by their apps, which are down for it.
    private func tell(_ keys: KeyAudit) {
        let news = keys.warnings.filter { !toldOfKeys.contains($0) }
        toldOfKeys = Set(keys.warnings)
        for warning in news {
            let fields: [Logger.Field] = warning.app.map { [("app", $0)] } ?? []
            surroundings.logger.log(.warn, warning.text, fields)
        }
    }

    /// What has brought another configuration.
    private enum Reason {
        case reload, folder
    }

    private func changeOver(to whole: CollectedApps, by reason: Reason) async -> ReloadPlan {
        let next = whole.configuration
        let plan = ReloadPlan(from: configuration.apps, to: next.apps)
        let left = await stop(plan.changed + plan.removed)
        servers = servers.adopting(next, makeTransport: surroundings.makeTransport)
        await servers.adoptBudget(of: next, endingPauses: reason == .reload)
        configuration = next
        if reason == .reload {
            for name in plan.kept { await apps[name]?.source.readKeyAgain() }
        }
        if surroundings.storage == nil {
            for name in plan.removed { retained[name] = left[name]?.afterAbsence }
            // Whoever lets apps of ever other names come and go must not fill the memory with removed ones.
            while retained.count > AppsFolder.mostFiles { retained.remove(at: retained.startIndex) }
        }
        await board.expect(next.apps.map(\.displayName))
        let before = folderProblems
        folderProblems = Set(whole.problems)
        folderStatus = AppsFolderStatus(of: folder, problems: whole.problems.count)
        tellOfFolder(whole.problems, before: before)
        if phase == .running { startMissingApps(left, within: reason == .folder ? Self.soon : Self.usualWait) }
        return plan
    }

    /// The longest wait for an app's first collection, where many begin and where somebody has just added one.
    private static let usualWait = Duration.seconds(10)
    private static let soon = Duration.seconds(1)

    /// Starts what the configuration has and nobody collects yet, from what was left by those that were stopped.
    private func startMissingApps(_ left: [String: AppMachine.Handover] = [:], within wait: Duration = usualWait) {
        for (place, app, server) in servers.apps(of: configuration) where apps[app.displayName] == nil {
            let name = app.displayName
            let position = Double(place) / Double(configuration.apps.count)
            var running = make(
                app, position: position, within: wait, server, left[name] ?? retained.removeValue(forKey: name))
            running.start()
            apps[name] = running
        }
    }

    private func make(
        _ app: AppConfiguration, position: Double, within wait: Duration, _ server: Servers.Server,
        _ predecessor: AppMachine.Handover?
    ) -> RunningApp {
        let name = app.displayName
        let log = CollectionLog(app: app, logger: surroundings.logger, gathering: gathering)
        let source = AppSource(
            app: app, environment: surroundings.environment, server: server, clock: surroundings.clock,
            logger: surroundings.logger)
        let store = surroundings.storage.map { FileCheckpointStore(in: $0, app: name) }
        let collection = AppCollection(
            setup: AppSetup(app, position: position, within: wait, storagePath: surroundings.storage?.path),
            succeeding: predecessor, source: source, store: store, clock: surroundings.clock
        ) { [board] output in
            switch output {
            case .publish(let snapshot):
                await board.post(
                    snapshot, of: name, lasts: PublishedApp.lasts(snapshot, pollInterval: app.collection.interval))
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
    init(_ app: AppConfiguration, position: Double = 0, within wait: Duration = .seconds(10), storagePath: String?) {
        self.init(
            name: app.displayName, takesNameOfDify: app.name == nil, labels: app.labels,
            consoleURL: app.consoleURL?.description, settings: app.collection, position: position, firstWithin: wait,
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
