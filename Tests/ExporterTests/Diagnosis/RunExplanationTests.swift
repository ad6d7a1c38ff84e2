import DifyAPI
import Foundation
import LogCollection
import Testing

@testable import Exporter

@Suite struct RunExplanationTests {
    @Test func `a run ID is AUUID however it is written`() {
        let id = "0190b5c2-7a56-4c1e-9d3b-2f6a1e8c4d70"
        #expect(RunID(id)?.description == id)
        #expect(RunID(id.uppercased())?.description == id)
        #expect(RunID(id.filter { $0 != "-" })?.description == id)
        for text in ["", "run-1", String(id.dropLast()), id + "0", "0190b5c2-7a56-4c1e-9d3b-2f6a1e8c4d7g"] {
            #expect(RunID(text) == nil, "\(text)")
        }
    }

    /// Every run of a collected app is explained from its checkpoint and the simulated Dify, while the exporter runs.
    @Test func `every run of a collected app is explained`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "dify-exporter-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let app = try TestedExporter.app(1)
        let exporter = try await TestedExporter(app, storagePath: folder)
        await exporter.rounds(40, apps: 1)
        let client = try await app.client(
            environment: [:], transport: exporter.dify, gate: RequestGate(inFlight: 9, perSecond: 100_000))
        let ids = await exporter.dify.withDify { dify in dify.runs(of: "app-1").map(\.runID.text) }
        var counted = 0.0
        var waiting = 0
        for id in ids {
            let run = try #require(RunID(id))
            let explanation = await RunExplanation(of: run, in: app, storagePath: folder, client: .success(client))
            #expect(explanation.problems == [])
            switch explanation.finding {
            case .counted: counted += 1
            case .waiting: waiting += 1
            case .notYetRead, .beforeCounting: break
            case let other: Issue.record("\(other)")
            }
            #expect(explanation.text.hasPrefix("app-1: it "))
        }
        #expect(counted == (await exporter.runs("app-1")))
        #expect(waiting > 0)
        let stranger = try #require(RunID("0190b5c2-7a56-4c1e-9d3b-2f6a1e8c4d70"))
        let unknown = await RunExplanation(of: stranger, in: app, storagePath: folder, client: .success(client))
        #expect(!unknown.isKnown)
        await exporter.stop()
    }

    @Test func `what cannot be asked is said`() async throws {
        let run = try #require(RunID("0190b5c2-7a56-4c1e-9d3b-2f6a1e8c4d70"))
        let explanation = await RunExplanation(
            of: run, in: try TestedExporter.app(1), storagePath: nil,
            client: .failure(KeyError(subject: "the key", problem: "is missing")))
        #expect(explanation.finding == .unknown)
        #expect(explanation.problems == ["the key is missing"])
    }
}
