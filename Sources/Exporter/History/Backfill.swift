import CivilTime
import DifyAPI
import LogCollection
import Metrics
import Platform
import Storage

/// Writes the history of apps as OpenMetrics with timestamps, a file for each day, ready for
/// `promtool tsdb create-blocks-from openmetrics`.
///
/// Files come into being whole, the oldest first, and with each a record of what it takes to go on behind it. So whatever ends the
/// process, what is there is right, and the next one goes on from the last complete file.
package actor Backfill {
    private let servers: Servers
    private let configuration: Configuration
    private let settings: HistorySettings
    private let environment: Environment
    private let logger: Logger
    private let clock: any CollectionClock
    private let tell: @Sendable (HistoryProgress) -> Void
    private let began: ClockReading
    private var positions: [String: AppHistoryPosition] = [:]
    /// The part of the range that others had read when the process began.
    private var shareAtStart = 0.0
    private var range: HistoryRange
    private var bytesWritten = 0

    /// So many apps are read at the same time: a server gets one such request at a time, so more would only hold a day's samples
    /// each while they wait.
    private static let appsAtOnce = 3

    /// How to begin.
    package enum Beginning: Hashable, Sendable {
        /// In a folder without a history.
        case new
        /// In place of the history that is in the folder.
        case anew
        /// Behind what is complete. `since` and `until` are what was asked for as a point in time, in Unix seconds.
        case resume(since: Int64?, until: Int64?)

        fileprivate var isResumption: Bool {
            if case .resume = self { true } else { false }
        }
    }

    /// What came of it.
    package struct Summary: Sendable {
        package let settings: HistorySettings
        package let folder: String
        /// Of this process.
        package let rows: Int
        package let requests: UInt64
        package let bytes: Int
        package let span: Duration
        package let missingWindows: Int
        package let missingRows: Int
    }

    /// `makeTransport` gives each base URL its own connections, and `tell` is told how far it has come, after each request.
    package init(
        of configuration: Configuration, settings: HistorySettings, environment: Environment, logger: Logger,
        clock: any CollectionClock = SystemClock(), makeTransport: (BaseURL) -> any Transport,
        tell: @escaping @Sendable (HistoryProgress) -> Void
    ) {
        self.configuration = configuration
        self.settings = settings
        self.environment = environment
        self.logger = logger
        self.clock = clock
        self.tell = tell
        servers = Servers(of: configuration, makeTransport: makeTransport)
        began = clock.now
        range = settings.range
    }

    /// Writes all that is missing in `folder`. With `storage`, the checkpoints that `serve` goes on from are left there.
    package func run(
        in path: String, _ beginning: Beginning, storage: CheckpointFolder? = nil
    ) async throws(HistoryError) -> Summary {
        var folder = try HistoryFolder(path)
        let stores = try await stores(in: storage, handedOver: try handedOver(beginning, &folder))
        var record = try record(of: beginning, in: &folder)
        range = record.settings.range
        let readers = try await readers(record, folder, hasBegun: beginning.isResumption)
        // Only now: nothing is overwritten for a Dify that cannot be read.
        if beginning == .anew { try folder.clear() }
        try folder.save(record)
        for reader in readers { positions[reader.app.displayName] = await reader.position }
        shareAtStart = shareOfRange
        while let part = range.part(after: record.done) {
            try await write(part, of: readers, labels: record.settings.labels, in: folder)
            record.done = part.moments.last ?? record.done
            for reader in readers { record.apps[reader.app.displayName] = await reader.encoded }
            try folder.save(record)
        }
        if !stores.isEmpty {
            let checkpoints = try await checkpoints(readers)
            record.handedOver += checkpoints.map(HistoryRecord.digest(of:))
            try folder.save(record)
            try await handOver(checkpoints, to: stores)
        }
        return await summary(record.settings, folder, readers)
    }

    private func record(
        of beginning: Beginning, in folder: inout HistoryFolder
    ) throws(HistoryError) -> HistoryRecord {
        switch beginning {
        case .new:
            guard !folder.isTaken else { throw .folderIsTaken(path: folder.path) }
            return HistoryRecord(settings: settings)
        case .anew:
            return HistoryRecord(settings: settings)
        case .resume(let since, let until):
            guard let record = try folder.record() else { throw .nothingToResume(path: folder.path) }
            if let difference = record.settings.difference(from: settings, since: since, until: until) {
                throw .otherSettings(difference: difference)
            }
            return record
        }
    }

    private func readers(
        _ record: HistoryRecord, _ folder: HistoryFolder, hasBegun: Bool
    ) async throws(HistoryError) -> [AppHistoryReader] {
        var readers: [AppHistoryReader] = []
        for (_, app, server) in servers.apps(of: configuration) {
            let source = AppSource(
                app: app, environment: environment, server: server, clock: clock, logger: logger)
            readers.append(
                try await AppHistoryReader(
                    app: app, range: record.settings.range, encoded: record.apps[app.displayName], source: source,
                    clock: clock, logger: logger, folder: folder, hasBegun: hasBegun))
        }
        return readers
    }

    // MARK: One file

    /// The place of a family of one app in the scratch file.
    private struct Block {
        let app: String
        let place: Range<Int>
    }

    private func write(
        _ part: HistoryRange.Part, of readers: [AppHistoryReader], labels: [Label], in folder: HistoryFolder
    ) async throws(HistoryError) {
        let scratch: ScratchFile
        do throws(DiskError) {
            scratch = try ScratchFile(in: folder.path)
        } catch {
            throw .disk(error)
        }
        let blocks = try await collect(part, readers, to: scratch).get()
        do throws(DiskError) {
            bytesWritten += try Self.write(part, blocks, labels: labels, from: scratch, to: folder.file(part.name))
        } catch {
            throw .disk(error)
        }
    }

    /// Reads every app up to the end of a part, a few at the same time.
    private func collect(
        _ part: HistoryRange.Part, _ readers: [AppHistoryReader], to scratch: ScratchFile
    ) async -> Result<[String: [Block]], HistoryError> {
        await withTaskGroup(of: (String, Result<[String: [UInt8]], HistoryError>).self) { group in
            var waiting = readers.reversed()[...]
            func begin() {
                guard let reader = waiting.popLast() else { return }
                group.addTask { await self.read(part, reader) }
            }
            for _ in 0..<Self.appsAtOnce { begin() }
            var blocks: [String: [Block]] = [:]
            var problem: HistoryError?
            for await (app, result) in group {
                do throws(HistoryError) {
                    for (metric, bytes) in try result.get() {
                        blocks[metric, default: []].append(Block(app: app, place: try Self.keep(bytes, in: scratch)))
                    }
                    if problem == nil { begin() }
                } catch {
                    // What the others say then is that they were interrupted.
                    problem = problem ?? error
                    group.cancelAll()
                }
            }
            return problem.map { .failure($0) } ?? .success(blocks)
        }
    }

    private func read(
        _ part: HistoryRange.Part, _ reader: AppHistoryReader
    ) async -> (String, Result<[String: [UInt8]], HistoryError>) {
        let app = reader.app.displayName
        do throws(HistoryError) {
            let samples = try await reader.samples(of: part) { await self.note($0, of: app) }
            return (app, .success(samples))
        } catch {
            return (app, .failure(error))
        }
    }

    private static func keep(_ bytes: [UInt8], in scratch: ScratchFile) throws(HistoryError) -> Range<Int> {
        do throws(DiskError) {
            return try scratch.append(bytes)
        } catch {
            throw .disk(error)
        }
    }

    /// Writes a file, families in the order of their names, and gives its size.
    private static func write(
        _ part: HistoryRange.Part, _ blocks: [String: [Block]], labels: [Label], from scratch: ScratchFile,
        to path: String
    ) throws(DiskError) -> Int {
        var file = try NewFile(at: path, isPublic: true)
        for metric in Catalogue.all.sorted(by: { $0.name < $1.name }) {
            guard let blocks = blocks[metric.name] else { continue }
            try file.write(FamilyHistory.head(of: metric))
            for block in blocks.sorted(by: { $0.app < $1.app }) {
                let bytes = try scratch.read(block.place)
                guard let history = try? FamilyHistory(metric, encoded: bytes) else {
                    throw DiskError(
                        operation: "read a scratch file beside", path: path, reason: "its bytes have changed")
                }
                try history.write(at: part.moments, labels: labels) { text throws(DiskError) in
                    try file.write(text)
                }
            }
        }
        try file.write(FamilyHistory.end)
        try file.commit()
        return file.size
    }

    // MARK: Progress

    private func note(_ position: AppHistoryPosition, of app: String) {
        positions[app] = position
        let rows = positions.values.reduce(0) { $0 + $1.rows }
        tell(
            HistoryProgress(
                share: share(rows), shareAtStart: shareAtStart,
                readUntil: min(positions.values.map(\.readUntil).min() ?? range.since, range.until), rows: rows,
                requests: positions.values.reduce(0) { $0 + $1.requests },
                elapsed: clock.now.monotonic - began.monotonic))
    }

    /// How far it has come, by the rows that there are to read, since these take the time: days may be empty, or full. By days
    /// where Dify did not tell how many rows there are.
    private func share(_ rows: Int) -> Double {
        let byDays = shareOfRange
        let expected = positions.values.reduce(0) { $0 + $1.expectedRows }
        guard expected > 0, byDays < 1 else { return byDays }
        // Rows are read twice where a run had not ended, and more than there were when it began.
        return shareAtStart + (1 - shareAtStart) * min(Double(rows) / Double(expected), 0.99)
    }

    /// The part of the range that has been read, in time.
    private var shareOfRange: Double {
        let whole = Double(range.until - range.since + 1)
        let read = positions.values.map { position in
            min(max((Double(position.readUntil) + 1 - Double(range.since)) / whole, 0), 1)
        }
        return read.reduce(0, +) / Double(max(read.count, 1))
    }

    private func summary(
        _ settings: HistorySettings, _ folder: HistoryFolder, _ readers: [AppHistoryReader]
    ) async -> Summary {
        var last: [AppHistoryPosition] = []
        for reader in readers { last.append(await reader.position) }
        return Summary(
            settings: settings, folder: folder.path, rows: last.reduce(0) { $0 + $1.rows },
            requests: last.reduce(0) { $0 + $1.requests }, bytes: bytesWritten,
            span: clock.now.monotonic - began.monotonic,
            missingWindows: last.reduce(0) { $0 + $1.missingWindows },
            missingRows: last.reduce(0) { $0 + $1.missingRows })
    }

    // MARK: Handing over to live collections

    /// The digests of checkpoints that this history has left before: nothing has counted on from one that is as it was.
    private func handedOver(_ beginning: Beginning, _ folder: inout HistoryFolder) throws(HistoryError) -> [UInt64] {
        guard beginning.isResumption else { return [] }
        return try folder.record()?.handedOver ?? []
    }

    /// Where the checkpoints go, one for each app and locked; empty where none is wanted. Throws where an app has numbers
    /// that are not those of `handedOver`, or an exporter is running on them.
    private func stores(
        in storage: CheckpointFolder?, handedOver: [UInt64]
    ) async throws(HistoryError) -> [FileCheckpointStore] {
        guard let storage else { return [] }
        var stores: [FileCheckpointStore] = []
        for app in configuration.apps {
            let store = FileCheckpointStore(in: storage, app: app.displayName)
            let stored: [UInt8]?
            do throws(StateProblem) {
                stored = try await store.load()
            } catch {
                for store in stores { await store.close() }
                throw .checkpoint(app: app.displayName, error)
            }
            stores.append(store)
            guard stored.map({ handedOver.contains(HistoryRecord.digest(of: $0)) }) ?? true else {
                for store in stores { await store.close() }
                let path = FileCheckpointStore.path(folder: storage.path, app: app.displayName)
                throw .hasCheckpoint(app: app.displayName, path: path)
            }
        }
        return stores
    }

    /// What `serve` goes on from, of every app before any of them is left, in the order of the configuration.
    private func checkpoints(_ readers: [AppHistoryReader]) async throws(HistoryError) -> [[UInt8]] {
        var checkpoints: [[UInt8]] = []
        for reader in readers { checkpoints.append(try await reader.checkpoint()) }
        return checkpoints
    }

    private func handOver(_ checkpoints: [[UInt8]], to stores: [FileCheckpointStore]) async throws(HistoryError) {
        for ((app, bytes), store) in zip(zip(configuration.apps, checkpoints), stores) {
            do throws(StateProblem) {
                try await store.save(bytes)
            } catch {
                throw .checkpoint(app: app.displayName, error)
            }
            await store.close()
        }
    }
}
