import DifyAPI
import Foundation
import HTTPEndpoint
import LogCollection
import Metrics
import Testing

@testable import Exporter

@Suite struct ReloadTests {
    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "dify-exporter-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }

    @Test func `apps come and go and the others go on`() async throws {
        let exporter = try await TestedExporter(TestedExporter.app(1), TestedExporter.app(2))
        await exporter.rounds(30, apps: 2)
        let before = try #require(await exporter.runs("app-1"))
        #expect(await exporter.runs("app-2") != nil)

        let answer = await exporter.reload(try TestedExporter.app(1), try TestedExporter.app(3))
        #expect(answer.status == 200)
        #expect(
            answer.text == "The configuration was loaded, 2 apps: 1 unchanged, 0 changed, 1 added, 1 removed.\n")
        #expect(await exporter.runs("app-1") == before)
        #expect(await exporter.runs("app-2") == nil)
        #expect(!(await exporter.samples().keys.contains { $0.contains("app-2") }))
        #expect(await exporter.answer("GET", "/-/ready").status == 503)

        await exporter.rounds(30, apps: 2)
        #expect(await exporter.answer("GET", "/-/ready").status == 200)
        #expect(try #require(await exporter.runs("app-3")) > 0)
        await exporter.settle(apps: 2)
        #expect(await exporter.runs("app-1") == exporter.trueRuns("app-1"))
        await exporter.stop()
    }

    @Test(arguments: [false, true])
    func `a changed app goes on from its numbers`(isDurable: Bool) async throws {
        try await withFolder { folder in
            let exporter = try await TestedExporter(
                TestedExporter.app(1), storagePath: isDurable ? folder : nil)
            await exporter.rounds(30, apps: 1)
            let before = await exporter.samples()
            let runs = try #require(await exporter.runs("app-1"))
            #expect(runs > 0)

            let changed = try TestedExporter.app(1) { app in
                app.labels = [Label(name: "team", value: "x")]
                app.collection.stuckAfter = .seconds(7)
            }
            #expect(await exporter.reload(changed).status == 200)
            #expect(try #require(await exporter.runs("app-1")) >= runs)
            #expect(await exporter.answer("GET", "/-/ready").status == 200)
            await exporter.rounds(3, apps: 1)
            let after = await exporter.samples()
            for (name, value) in before where name.contains("_total") || name.contains("_bucket") {
                #expect(try #require(after[name], "\(name)") >= value, "\(name)")
            }
            #expect(after.keys.contains { $0.hasPrefix("dify_app_info") && $0.contains("team=\"x\"") })
            await exporter.settle(apps: 1)
            #expect(await exporter.runs("app-1") == exporter.trueRuns("app-1"))
            await exporter.stop()
        }
    }

    @Test(arguments: [false, true])
    func `an app that comes back goes on where it left`(isDurable: Bool) async throws {
        try await withFolder { folder in
            let exporter = try await TestedExporter(
                TestedExporter.app(1), TestedExporter.app(2), storagePath: isDurable ? folder : nil)
            await exporter.rounds(30, apps: 2)
            #expect(await exporter.reload(try TestedExporter.app(1)).status == 200)
            await exporter.rounds(20, apps: 1)
            #expect(await exporter.reload(try TestedExporter.app(1), try TestedExporter.app(2)).status == 200)
            await exporter.rounds(3, apps: 2)
            await exporter.settle(apps: 2)
            #expect(await exporter.runs("app-2") == exporter.trueRuns("app-2"))
            await exporter.stop()
        }
    }

    @Test func `a failed reload changes nothing and says why`() async throws {
        let exporter = try await TestedExporter(TestedExporter.app(1))
        await exporter.rounds(20, apps: 1)
        let before = await exporter.samples()
        #expect(before["dify_exporter_config_last_reload_successful"] == 1)
        let started = before["dify_exporter_config_last_reload_success_timestamp_seconds"]
        #expect(started != nil)

        let answer = await exporter.reload(failing: "x.json:3:5: no", "x.json:9:1: nor this")
        #expect(answer.status == 500)
        #expect(
            answer.text
                == "The configuration was not loaded, and the one before goes on. The log says why: 2 problems.\n"
        )
        let failed = await exporter.samples()
        #expect(failed["dify_exporter_config_last_reload_successful"] == 0)
        #expect(failed["dify_exporter_config_last_reload_success_timestamp_seconds"] == started)
        #expect(failed["dify_workflow_runs_total{app=\"app-1\",status=\"succeeded\"}"] != nil)

        await exporter.rounds(5, apps: 1)
        #expect(await exporter.reload(try TestedExporter.app(1)).status == 200)
        let recovered = await exporter.samples()
        #expect(recovered["dify_exporter_config_last_reload_successful"] == 1)
        #expect(recovered["dify_exporter_config_last_reload_success_timestamp_seconds"] != started)
        await exporter.stop()
    }

    @Test func `a key that cannot be read refuses the whole configuration`() async throws {
        let exporter = try await TestedExporter(TestedExporter.app(1))
        await exporter.rounds(5, apps: 1)
        let keyless = try TestedExporter.app(2) { $0.keySource = .file(path: "/nowhere/key") }
        let next = [try TestedExporter.app(1) { $0.labels = [Label(name: "team", value: "x")] }, keyless]
        let answer = await exporter.reload(configuration: TestedExporter.configuration(next))
        #expect(answer.status == 500)
        // Where files are is for the log.
        #expect(
            answer.text
                == "The configuration was not loaded, and the one before goes on. The log says why: 1 problem, in app-2.\n"
        )
        await exporter.rounds(5, apps: 1)
        #expect(!(await exporter.samples().keys.contains { $0.contains("team=") }))
        await exporter.stop()
    }

    @Test func `reload takes post only`() async throws {
        let exporter = try await TestedExporter(TestedExporter.app(1))
        for method in ["GET", "HEAD", "PUT"] {
            let answer = await exporter.answer(method, "/-/reload")
            #expect(answer.status == 405)
            #expect(answer.headers["Allow"] == "POST")
        }
        await exporter.stop()
    }

    @Test func `reloads come one after the other`() async throws {
        let exporter = try await TestedExporter(TestedExporter.app(1))
        await exporter.rounds(5, apps: 1)
        await withTaskGroup(of: Int.self) { group in
            for _ in 0..<20 { group.addTask { await exporter.answer("POST", "/-/reload").status } }
            for await status in group { #expect(status == 200) }
        }
        await exporter.settle(apps: 1)
        #expect(await exporter.runs("app-1") == exporter.trueRuns("app-1"))
        await exporter.stop()
        #expect(await exporter.answer("POST", "/-/reload").status == 500)
    }

    @Test func `the lock of a removed app is free`() async throws {
        try await withFolder { folder in
            let exporter = try await TestedExporter(
                TestedExporter.app(1), TestedExporter.app(2), storagePath: folder)
            await exporter.rounds(3, apps: 2)
            let other = FileCheckpointStore(in: CheckpointFolder(folder), app: "app-2")
            await #expect(throws: StateProblem.self) { try await other.load() }
            #expect(await exporter.reload(try TestedExporter.app(1)).status == 200)
            #expect(try await other.load() != nil)
            await exporter.stop()
        }
    }
}

@Suite struct ReloadPlanTests {
    @Test func `apps are told apart by name and settings`() throws {
        let old = [try TestedExporter.app(1), try TestedExporter.app(2), try TestedExporter.app(3)]
        let new = [
            try TestedExporter.app(4), try TestedExporter.app(2, key: "another"), try TestedExporter.app(1),
        ]
        let plan = ReloadPlan(from: old, to: new)
        #expect(plan.kept == ["app-1"])
        #expect(plan.changed == ["app-2"])
        #expect(plan.added == ["app-4"])
        #expect(plan.removed == ["app-3"])
        #expect(plan.names.map { "\($0.name)=\($0.value)" } == ["added=app-4", "removed=app-3", "changed=app-2"])
    }
}
