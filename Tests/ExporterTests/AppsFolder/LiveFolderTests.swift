import DifyAPI
import Foundation
import LogCollection
import TestSupport
import Testing

@testable import Exporter

/// A folder of keys beside a running exporter.
@Suite struct LiveFolderTests {
    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "dify-exporter-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder + "/keys", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }

    private func write(_ text: String, _ path: String) throws {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }

    private func configuration(_ folder: String) throws -> Configuration {
        var configuration = TestedExporter.configuration([])
        configuration.appsFolder = folder + "/keys"
        configuration.appDefaults.baseURL = try BaseURL("http://dify.test/v1")
        configuration.appDefaults.collection = try TestedExporter.app(1).collection
        return configuration
    }

    /// Lets the folder be looked at twice, after which it gives the apps of `names`, and these be collected.
    private func looks(_ exporter: TestedExporter, apps: Int, then names: String...) async throws {
        await exporter.rounds(1, apps: apps + 1)
        exporter.clock.advance(by: .seconds(1))
        // Sleepers alone prove nothing: apps that are about to be stopped sleep too.
        try await Workbench.until {
            let expected = await exporter.service.board.expected.map(\.name)
            return expected == names && exporter.clock.sleeping == names.count + 1
        }
        await exporter.rounds(2, apps: names.count + 1)
    }

    @Test(arguments: [false, true])
    func `apps come, go and come back, and go on counting`(isDurable: Bool) async throws {
        try await withFolder { folder in
            try write("key-1", folder + "/keys/app-1")
            let exporter = try await TestedExporter(
                folderOf: configuration(folder), storagePath: isDurable ? folder + "/data" : nil)
            await exporter.rounds(20, apps: 2)
            #expect(try #require(await exporter.runs("app-1")) > 0)
            #expect(await exporter.samples()["dify_exporter_apps_dir_problems"] == 0)

            try write("key-2", folder + "/keys/app-2")
            try await looks(exporter, apps: 1, then: "app-1", "app-2")
            #expect(try #require(await exporter.runs("app-2")) >= 0)

            try FileManager.default.removeItem(atPath: folder + "/keys/app-1")
            try await looks(exporter, apps: 2, then: "app-2")
            #expect(await exporter.runs("app-1") == nil)

            try write("key-1", folder + "/keys/app-1")
            try write("", folder + "/keys/empty")
            try await looks(exporter, apps: 1, then: "app-1", "app-2")
            #expect(await exporter.samples()["dify_exporter_apps_dir_problems"] == 1)
            await exporter.settle(apps: 3)
            #expect(await exporter.runs("app-1") == exporter.trueRuns("app-1"))
            #expect(await exporter.runs("app-2") == exporter.trueRuns("app-2"))
            await exporter.stop()
        }
    }

    @Test func `a key that is corrected is tried at once`() async throws {
        try await withFolder { folder in
            try write("wrong", folder + "/keys/app-1")
            let exporter = try await TestedExporter(folderOf: configuration(folder))
            await exporter.rounds(10, apps: 2)
            #expect(await exporter.samples()["dify_up{app=\"app-1\"}"] == 0)
            try write("key-1", folder + "/keys/app-1")
            try await looks(exporter, apps: 1, then: "app-1")
            #expect(await exporter.samples()["dify_up{app=\"app-1\"}"] == 1)
            await exporter.stop()
        }
    }

    @Test func `a folder that vanishes takes no app with it`() async throws {
        try await withFolder { folder in
            try write("key-1", folder + "/keys/app-1")
            let exporter = try await TestedExporter(folderOf: configuration(folder))
            await exporter.rounds(5, apps: 2)
            try FileManager.default.moveItem(atPath: folder + "/keys", toPath: folder + "/away")
            try await looks(exporter, apps: 1, then: "app-1")
            #expect(await exporter.samples()["dify_exporter_apps_dir_problems"] == 1)
            #expect(await exporter.samples()["dify_up{app=\"app-1\"}"] == 1)
            try FileManager.default.moveItem(atPath: folder + "/away", toPath: folder + "/keys")
            try await looks(exporter, apps: 1, then: "app-1")
            #expect(await exporter.samples()["dify_exporter_apps_dir_problems"] == 0)
            await exporter.stop()
        }
    }

    @Test func `an exporter is not ready before its folder could be read`() async throws {
        try await withFolder { folder in
            var configuration = try configuration(folder)
            configuration.appsFolder = folder + "/later"
            let exporter = try await TestedExporter(folderOf: configuration)
            #expect(await exporter.answer("GET", "/-/ready").status == 503)
            #expect(await exporter.answer("GET", "/metrics").status == 200)
            try FileManager.default.moveItem(atPath: folder + "/keys", toPath: folder + "/later")
            try await looks(exporter, apps: 0)
            #expect(await exporter.answer("GET", "/-/ready").status == 200)
            await exporter.stop()
        }
    }

    @Test func `a reload takes the folder as it is at once, and an app whose key is half written goes on`() async throws
    {
        try await withFolder { folder in
            try write("key-1", folder + "/keys/app-1")
            let configuration = try configuration(folder)
            let exporter = try await TestedExporter(folderOf: configuration)
            await exporter.rounds(5, apps: 2)
            try write("", folder + "/keys/app-1")
            try write("key-2", folder + "/keys/app-2")
            #expect(await exporter.reload(configuration: configuration).status == 200)
            #expect(await exporter.service.board.expected.map(\.name) == ["app-1", "app-2"])
            #expect(await exporter.samples()["dify_exporter_apps_dir_problems"] == 1)
            await exporter.clock.untilSleeping(3)
            await exporter.rounds(3, apps: 3)
            #expect(await exporter.samples()["dify_up{app=\"app-1\"}"] == 1)
            await exporter.stop()
        }
    }
}
