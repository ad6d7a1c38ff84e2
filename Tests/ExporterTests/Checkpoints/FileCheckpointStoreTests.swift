import Foundation
import LogCollection
import Testing

@testable import Exporter

@Suite struct FileCheckpointStoreTests {
    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "dify-exporter-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }

    private func problem(_ body: () async throws -> Void) async -> StateProblem? {
        do {
            try await body()
            return nil
        } catch {
            return error as? StateProblem
        }
    }

    @Test func `names of files are harmless and differ`() {
        let long = String(repeating: "x", count: 128)
        let names = [
            "a", "A", "a ", "a_", "a/b", "a\\b", "../../etc/passwd", "..", ".", "", "con", "naïve", "nai\u{308}ve", "ü",
            "🤖",
            "a\u{0}", "-rf", "*", long, long + "y", "CAFE0000-0000-0000-0000-000000000000",
            "cafe0000-0000-0000-0000-000000000000",
        ]
        let files = names.map { FileCheckpointStore.fileName(app: $0) }
        // Some file systems do not tell capitals apart.
        #expect(Set(files.map { $0.lowercased() }).count == names.count)
        for file in files {
            #expect(file.utf8.count < 100)
            #expect(
                file.utf8.allSatisfy { byte in
                    UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
                        || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                        || [UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ".")].contains(byte)
                })
            #expect(!file.hasPrefix("."))
        }
    }

    @Test func `a name is always that of the same file`() {
        #expect(FileCheckpointStore.fileName(app: "a b") == FileCheckpointStore.fileName(app: "a b"))
        #expect(
            FileCheckpointStore.path(folder: "x/", app: "a") == "x/" + FileCheckpointStore.fileName(app: "a"))
        #expect(FileCheckpointStore.path(folder: "x", app: "a") == FileCheckpointStore.path(folder: "x/", app: "a"))
    }

    @Test func `what is saved is loaded by the next`() async throws {
        try await withFolder { folder in
            let first = FileCheckpointStore(in: CheckpointFolder(folder), app: "a")
            #expect(try await first.load() == nil)
            try await first.save([1, 2, 3])
            await first.close()
            let second = FileCheckpointStore(in: CheckpointFolder(folder), app: "a")
            #expect(try await second.load() == [1, 2, 3])
            #expect(try await FileCheckpointStore(in: CheckpointFolder(folder), app: "b").load() == nil)
        }
    }

    @Test func `one at a time holds an app`() async throws {
        try await withFolder { folder in
            let first = FileCheckpointStore(in: CheckpointFolder(folder), app: "a")
            let second = FileCheckpointStore(in: CheckpointFolder(folder + "/"), app: "a")
            _ = try await first.load()
            let path = folder + "/lock"
            #expect(await problem { _ = try await second.load() } == .locked(path: path))
            #expect(await problem { _ = try await second.setAside(at: "now") } == .locked(path: path))
            await first.close()
            #expect(await problem { _ = try await second.load() } == nil)
        }
    }

    @Test func `nothing is saved without the lock`() async throws {
        try await withFolder { folder in
            let store = FileCheckpointStore(in: CheckpointFolder(folder), app: "a")
            #expect(await problem { try await store.save([1]) } != nil)
            _ = try await store.load()
            await store.close()
            #expect(await problem { try await store.save([1]) } != nil)
            #expect(!FileManager.default.fileExists(atPath: FileCheckpointStore.path(folder: folder, app: "a")))
        }
    }

    @Test func `what is set aside is kept under another name`() async throws {
        try await withFolder { folder in
            let store = FileCheckpointStore(in: CheckpointFolder(folder), app: "a")
            #expect(try await store.setAside(at: "now") == nil)
            _ = try await store.load()
            try await store.save([7])
            await store.close()
            let path = FileCheckpointStore.path(folder: folder, app: "a")
            #expect(try await store.setAside(at: "2026-11-23T00:00:00Z") == path + ".set-aside-2026-11-23T00:00:00Z")
            #expect(FileManager.default.contents(atPath: path + ".set-aside-2026-11-23T00:00:00Z") == Data([7]))
            #expect(try await store.load() == nil)
        }
    }

    @Test func `a folder that cannot be made is said`() async {
        let store = FileCheckpointStore(in: CheckpointFolder("/proc/nowhere"), app: "a")
        guard case .disk(let message) = await problem({ _ = try await store.load() }) else {
            Issue.record("it was made")
            return
        }
        #expect(message.hasPrefix("cannot make the folder /proc/nowhere"))
    }
}
