import DifyAPI
import Foundation
import LogCollection
import Testing

@testable import Exporter

@Suite struct KeyAuditTests {
    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "dify-exporter-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }

    private func app(
        _ name: String, _ source: KeySource, url: String = "http://dify/v1",
        change: (inout AppConfiguration) -> Void = { _ in }
    ) throws -> AppConfiguration {
        var app = AppConfiguration(name: AppName(name), baseURL: try BaseURL(url), keySource: source)
        change(&app)
        return app
    }

    private func inline(_ key: String) throws -> KeySource { .inline(try #require(APIKey(key))) }

    private func audit(_ apps: AppConfiguration..., environment: Environment = [:]) async -> KeyAudit {
        await KeyAudit(of: Configuration(apps: apps), environment: environment)
    }

    @Test func `a key that two apps have is noticed, wherever it comes from`() async throws {
        let audit = await audit(
            try app("a", inline("app-same")), try app("b", inline("app-other")),
            try app("c", .environment(name: "K")), environment: ["K": "app-same\n"])
        #expect(audit.warnings.map(\.app) == ["c"])
        #expect(audit.warnings[0].text.hasPrefix("this app has the key of a, so their runs are counted twice"))
        #expect(!"\(audit)".contains("app-same"))
    }

    @Test func `the same key with another filter, or elsewhere, counts other runs`() async throws {
        let audit = await audit(
            try app("a", inline("app-same")), try app("b", inline("app-same"), url: "http://other/v1"),
            try app("c", inline("app-same")) { $0.collection.filter.createdByEndUserSessionID = "vip" },
            try app("d", inline("app-same")) { $0.collection.countedStatus = .failed })
        #expect(audit.warnings == [])
    }

    @Test func `a key file that everybody can read gives one warning with the remedy`() async throws {
        try await withFolder { folder in
            let path = folder + "/key"
            try Data("app-x".utf8).write(to: URL(filePath: path))
            chmod(path, 0o644)
            // Of another user than root, and not below /run.
            let owner = geteuid() == 0 ? 1 : geteuid()
            chown(path, owner, getegid())
            let both = await audit(
                try app("a", .file(path: path)),
                try app("b", .file(path: path)) { $0.collection.countedStatus = .failed })
            #expect(
                both.warnings == [
                    KeyAudit.Warning(
                        app: "a",
                        text:
                            "every user of this machine can read the key file \(path). Give it to the user that runs this "
                            + "program, and chmod 600.")
                ])
            chmod(path, 0o640)
            #expect(await audit(try app("a", .file(path: path))).warnings == [])
        }
    }

    @Test func `of a folder with keys that every user can read, the folder is named`() async throws {
        try await withFolder { folder in
            for name in ["b", "a"] {
                try Data("app-\(name)".utf8).write(to: URL(filePath: "\(folder)/\(name)"))
                chmod("\(folder)/\(name)", 0o644)
                chown("\(folder)/\(name)", geteuid() == 0 ? 1 : geteuid(), getegid())
            }
            var configuration = Configuration(apps: [])
            configuration.appsFolder = folder
            let watch = await AppsFolderWatch.first(of: configuration)
            let audit = await KeyAudit(of: configuration, folder: watch, environment: [:])
            #expect(audit.warnings.map(\.app) == [nil])
            #expect(audit.warnings.first?.text.contains("key files in the folder \(folder).") == true)
        }
    }

    @Test func `every key that cannot be read is named with its app`() async throws {
        let audit = await audit(
            try app("a", .file(path: "/nowhere/key")), try app("b", .environment(name: "NONE")),
            try app("c", .file(path: "secret?not-a-path")))
        #expect(
            audit.unreadable.map(\.line) == [
                "app a: the key file /nowhere/key cannot be opened: No such file or directory",
                "app b: the environment variable NONE is not set; it should hold the key",
                "app c: the key file <not shown: it may be a key> cannot be opened: No such file or directory",
            ])
        #expect(audit.unreadable.map(\.place) == ["a", "b", "c"])
    }

    @Test func `file systems in memory are those that mountinfo names`() {
        let table = MountTable(
            mountinfo: """
                22 1 259:1 / / rw,relatime shared:1 - ext4 /dev/root rw
                25 22 0:23 / /run rw,nosuid shared:2 master:3 - tmpfs tmpfs rw,size=1g
                26 22 0:300 / /keys ro - ramfs ramfs rw
                broken
                """)
        #expect(table.memoryDevices == [23, 0x10002c])
    }
}

@Suite struct KeyFileTests {
    private func withKeyFile(_ body: (TestedExporter, _ path: String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "dify-exporter-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/key"
        try Data("key-1\n".utf8).write(to: URL(filePath: path))
        let exporter = try await TestedExporter(TestedExporter.app(1) { $0.keySource = .file(path: path) })
        try await body(exporter, path)
        await exporter.stop()
    }

    private func up(_ exporter: TestedExporter) async -> Double? {
        await exporter.samples()["dify_up{app=\"app-1\"}"]
    }

    @Test func `a key file that has gone leaves the key as it was`() async throws {
        try await withKeyFile { exporter, path in
            await exporter.rounds(3, apps: 1)
            try FileManager.default.removeItem(atPath: path)
            await exporter.rounds(3, apps: 1)
            #expect(await up(exporter) == 1)
        }
    }

    @Test func `a FIFO for a key file takes down its app, and nobody waits for it`() async throws {
        try await withKeyFile { exporter, path in
            await exporter.rounds(3, apps: 1)
            #expect(await up(exporter) == 1)
            try FileManager.default.removeItem(atPath: path)
            #expect(mkfifo(path, 0o600) == 0)
            await exporter.rounds(1, apps: 1)
            #expect(await up(exporter) == 0)
            let document = await exporter.answer("GET", "/api/v1/apps").text
            #expect(document.contains("the key file is not a regular file"))
            // Where it is stands in the log.
            #expect(!document.contains(path))
        }
    }
}
