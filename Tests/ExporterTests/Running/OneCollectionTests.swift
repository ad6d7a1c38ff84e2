import CivilTime
import DifyAPI
import DifySimulator
import LogCollection
import Testing

@testable import Exporter

@Suite struct OneCollectionTests {
    private static let start = UnixTime(seconds: 1_795_000_000)

    /// A Dify with two apps that have had a day of runs and are silent now, on a clock that stands still.
    private func dify() -> (SimulatedTransport, HandClock) {
        let clock = HandClock(now: Self.start)
        var settings = SimulatedDify.Settings()
        settings.history = .seconds(86_400)
        let apps = (1...2).map { number in
            SimulatedApp.Settings.steady(
                name: "app-\(number)", key: "key-\(number)", runsPerSecond: 0.01, for: .seconds(82_800))
        }
        return (
            SimulatedTransport(SimulatedDify(settings: settings, apps: apps, start: Self.start)) { clock.now.date },
            clock
        )
    }

    private func collection(
        _ keys: [String], since: Duration = .seconds(86_400), _ dify: SimulatedTransport, _ clock: HandClock
    ) async throws -> OneCollection {
        let apps = try keys.enumerated().map { number, key in try TestedExporter.app(number + 1, key: key) }
        return await OneCollection(
            of: TestedExporter.configuration(apps), since: since, environment: [:],
            logger: Logger(level: .error, format: .logfmt), clock: clock
        ) { _ in dify }
    }

    private func runs(_ app: String, _ collection: OneCollection) -> Double {
        let lines = String(decoding: collection.page(.textV004), as: UTF8.self).split(separator: "\n")
        let own = lines.filter { $0.hasPrefix("dify_workflow_runs_total{app=\"\(app)\"") }
        return own.compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }.reduce(0, +)
    }

    @Test func `each app is read over the whole span, however many rounds that takes`() async throws {
        let (dify, clock) = dify()
        let collection = try await collection(["key-1", "key-2"], dify, clock)
        #expect(collection.problems.isEmpty)
        for app in ["app-1", "app-2"] {
            let truth = await dify.truth(of: app)
            #expect(runs(app, collection) == Double(truth.finished))
            #expect(truth.finished > 800)
        }
    }

    @Test func `runs before the span are left out`() async throws {
        let (dify, clock) = dify()
        let collection = try await collection(["key-1"], since: .seconds(3600), dify, clock)
        #expect(collection.problems.isEmpty)
        #expect(runs("app-1", collection) < 5)
    }

    @Test func `an app that cannot be read is named, and the others are there`() async throws {
        let (dify, clock) = dify()
        let collection = try await collection(["key-1", "key-9"], dify, clock)
        #expect(collection.problems.map(\.app) == ["app-2"])
        #expect(try #require(collection.problems.first).advice.contains("API Access"))
        let page = String(decoding: collection.page(.textV004), as: UTF8.self)
        #expect(page.contains("dify_up{app=\"app-1\"} 1\n"))
        #expect(page.contains("dify_up{app=\"app-2\"} 0\n"))
    }

    @Test func `the process is not spoken of, since node_exporter has such metrics of its own`() async throws {
        let (dify, clock) = dify()
        let page = String(
            decoding: try await collection(["key-1"], dify, clock).page(.openMetrics(.v100)), as: UTF8.self)
        #expect(!page.contains("process_"))
        #expect(page.hasSuffix("# EOF\n"))
    }
}
