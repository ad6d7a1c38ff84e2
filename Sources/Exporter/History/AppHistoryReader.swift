import CivilTime
import DifyAPI
import LogCollection
import Metrics
import Platform

/// Reads one app's history: carries out the steps of its `AppHistory`.
actor AppHistoryReader {
    let app: AppConfiguration
    private let source: AppSource
    private let clock: any CollectionClock
    private let log: CollectionLog
    private let folder: String
    private var history: AppHistory
    /// The rows that Dify counts in what is to be read; 0 where it did not tell.
    private let expectedRows: Int
    /// Why the latest request failed; nil where it did not.
    private var failure: APIError?

    /// The attempts at the first request, and the pause between them.
    private static let attempts = 3
    private static let pause = Duration.seconds(1)

    /// Goes on from `encoded`, or begins where the range does after asking Dify what the app is. `folder` is where the history
    /// is written, and `hasBegun` whether there is one to go on with, for messages.
    init(
        app: AppConfiguration, range: HistoryRange, encoded: [UInt8]?, source: AppSource, clock: any CollectionClock,
        logger: Logger, folder: HistoryFolder, hasBegun: Bool
    ) async throws(HistoryError) {
        (self.app, self.source, self.clock) = (app, source, clock)
        self.folder = folder.path
        log = CollectionLog(app: app, logger: logger, gathering: GatheringLog(logger))
        let setup = AppSetup(app, storagePath: nil)
        if let encoded {
            guard let history = try? AppHistory(setup: setup, encoded: encoded, at: clock.now) else {
                throw .damagedRecord(path: folder.path)
            }
            self.history = history
        } else {
            let info = try await Self.info(of: app, source, clock, folder.path, hasBegun)
            history = AppHistory(setup: setup, difyName: info.name, from: range.since, at: clock.now)
        }
        let rest = LogsQuery(
            filter: app.collection.filter, createdAtAfter: max(history.readUntil, range.since - 1) + 1,
            createdAtBefore: range.until, limit: 1)
        let count = try? await source.logs(rest, .regular).result.get().total
        expectedRows = Int(count ?? 0)
    }

    private static func info(
        of app: AppConfiguration, _ source: AppSource, _ clock: any CollectionClock, _ folder: String, _ hasBegun: Bool
    ) async throws(HistoryError) -> AppInfo {
        var failures = 0
        var failure: APIError?
        while true {
            switch await source.info().result {
            case .success(let info): return info
            case .failure(.cancelled):
                throw .interrupted(path: folder, hasBegun: hasBegun, problem: failure?.description)
            case .failure(let error):
                failures += 1
                failure = error
                guard error.isTransient, failures < attempts else {
                    throw .app(name: app.displayName, advice: error.advice, hasBegun: hasBegun)
                }
                try? await clock.sleep(until: clock.now.monotonic + pause)
            }
        }
    }

    /// Every family at the moments of a part, encoded, by the metric's name. `note` is told after each step.
    func samples(
        of part: HistoryRange.Part, note: @Sendable (AppHistoryPosition) async -> Void
    ) async throws(HistoryError) -> [String: [UInt8]] {
        var families: [String: FamilyHistory] = [:]
        for (place, moment) in part.moments.enumerated() {
            while history.readUntil < moment || !history.isConnected {
                try await carryOut()
                await note(position)
            }
            for family in history.snapshot(at: moment).historyFamilies where !family.series.isEmpty {
                families[family.metric.name, default: FamilyHistory(family.metric)].add(family, at: place)
            }
        }
        return families.mapValues(\.encoded)
    }

    /// Reads on until the present, and gives the checkpoint that `serve` goes on from.
    func checkpoint() async throws(HistoryError) -> [UInt8] {
        while true {
            if let bytes = history.checkpoint() { return bytes }
            try await carryOut()
        }
    }

    private var interruption: HistoryError {
        .interrupted(path: folder, hasBegun: true, problem: failure?.description)
    }

    private func noteFailure(of result: Result<some Any, APIError>) {
        switch result {
        case .success: failure = nil
        case .failure(.cancelled): break
        case .failure(let error): failure = error
        }
    }

    private func carryOut() async throws(HistoryError) {
        let input: AppMachine.Input
        switch nextStep {
        case .load: input = .loaded(.success(nil))
        case .askInfo:
            let answer = await source.info()
            noteFailure(of: answer.result)
            input = .info(answer)
        case .askLogs(let query):
            let answer = await source.logs(query, urgency)
            noteFailure(of: answer.result)
            input = .logs(answer)
        case .save: input = .saved(.success(()), took: .zero)
        case .sleep(let deadline):
            do {
                try await clock.sleep(until: deadline)
            } catch {
                throw interruption
            }
            input = .woke
        }
        guard !Task.isCancelled else { throw interruption }
        try resume(with: input)
    }

    // None of these is inlined, so that the frames of asynchronous functions have no copy of a history.

    private var nextStep: AppMachine.Step {
        @inline(never) get { history.step }
    }

    private var urgency: Urgency {
        @inline(never) get { history.urgency }
    }

    @inline(never)
    private func resume(with input: AppMachine.Input) throws(HistoryError) {
        for event in history.resume(input, at: clock.now, jitter: Double.random(in: 0...1)) { log.report(event) }
        if let problem = history.problem { throw .app(name: app.displayName, advice: problem.advice, hasBegun: true) }
    }

    var position: AppHistoryPosition {
        AppHistoryPosition(
            readUntil: history.readUntil, rows: history.cost.rows, expectedRows: expectedRows,
            requests: history.cost.requests,
            missingWindows: history.missing.windows, missingRows: history.missing.rows)
    }

    /// What another process goes on from; nil before anything was read.
    var encoded: [UInt8]? { history.encoded }
}

/// How far one app's history has been read.
struct AppHistoryPosition: Hashable, Sendable {
    /// Unix seconds.
    var readUntil: Int64
    /// Since the process began.
    var rows: Int
    /// What there was to read when the process began; 0 where Dify did not tell.
    var expectedRows: Int
    var requests: UInt64
    /// What may be missing for ever: windows that Dify never showed completely, and rows that it cannot serve.
    var missingWindows: Int
    var missingRows: Int
}
