import Bytes
import Platform

/// Exclusive rights to names in a folder, which other processes respect: each is a lock on one byte of a single file there,
/// so that a thousand names cost one descriptor. The system gives them back when the process dies.
///
/// Calls block, and come from one thread at a time as those of a disk do.
package final class FolderLocks: @unchecked Sendable {
    private let path: String
    private var file: (descriptor: Int32, identity: FileIdentity)?
    private var held: Set<String> = []

    private struct FileIdentity: Equatable {
        let device: UInt64
        let inode: UInt64

        init(_ status: stat) {
            device = UInt64(truncatingIfNeeded: status.st_dev)
            inode = UInt64(truncatingIfNeeded: status.st_ino)
        }
    }

    /// `path` is the file's; it stays behind, empty. Deleting it would let two processes lock two files of one name.
    package init(path: String) {
        self.path = path
    }

    /// The names are given back by themselves: a program that is just being started may have a copy of the descriptor for a moment,
    /// and as long as there is one, closing does not end the locks.
    deinit {
        guard let file else { return }
        for name in held { Self.unlock(name, file.descriptor) }
        close(file.descriptor)
    }

    /// False when another process, or another value of this one, holds the name.
    package func lock(_ name: String) throws(DiskError) -> Bool {
        let descriptor = try opened()
        guard !held.contains(name) else { return false }
        guard try Self.lock(name, descriptor, path) else { return false }
        held.insert(name)
        return true
    }

    package func unlock(_ name: String) {
        guard held.remove(name) != nil, let file else { return }
        Self.unlock(name, file.descriptor)
    }

    /// Whether a name that was locked is held still. Its folder may have been deleted and restored meanwhile: then the lock is
    /// taken again, unless another process holds the name there.
    package func confirm(_ name: String) throws(DiskError) -> Bool {
        _ = try opened()
        if held.contains(name) { return true }
        return try lock(name)
    }

    /// The descriptor of the file that has the path now, with all that was held locked in it, or else no longer held.
    private func opened() throws(DiskError) -> Int32 {
        if let file, file.identity == Self.identity(path) { return file.descriptor }
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        var status = stat()
        guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
            let error = DiskError(operation: "lock", path: path)
            if descriptor >= 0 { close(descriptor) }
            throw error
        }
        var regained: Set<String> = []
        for name in held {
            do throws(DiskError) {
                if try Self.lock(name, descriptor, path) { regained.insert(name) }
            } catch {
                close(descriptor)
                throw error
            }
        }
        if let file { close(file.descriptor) }
        (file, held) = ((descriptor, FileIdentity(status)), regained)
        return descriptor
    }

    private static func identity(_ path: String) -> FileIdentity? {
        var status = stat()
        return stat(path, &status) == 0 ? FileIdentity(status) : nil
    }

    // MARK: Bytes of the file

    #if os(Linux)
        /// `F_OFD_SETLK` of Linux, for locks that belong to the open file and not to the process. Swift's module of the C library
        /// does not have the name.
        private static let command: Int32 = 37
    #else
        private static let command = F_SETLK
    #endif

    private static func lock(_ name: String, _ descriptor: Int32, _ path: String) throws(DiskError) -> Bool {
        var range = range(of: name, F_WRLCK)
        if fcntl(descriptor, command, &range) == 0 { return true }
        if errno == EAGAIN || errno == EACCES { return false }
        throw DiskError(operation: "lock", path: path)
    }

    private static func unlock(_ name: String, _ descriptor: Int32) {
        var range = range(of: name, F_UNLCK)
        _ = fcntl(descriptor, command, &range)
    }

    /// The name's byte. It may lie far behind the end of the file: locks need no bytes that are there.
    private static func range(of name: String, _ kind: Int32) -> flock {
        var range = flock()
        range.l_type = Int16(kind)
        range.l_whence = Int16(SEEK_SET)
        range.l_start = off_t(truncatingIfNeeded: FNV1a.hash64(name.utf8) >> 2)
        range.l_len = 1
        return range
    }
}
