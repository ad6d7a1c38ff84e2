import Platform

/// A folder of the system's file system.
package struct FolderDisk: Disk {
    package let folder: String

    /// A file longer than this is not one of ours.
    private static let longestFile = 1 << 30
    /// Bytes, for what a file has grown by while it was read.
    private static let smallestRead = 4096

    /// Makes the folder, with those above it, where it is missing.
    package init(folder: String) throws(DiskError) {
        let trimmed = folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
        self.folder = trimmed
        try Self.makeFolder(trimmed)
    }

    package func read(_ name: String) throws(DiskError) -> [UInt8]? {
        // What is no regular file might block, or never end.
        let descriptor = open(path(name), O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw failure("open", name)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("read", name) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw DiskError(operation: "read", path: path(name), reason: "it is not a regular file")
        }
        // One byte more than it has: a read that does not fill them all has found its end.
        var (room, bytes) = (max(0, min(Int(status.st_size), Self.longestFile)) + 1, [UInt8]())
        while true {
            var count = 0
            let part = [UInt8](unsafeUninitializedCapacity: room) { buffer, filled in
                count = SystemCall.read(descriptor, UnsafeMutableRawBufferPointer(buffer))
                filled = max(0, count)
            }
            guard count >= 0 else { throw failure("read", name) }
            if count == 0 { return bytes }
            bytes = bytes.isEmpty ? part : bytes + part
            guard bytes.count <= Self.longestFile else {
                throw DiskError(
                    operation: "read", path: path(name), reason: "it is longer than \(Self.longestFile) bytes")
            }
            room = max(room - count, Self.smallestRead)
        }
    }

    package func write(_ name: String, _ bytes: [UInt8]) throws(DiskError) {
        try make(name, bytes, isDurable: false)
    }

    /// Writes and syncs through one descriptor: with many apps this happens a hundred times a second.
    package func writeDurably(_ name: String, _ bytes: [UInt8]) throws(DiskError) {
        try make(name, bytes, isDurable: true)
    }

    package func sync(_ name: String) throws(DiskError) {
        try sync(path(name), flags: O_RDWR)
    }

    package func rename(_ name: String, to newName: String) throws(DiskError) {
        guard SystemCall.rename(path(name), path(newName)) == 0 else { throw failure("rename", name) }
    }

    package func syncFolder() throws(DiskError) {
        try sync(folder, flags: O_RDONLY)
    }

    /// Where a file of the folder lies.
    package func path(_ name: String) -> String { "\(folder)/\(name)" }

    private func sync(_ path: String, flags: Int32) throws(DiskError) {
        let descriptor = open(path, flags | O_CLOEXEC)
        guard descriptor >= 0 else { throw DiskError(operation: "open", path: path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw DiskError(operation: "sync", path: path) }
    }

    private func make(_ name: String, _ bytes: [UInt8], isDurable: Bool) throws(DiskError) {
        // Readable by nobody else: error classes and ids of runs are nobody else's business.
        let descriptor = open(path(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("create", name) }
        defer { close(descriptor) }
        guard SystemCall.writeAll(bytes, to: descriptor) else { throw failure("write", name) }
        guard !isDurable || fsync(descriptor) == 0 else { throw failure("sync", name) }
    }

    private func failure(_ operation: String, _ name: String) -> DiskError {
        DiskError(operation: operation, path: path(name))
    }

    private static func makeFolder(_ path: String) throws(DiskError) {
        if mkdir(path, 0o700) == 0 || errno == EISDIR { return }
        if errno == EEXIST {
            var status = stat()
            guard stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else { return }
            throw DiskError(operation: "make the folder", path: path, reason: "what is there is no folder")
        }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
            throw DiskError(operation: "make the folder", path: path)
        }
        try makeFolder(String(path[..<slash]))
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw DiskError(operation: "make the folder", path: path)
        }
    }
}
