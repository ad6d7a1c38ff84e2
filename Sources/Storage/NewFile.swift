import Platform

/// A file that is written piece by piece beside its place and takes the place in one step once it is complete. Until then,
/// and for ever if it never is, what was there before stays there.
///
/// Calls block.
package struct NewFile: ~Copyable {
    package let path: String
    private let beside: String
    private let descriptor: Int32
    private var waiting: [UInt8] = []
    private var isCommitted = false
    /// Bytes so far.
    package private(set) var size = 0

    private static let chunk = 256 << 10

    /// Begins the file. `isPublic` files may be read by everybody whom the process' umask lets, others by this user only.
    /// Throws where the place holds what is no regular file.
    package init(at path: String, isPublic: Bool) throws(DiskError) {
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            throw DiskError(operation: "replace", path: path, reason: "it is not a regular file")
        }
        let beside = path + ".new"
        let mode: mode_t = isPublic ? 0o666 : 0o600
        let descriptor = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode)
        guard descriptor >= 0 else { throw DiskError(operation: "create", path: beside) }
        (self.path, self.beside, self.descriptor) = (path, beside, descriptor)
    }

    deinit {
        close(descriptor)
        if !isCommitted { unlink(beside) }
    }

    package mutating func write(_ bytes: [UInt8]) throws(DiskError) {
        size += bytes.count
        waiting += bytes
        if waiting.count >= Self.chunk { try flush() }
    }

    /// Makes the bytes durable and gives them the place.
    package mutating func commit() throws(DiskError) {
        try flush()
        guard fsync(descriptor) == 0 else { throw DiskError(operation: "sync", path: beside) }
        guard SystemCall.rename(beside, path) == 0 else { throw DiskError(operation: "rename", path: beside) }
        isCommitted = true
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let folderDescriptor = open(folder, O_RDONLY | O_CLOEXEC)
        guard folderDescriptor >= 0 else { throw DiskError(operation: "open", path: folder) }
        defer { close(folderDescriptor) }
        guard fsync(folderDescriptor) == 0 else { throw DiskError(operation: "sync", path: folder) }
    }

    private mutating func flush() throws(DiskError) {
        guard SystemCall.writeAll(waiting, to: descriptor) else { throw DiskError(operation: "write", path: beside) }
        waiting.removeAll(keepingCapacity: true)
    }
}
