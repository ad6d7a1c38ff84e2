import Foundation
import Platform
import Testing

@testable import Storage

@Suite struct FolderDiskTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "dify-exporter-\(UUID())").path

    private func withDisk(_ body: (inout FolderDisk) throws -> Void) throws {
        var disk = try FolderDisk(folder: folder + "/a/b/")
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(&disk)
    }

    @Test func `a file is replaced whole and leaves nothing beside`() throws {
        try withDisk { disk in
            #expect(try disk.read("x") == nil)
            try disk.replace("x", with: [1, 2, 3])
            try disk.replace("x", with: [4])
            #expect(try disk.read("x") == [4])
            #expect(try FileManager.default.contentsOfDirectory(atPath: disk.folder) == ["x"])
        }
    }

    @Test func `a file is synced before its content is relied on`() throws {
        var disk = ToldDisk(files: ["x": [7]])
        #expect(try disk.readDurable("x") == [7])
        #expect(disk.told == ["read x", "sync x", "sync the folder"])
        #expect(try disk.readDurable("absent") == nil)
        disk.failing = "sync the folder"
        #expect(throws: DiskError.self) { try disk.readDurable("x") }
    }

    @Test func `a file in the place of the folder is named as what it is`() throws {
        try withDisk { disk in
            try disk.replace("x", with: [1])
            let error = #expect(throws: DiskError.self) { try FolderDisk(folder: disk.path("x")) }
            #expect(error?.description == "cannot make the folder \(disk.path("x")): what is there is no folder")
        }
    }

    @Test func `large files come back whole`() throws {
        try withDisk { disk in
            let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            try disk.replace("x", with: bytes)
            #expect(try disk.read("x") == bytes)
        }
    }

    @Test(arguments: [0, 1, 4095, 4096, 4097])
    func `files of any size come back whole`(size: Int) throws {
        try withDisk { disk in
            let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
            try disk.replace("x", with: bytes)
            #expect(try disk.read("x") == bytes)
        }
    }

    #if os(Linux)
        @Test func `a file whose size the system does not tell is read to its end`() throws {
            let text = try FolderDisk(folder: "/proc/self").read("status") ?? []
            #expect(text.count > 100)
            #expect(text.last == UInt8(ascii: "\n"))
        }
    #endif

    @Test func `nobody else may read the files`() throws {
        try withDisk { disk in
            try disk.replace("x", with: [1])
            let attributes = try FileManager.default.attributesOfItem(atPath: disk.path("x"))
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
    }

    @Test func `errors name the file and the reason`() throws {
        try withDisk { disk in
            let error = #expect(throws: DiskError.self) { try disk.sync("absent") }
            #expect(error?.description == "cannot open \(disk.folder)/absent: No such file or directory")
        }
        #expect(throws: DiskError.self) { try FolderDisk(folder: "/proc/nowhere/x") }
    }

    @Test func `what is no regular file is not read`() throws {
        try withDisk { disk in
            #expect(mkfifo(disk.path("x"), 0o600) == 0)
            let error = #expect(throws: DiskError.self) { try disk.read("x") }
            #expect(error?.reason == "it is not a regular file")
        }
    }
}

/// A disk that keeps what it is told, and refuses one operation.
private struct ToldDisk: Disk {
    var files: [String: [UInt8]]
    var told: [String] = []
    var failing: String?

    private mutating func tell(_ operation: String) throws(DiskError) {
        told.append(operation)
        if operation == failing { throw DiskError(operation: operation, path: "", reason: "told to") }
    }

    mutating func read(_ name: String) throws(DiskError) -> [UInt8]? {
        try tell("read \(name)")
        return files[name]
    }

    mutating func write(_ name: String, _ bytes: [UInt8]) throws(DiskError) { try tell("write \(name)") }
    mutating func sync(_ name: String) throws(DiskError) { try tell("sync \(name)") }
    mutating func rename(_ name: String, to newName: String) throws(DiskError) { try tell("rename \(name)") }
    mutating func syncFolder() throws(DiskError) { try tell("sync the folder") }
}
