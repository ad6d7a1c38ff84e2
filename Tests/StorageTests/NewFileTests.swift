import Foundation
import Platform
import Testing

@testable import Storage

@Suite struct NewFileTests {
    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "new-file-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    @Test func `a committed file has all bytes and leaves nothing beside it`() throws {
        try withFolder { folder in
            var file = try NewFile(at: "\(folder)/page", isPublic: true)
            for _ in 0..<3 { try file.write(Array(repeating: 7, count: 200_000)) }
            try file.commit()
            #expect(file.size == 600_000)
            #expect(try Data(contentsOf: URL(filePath: "\(folder)/page")).count == 600_000)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["page"])
        }
    }

    @Test func `a file that is never committed leaves the one before as it was`() throws {
        try withFolder { folder in
            try Data([1]).write(to: URL(filePath: "\(folder)/page"))
            do {
                var file = try NewFile(at: "\(folder)/page", isPublic: true)
                try file.write([2, 3])
            }
            #expect(try Data(contentsOf: URL(filePath: "\(folder)/page")) == Data([1]))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["page"])
        }
    }

    @Test(arguments: ["/dev/null", "/proc/self", "/no/such/folder/page"])
    func `a place that no file can take is refused`(path: String) {
        #expect(throws: DiskError.self) { _ = try NewFile(at: path, isPublic: true) }
    }

    @Test func `public files may be read by others, and private ones by nobody else`() throws {
        try withFolder { folder in
            for (name, isPublic) in [("open", true), ("closed", false)] {
                var file = try NewFile(at: "\(folder)/\(name)", isPublic: isPublic)
                try file.commit()
            }
            let mask = umask(0)
            umask(mask)
            var status = stat()
            #expect(stat("\(folder)/open", &status) == 0)
            #expect(status.st_mode & 0o777 == 0o666 & ~mask)
            #expect(stat("\(folder)/closed", &status) == 0)
            #expect(status.st_mode & 0o777 == 0o600)
        }
    }
}
