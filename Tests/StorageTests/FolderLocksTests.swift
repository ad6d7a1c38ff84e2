import Foundation
import Testing

@testable import Storage

@Suite struct FolderLocksTests {
    private func withFolder(_ body: (String, String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "dify-exporter-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try make(folder)
        try body(folder, folder + "/lock")
    }

    private func make(_ folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    private func openFiles() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
    }

    @Test func `each name is held by one, and free afterwards`() throws {
        try withFolder { (_, path) throws in
            let first = FolderLocks(path: path)
            var second: FolderLocks? = FolderLocks(path: path)
            #expect(try first.lock("a"))
            #expect(try !first.lock("a"))
            #expect(try second?.lock("a") == false)
            #expect(try second?.lock("b") == true)
            #expect(try !first.lock("b"))
            first.unlock("a")
            #expect(try second?.lock("a") == true)
            second = nil
            #expect(try first.lock("a"))
            #expect(try first.lock("b"))
        }
    }

    #if os(Linux)
        @Test func `a name is free although a program that is being started has a copy of the descriptor`() throws {
            try withFolder { (_, path) throws in
                var first: FolderLocks? = FolderLocks(path: path)
                #expect(try first?.lock("a") == true)
                let files = "/proc/self/fd"
                let number = try #require(
                    FileManager.default.contentsOfDirectory(atPath: files).first { file in
                        (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(files)/\(file)")) == path
                    })
                let copy = dup(try #require(Int32(number)))
                defer { close(copy) }
                first = nil
                #expect(try FolderLocks(path: path).lock("a"))
            }
        }

        @Test func `a thousand names cost one descriptor`() throws {
            try withFolder { (_, path) throws in
                let locks = FolderLocks(path: path)
                _ = try locks.lock("first")
                let before = try openFiles()
                for number in 0..<1000 { #expect(try locks.lock("app-\(number)")) }
                // Others open files meanwhile.
                #expect(try openFiles() < before + 500)
            }
        }
    #endif

    @Test func `the lock is made again when its folder was deleted and restored`() throws {
        try withFolder { (folder, path) throws in
            let first = FolderLocks(path: path)
            #expect(try first.lock("a"))
            try FileManager.default.removeItem(atPath: folder)
            try make(folder)
            #expect(try first.confirm("a"))
            let second = FolderLocks(path: path)
            #expect(try !second.lock("a"))
        }
    }

    @Test func `a name that another has taken meanwhile is lost until it is free`() throws {
        try withFolder { (folder, path) throws in
            let first = FolderLocks(path: path)
            #expect(try first.lock("a"))
            #expect(try first.lock("b"))
            try FileManager.default.removeItem(atPath: folder)
            #expect(throws: DiskError.self) { try first.confirm("a") }
            try make(folder)
            let second = FolderLocks(path: path)
            #expect(try second.lock("a"))
            #expect(try !first.confirm("a"))
            #expect(try first.confirm("b"))
            second.unlock("a")
            #expect(try first.confirm("a"))
        }
    }
}
