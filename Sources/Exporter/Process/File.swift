import Platform

/// Whole files, read by the system's own calls.
enum File {
    /// What tells one version of a file from another without reading it.
    struct Identity: Hashable, Sendable {
        let device: UInt64
        let inode: UInt64
        let size: Int64
        let modifiedSeconds: Int64
        let modifiedNanoseconds: Int64
        let owner: UInt32
        /// Permission bits.
        let mode: UInt32

        fileprivate init(_ status: stat) {
            #if canImport(Darwin)
                let modified = status.st_mtimespec
            #else
                let modified = status.st_mtim
            #endif
            device = UInt64(truncatingIfNeeded: status.st_dev)
            inode = UInt64(truncatingIfNeeded: status.st_ino)
            size = Int64(status.st_size)
            (modifiedSeconds, modifiedNanoseconds) = (Int64(modified.tv_sec), Int64(modified.tv_nsec))
            (owner, mode) = (status.st_uid, UInt32(status.st_mode) & 0o7777)
        }
    }

    struct Contents: Sendable {
        let bytes: [UInt8]
        let identity: Identity
    }

    /// What a path leads to.
    enum Kind: Equatable, Sendable {
        case regular(Identity)
        case folder
        /// A socket, a FIFO, a device.
        case other
    }

    /// Longer than any healthy file system takes.
    private static let patience = Duration.seconds(5)

    /// Reads all of a file, on a thread of its own and within seconds, so that a mount that hangs holds nobody up. Nil where
    /// it is still the one of `known`. Throws where it cannot be read, is no regular file, or is longer than `limit` bytes.
    static func read(
        _ path: String, limit: Int, ifOtherThan known: Identity? = nil
    ) async throws(FileError) -> Contents? {
        let outcome = await BlockingWork.files.run(lane: folder(of: path), patience: patience) {
            () -> Result<Contents?, FileError> in
            do throws(FileError) {
                return .success(try readNow(path, limit: limit, ifOtherThan: known))
            } catch {
                return .failure(error)
            }
        }
        guard let outcome else { throw FileError(path: path, problem: .noAnswer) }
        return try outcome.get()
    }

    /// What is at the path, behind links. The thread waits. Throws where nothing can be found out.
    static func kindNow(_ path: String) throws(FileError) -> Kind {
        var status = stat()
        guard stat(path, &status) == 0 else { throw FileError(path: path, problem: .cannotOpen(SystemError())) }
        return switch status.st_mode & S_IFMT {
        case S_IFREG: .regular(Identity(status))
        case S_IFDIR: .folder
        default: .other
        }
    }

    /// The same for files that cannot hang, and all of it at once. The thread waits.
    static func readNow(
        _ path: String, limit: Int, ifOtherThan known: Identity? = nil
    ) throws(FileError) -> Contents? {
        func failure(_ problem: FileError.Problem) -> FileError { FileError(path: path, problem: problem) }

        // A FIFO that nobody writes would block whoever opens it otherwise.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure(.cannotOpen(SystemError())) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(.cannotRead(SystemError())) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw failure(.noRegularFile) }
        let identity = Identity(status)
        guard identity != known else { return nil }
        guard identity.size <= limit else { throw failure(.tooLong(limit: limit)) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = chunk.withUnsafeMutableBytes { SystemCall.read(descriptor, $0) }
            if count == 0 { return Contents(bytes: bytes, identity: identity) }
            guard count > 0 else { throw failure(.cannotRead(SystemError())) }
            bytes += chunk[..<count]
            guard bytes.count <= limit else { throw failure(.tooLong(limit: limit)) }
        }
    }

    private static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    }
}

/// Why a file could not be read.
struct FileError: Error, Equatable, CustomStringConvertible {
    let path: String
    let problem: Problem

    enum Problem: Equatable {
        case cannotOpen(SystemError)
        case cannotRead(SystemError)
        case noRegularFile
        case tooLong(limit: Int)
        /// The file system hangs.
        case noAnswer
    }

    /// A sentence that begins with the path.
    var description: String { "\(path) \(explanation)" }

    /// The sentence without its subject.
    var explanation: String {
        switch problem {
        case .cannotOpen(let error): "cannot be opened: \(error.explanation)"
        case .cannotRead(let error): "cannot be read: \(error.explanation)"
        case .noRegularFile: "is not a regular file"
        case .tooLong(let limit): "is longer than \(limit) bytes"
        case .noAnswer: "cannot be read: its file system does not answer"
        }
    }

    var isMissing: Bool {
        if case .cannotOpen(let error) = problem { error.code == ENOENT } else { false }
    }
}

extension SystemError {
    /// The system's words, with the remedy where there is always the same.
    var explanation: String {
        isOutOfDescriptors ? "\(text). \(DescriptorBudget.remedy)" : text
    }
}
