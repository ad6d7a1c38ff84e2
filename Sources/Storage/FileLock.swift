import Platform

/// An exclusive lock that lasts as long as this value, and no longer than the process: the system gives it back when the
/// process dies.
package final class FileLock: Sendable {
    private let descriptor: Int32

    /// Nil when another process, or another value of this one, holds the lock. The file stays behind, empty; deleting it would
    /// let two processes lock two files of one name.
    package init?(path: String) throws(DiskError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw DiskError(operation: "lock", path: path, reason: SystemCall.message) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            close(descriptor)
            guard code == EWOULDBLOCK else {
                throw DiskError(operation: "lock", path: path, reason: String(cString: strerror(code)))
            }
            return nil
        }
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }
}
