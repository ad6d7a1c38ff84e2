import Foundation
import Platform
import Testing

@testable import Exporter

@Suite struct FileTests {
    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "dify-exporter-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }

    private func problem(_ path: String, limit: Int = 100) async -> FileError.Problem? {
        do throws(FileError) {
            _ = try await File.read(path, limit: limit)
            return nil
        } catch {
            return error.problem
        }
    }

    @Test func `a file is read whole, and once for each version`() async throws {
        try await withFolder { folder in
            let path = folder + "/file"
            try Data([1, 2, 3]).write(to: URL(filePath: path))
            let contents = try #require(try await File.read(path, limit: 3))
            #expect(contents.bytes == [1, 2, 3])
            #expect(try await File.read(path, limit: 3, ifOtherThan: contents.identity) == nil)
            try Data([4]).write(to: URL(filePath: path))
            #expect(try await File.read(path, limit: 3, ifOtherThan: contents.identity)?.bytes == [4])
            #expect(await problem(path, limit: 0) == .tooLong(limit: 0))
        }
    }

    @Test func `only regular files are read, and nobody waits for others`() async throws {
        try await withFolder { folder in
            let fifo = folder + "/fifo"
            #expect(mkfifo(fifo, 0o600) == 0)
            #expect(await problem(fifo) == .noRegularFile)
            #expect(await problem(folder) == .noRegularFile)
            #expect(await problem("/dev/zero") == .noRegularFile)
            #expect(await problem(folder + "/none") == .cannotOpen(SystemError(code: ENOENT)))
            // Behind a link, as Kubernetes places secrets.
            let link = folder + "/link"
            try Data([7]).write(to: URL(filePath: folder + "/file"))
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: folder + "/file")
            #expect(try await File.read(link, limit: 1)?.bytes == [7])
            try FileManager.default.removeItem(atPath: link)
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: fifo)
            #expect(await problem(link) == .noRegularFile)
        }
    }

    @Test func `what grows while it is read is cut off`() async throws {
        // Its size is 0 as far as the system tells.
        #expect(await problem("/proc/self/status", limit: 10) == .tooLong(limit: 10))
        #expect(try File.readNow("/proc/self/status", limit: 1 << 20)?.bytes.isEmpty == false)
    }
}
