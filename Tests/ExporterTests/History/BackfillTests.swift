import CivilTime
import DifyAPI
import DifySimulator
import Foundation
import LogCollection
import Metrics
import Platform
import Testing

@testable import Exporter

@Suite struct BackfillTests {
    /// 2026-11-22T00:00:00Z
    private static let midnight: Int64 = 1_795_305_600
    private static let now = midnight + 8 * 3600
    /// Complete at once, since it is so long ago that no row is late.
    private static let until = now - 120

    /// A Dify with two apps that have had two days of runs and are silent for the last hours.
    private struct Past {
        let clock = HandClock(now: UnixTime(seconds: BackfillTests.now))
        let dify: SimulatedTransport
        let folder = FileManager.default.temporaryDirectory.appending(path: "backfill-\(UUID())").path

        init() {
            var settings = SimulatedDify.Settings()
            settings.history = .seconds(2 * 86_400)
            let apps = (1...2).map { number in
                SimulatedApp.Settings.steady(
                    name: "app-\(number)", key: "key-\(number)", runsPerSecond: 0.005 * Double(number),
                    for: .seconds(165_000))
            }
            let dify = SimulatedDify(settings: settings, apps: apps, start: clock.now.date)
            self.dify = SimulatedTransport(dify) { [clock] in clock.now.date }
        }

        func configuration(_ keys: [String] = ["key-1", "key-2"]) throws -> Configuration {
            TestedExporter.configuration(
                try keys.enumerated().map { number, key in
                    try TestedExporter.app(number + 1, key: key) { $0.collection.giveUpAfter = .seconds(8 * 86_400) }
                })
        }

        func settings(
            _ configuration: Configuration, until: Int64 = BackfillTests.until, step: Int64 = 300, days: Int64 = 2
        ) throws -> HistorySettings {
            HistorySettings(
                range: try HistoryRange(
                    since: BackfillTests.now - days * 86_400 - 60, until: until, step: step, now: BackfillTests.now),
                labels: [Label(name: "job", value: "dify")], apps: configuration.apps)
        }

        func backfill(
            _ transport: (any Transport)? = nil, keys: [String] = ["key-1", "key-2"],
            until: Int64 = BackfillTests.until, step: Int64 = 300, days: Int64 = 2,
            tell: @escaping @Sendable (HistoryProgress) -> Void = { _ in }
        ) throws -> Backfill {
            let configuration = try configuration(keys)
            return Backfill(
                of: configuration, settings: try settings(configuration, until: until, step: step, days: days),
                environment: [:],
                logger: Logger(level: .error, format: .logfmt), clock: clock, makeTransport: { _ in transport ?? dify },
                tell: tell)
        }

        var files: [String: String] {
            get throws {
                var files: [String: String] = [:]
                for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasSuffix(".om") {
                    files[name] = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
                }
                return files
            }
        }

        /// The last sample of a series by its name and labels.
        func last(_ series: String) throws -> Double? {
            for (_, text) in try files.sorted(by: { $0.key > $1.key }) {
                guard let head = text.range(of: "\n\(series) ", options: [.backwards, .literal]) else { continue }
                return Double(text[head.upperBound...].prefix { $0 != " " })
            }
            return nil
        }

        func remove() {
            try? FileManager.default.removeItem(atPath: folder)
        }
    }

    @Test func `the last samples are the truth, for each status`() async throws {
        let past = Past()
        defer { past.remove() }
        let summary = try await past.backfill().run(in: past.folder, .new)
        #expect(summary.missingRows == 0 && summary.missingWindows == 0)
        #expect(
            try past.files.keys.sorted() == [
                "dify-2026-11-20.om", "dify-2026-11-21.om", "dify-2026-11-22.om", "newest-2026-11-22.om",
            ])
        for app in ["app-1", "app-2"] {
            let truth = await past.dify.truth(of: app)
            #expect(truth.finished > 700)
            for (status, runs) in truth.runs {
                let labels = "{app=\"\(app)\",status=\"\(status)\",job=\"dify\"}"
                #expect(try past.last("dify_workflow_runs_total\(labels)") == Double(runs))
                #expect(try past.last("dify_workflow_tokens_total\(labels)") == Double(truth.tokens[status] ?? 0))
                #expect(try past.last("dify_workflow_run_duration_seconds_count\(labels)") == Double(runs))
            }
        }
    }

    @Test func `families stand together, moments rise within a series, and each file has its end`() async throws {
        let past = Past()
        defer { past.remove() }
        _ = try await past.backfill().run(in: past.folder, .new)
        for (name, text) in try past.files {
            #expect(text.hasSuffix("\n# EOF\n"))
            var families: Set<Substring> = []
            var seen: Set<Substring> = []
            var (series, moment) = (Substring(), Int64.min)
            for line in text.split(separator: "\n") where line != "# EOF" {
                if line.hasPrefix("# TYPE") {
                    #expect(families.insert(line).inserted, "\(name): \(line)")
                    continue
                }
                guard !line.hasPrefix("#") else { continue }
                let parts = line.split(separator: " ")
                // Label values may have spaces.
                let time = try #require(Int64(parts[parts.count - 1]))
                let head = line.dropLast(parts[parts.count - 1].count + parts[parts.count - 2].count + 2)
                if head != series {
                    #expect(seen.insert(head).inserted, "\(name): \(head) is not in one piece")
                    (series, moment) = (head, .min)
                }
                #expect(time > moment)
                moment = time
            }
            #expect(families.count > 15)
        }
    }

    @Test func `counters never fall, and a run counts in the step in which it ended`() async throws {
        let past = Past()
        defer { past.remove() }
        _ = try await past.backfill().run(in: past.folder, .new)
        let lines = try past.files.sorted { $0.key < $1.key }.flatMap { $0.value.split(separator: "\n") }
        let prefix = "dify_workflow_runs_total{app=\"app-2\",status=\"succeeded\",job=\"dify\"} "
        let samples = lines.filter { $0.hasPrefix(prefix) }.map { line in
            let parts = line.split(separator: " ")
            return (Int64(parts[2]) ?? 0, Int(parts[1]) ?? 0)
        }
        #expect(zip(samples, samples.dropFirst()).allSatisfy { $0.1 <= $1.1 })
        let ends = await past.dify.withDify { dify in
            dify.runs(of: "app-2").compactMap { run in run.final.status == .succeeded ? run.final.finishedAt : nil }
        }
        for (moment, count) in samples.enumerated().filter({ $0.offset % 97 == 0 }).map(\.element) {
            #expect(count == ends.count { $0.second <= moment }, "\(moment)")
        }
    }

    @Test func `a history that is interrupted and gone on with has the same samples`() async throws {
        let (past, other) = (Past(), Past())
        defer {
            past.remove()
            other.remove()
        }
        _ = try await past.backfill().run(in: past.folder, .new)
        for requests in [0, 3, 9, 14, 20] {
            let flaky = FailingTransport(other.dify, after: requests)
            let beginning: Backfill.Beginning =
                FileManager.default.fileExists(atPath: "\(other.folder)/backfill.state")
                ? .resume(since: nil, until: nil) : .new
            await #expect(throws: HistoryError.self) {
                _ = try await other.backfill(flaky).run(in: other.folder, beginning)
            }
        }
        _ = try await other.backfill().run(in: other.folder, .resume(since: nil, until: nil))
        #expect(try past.files == other.files)
    }

    @Test func `a folder with a history is overwritten by force only`() async throws {
        let past = Past()
        defer { past.remove() }
        _ = try await past.backfill().run(in: past.folder, .new)
        let before = try past.files
        await #expect(throws: HistoryError.folderIsTaken(path: past.folder)) {
            _ = try await past.backfill(until: Self.now - 86_400).run(in: past.folder, .new)
        }
        #expect(try past.files == before)
        _ = try await past.backfill(until: Self.now - 86_400).run(in: past.folder, .anew)
        #expect(try past.files.keys.sorted() == ["dify-2026-11-20.om", "dify-2026-11-21.om"])
    }

    @Test func `going on needs the settings of the beginning`() async throws {
        let past = Past()
        defer { past.remove() }
        await #expect(throws: HistoryError.nothingToResume(path: past.folder)) {
            _ = try await past.backfill().run(in: past.folder, .resume(since: nil, until: nil))
        }
        _ = try await past.backfill().run(in: past.folder, .new)
        await #expect(throws: HistoryError.otherSettings(difference: "--step was 300s")) {
            _ = try await past.backfill(step: 30).run(in: past.folder, .resume(since: nil, until: nil))
        }
        await #expect(throws: HistoryError.otherSettings(difference: "the apps or their settings were others")) {
            _ = try await past.backfill(keys: ["key-1"]).run(in: past.folder, .resume(since: nil, until: nil))
        }
        await #expect(throws: HistoryError.otherSettings(difference: "--until was 2026-11-22T07:58:00Z")) {
            _ = try await past.backfill().run(in: past.folder, .resume(since: nil, until: Self.now - 60))
        }
    }

    @Test func `an app that cannot be read is named before anything is written`() async throws {
        let past = Past()
        defer { past.remove() }
        do {
            _ = try await past.backfill(keys: ["key-1", "key-9"]).run(in: past.folder, .new)
            Issue.record("it was written")
        } catch {
            #expect("\(error)".hasPrefix("app-2: ") && "\(error)".hasSuffix("; nothing was written."))
        }
        #expect(try past.files.isEmpty)
    }

    @Test func `progress goes by rows, so that empty days before the first run do not look like half of the work`()
        async throws
    {
        let past = Past()
        defer { past.remove() }
        let told = Locked<[HistoryProgress]>([])
        let summary = try await past.backfill(step: 300, days: 30) { progress in told.withLock { $0.append(progress) } }
            .run(in: past.folder, .new)
        let all = told.withLock { $0 }
        let last = try #require(all.last)
        #expect(summary.rows > 2000 && last.share > 0.98)
        for progress in all where progress.share < 1 {
            #expect(abs(progress.share - Double(progress.rows) / Double(summary.rows)) < 0.1, "\(progress)")
        }
        #expect(all.contains { (0.2...0.8).contains($0.share) })
    }

    @Test func `a history is not overwritten for a Dify that cannot be read`() async throws {
        let past = Past()
        defer { past.remove() }
        _ = try await past.backfill().run(in: past.folder, .new)
        let files = try past.files
        await #expect(throws: HistoryError.self) {
            _ = try await past.backfill(keys: ["key-1", "key-9"]).run(in: past.folder, .anew)
        }
        #expect(try past.files == files && !files.isEmpty)
    }

    @Test func `a place that is no folder is told apart from one that is full`() async throws {
        let past = Past()
        defer { past.remove() }
        try Data().write(to: URL(filePath: past.folder))
        await #expect {
            _ = try await past.backfill().run(in: past.folder, .new)
        } throws: { error in
            "\(error)".contains("what is there is no folder. --output takes a folder")
                && !"\(error)".contains("--resume")
        }
    }

    @Test func `live counters go on from the checkpoint where the history ends`() async throws {
        let past = Past()
        defer { past.remove() }
        let storage = CheckpointFolder("\(past.folder)-storage")
        defer { try? FileManager.default.removeItem(atPath: storage.path) }
        _ = try await past.backfill().run(in: past.folder, .new, storage: storage)
        for app in ["app-1", "app-2"] {
            let path = FileCheckpointStore.path(folder: storage.path, app: app)
            let bytes = try Data(contentsOf: URL(filePath: path))
            let totals = try Checkpoint(encoded: Array(bytes)).state.totals
            for status in FinalStatus.allCases {
                let labels = "{app=\"\(app)\",status=\"\(status.rawValue)\",job=\"dify\"}"
                let sums = try #require(totals.byStatus[status])
                #expect(try past.last("dify_workflow_runs_total\(labels)") == Double(sums.runs))
                // A status that never occurred has no buckets.
                let seconds = sums.runs > 0 ? sums.duration.sum : nil
                #expect(try past.last("dify_workflow_run_duration_seconds_sum\(labels)") == seconds)
            }
            #expect(totals.since.counters == (Self.now - 2 * 86_400 - 60) * 1000)
        }
        await #expect(throws: HistoryError.self) {
            _ = try await past.backfill().run(in: past.folder, .anew, storage: storage)
        }
    }

    @Test func `a hand-over that was interrupted is made again, but not over what an exporter has counted since`()
        async throws
    {
        let past = Past()
        defer { past.remove() }
        let storage = CheckpointFolder("\(past.folder)-storage")
        defer { try? FileManager.default.removeItem(atPath: storage.path) }
        let paths = ["app-1", "app-2"].map { FileCheckpointStore.path(folder: storage.path, app: $0) }
        _ = try await past.backfill().run(in: past.folder, .new, storage: storage)
        let first = try Data(contentsOf: URL(filePath: paths[0]))
        try FileManager.default.removeItem(atPath: paths[1])
        for _ in 1...2 {
            _ = try await past.backfill().run(in: past.folder, .resume(since: nil, until: nil), storage: storage)
            #expect(
                try Checkpoint(encoded: Array(Data(contentsOf: URL(filePath: paths[1])))).state.totals.tokens.count > 0)
        }
        try (first + [0]).write(to: URL(filePath: paths[0]))
        await #expect(throws: HistoryError.hasCheckpoint(app: "app-1", path: paths[0])) {
            _ = try await past.backfill().run(in: past.folder, .resume(since: nil, until: nil), storage: storage)
        }
    }
}

/// Carries so many requests, and then fails as a server that is gone for good.
private actor FailingTransport: Transport {
    private let transport: any Transport
    private var left: Int

    init(_ transport: any Transport, after count: Int) {
        (self.transport, left) = (transport, count)
    }

    func get(_ request: TransportRequest) async throws(TransportError) -> TransportResponse {
        guard left > 0 else {
            return TransportResponse(
                status: 401, fields: [HTTPField(name: "Content-Type", value: "application/json")],
                body: Array("{\"code\":\"unauthorized\",\"message\":\"no\",\"status\":401}".utf8))
        }
        left -= 1
        return try await transport.get(request)
    }
}
