import Platform
import Storage

/// Whole files, read by the system's own calls.
enum File {
    /// What tells one version of a file from another without reading it.
    struct Identity: Hashable, Sendable {
        let device: UInt64
        let inode: UInt64
        let size: Int64
        let modifiedSeconds: Int64
        let modifiedNanoseconds: Int64
    }

    /// Reads all of a file. Throws a sentence that begins with the path when it cannot, or when it is longer than `limit`
    /// bytes.
    static func read(_ path: String, limit: Int) throws(FileError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(path: path, problem: "cannot be opened: \(SystemCall.message)") }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = chunk.withUnsafeMutableBytes { SystemCall.read(descriptor, $0) }
            if count == 0 { return bytes }
            guard count > 0 else { throw FileError(path: path, problem: "cannot be read: \(SystemCall.message)") }
            bytes += chunk[..<count]
            guard bytes.count <= limit else { throw FileError(path: path, problem: "is longer than \(limit) bytes") }
        }
    }

    /// Nil where there is no such file.
    static func identity(_ path: String) -> Identity? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        #if canImport(Darwin)
            let modified = status.st_mtimespec
        #else
            let modified = status.st_mtim
        #endif
        return Identity(
            device: UInt64(truncatingIfNeeded: status.st_dev), inode: UInt64(status.st_ino),
            size: Int64(status.st_size),
            modifiedSeconds: Int64(modified.tv_sec), modifiedNanoseconds: Int64(modified.tv_nsec))
    }
}

/// Why a file could not be read: the path, and what the system says of it.
struct FileError: Error, Equatable, CustomStringConvertible {
    let path: String
    let problem: String
    var description: String { "\(path) \(problem)" }
}
