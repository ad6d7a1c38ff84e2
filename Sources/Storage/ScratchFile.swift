import Platform

/// A file without a name, for what does not fit in memory. It is gone with the value, or with the process.
///
/// Calls block.
package final class ScratchFile: Sendable {
    private let folder: String
    private let descriptor: Int32
    private let size = Locked(0)

    /// The folder must be there, and have room.
    package init(in folder: String) throws(DiskError) {
        let path = "\(folder)/scratch-\(getpid())"
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw DiskError(operation: "create", path: path) }
        unlink(path)
        (self.folder, self.descriptor) = (folder, descriptor)
    }

    deinit {
        close(descriptor)
    }

    /// Keeps bytes, and gives where they are.
    package func append(_ bytes: [UInt8]) throws(DiskError) -> Range<Int> {
        let place: Range<Int>? = size.withLock { size in
            guard SystemCall.writeAll(bytes, to: descriptor) else { return nil }
            defer { size += bytes.count }
            return size..<size + bytes.count
        }
        guard let place else { throw DiskError(operation: "write a scratch file in", path: folder) }
        return place
    }

    /// The bytes of a place that `append` gave.
    package func read(_ place: Range<Int>) throws(DiskError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: place.count)
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeMutableBytes { buffer in
                pread(
                    descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done,
                    off_t(place.lowerBound + done))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw DiskError(operation: "read a scratch file in", path: folder) }
            done += count
        }
        return bytes
    }
}
