import Platform

/// Lets any thread end another one's `poll`. Both ends are closed when the last owner lets go, so a late ring never
/// reaches a descriptor that belongs to somebody else by then.
final class WakePipe: Sendable {
    /// Becomes readable when it rings.
    let readEnd: Int32
    private let writeEnd: Int32

    /// - Throws: the error number of `pipe`.
    init() throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SystemError() }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        (readEnd, writeEnd) = (ends[0], ends[1])
    }

    deinit {
        close(readEnd)
        close(writeEnd)
    }

    /// A full pipe has rung already, so a refused byte is no loss.
    func ring() {
        var byte: UInt8 = 1
        write(writeEnd, &byte, 1)
    }

    /// Silences it until the next ``ring()``.
    func quieten() {
        withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { bytes in
            while read(readEnd, bytes.baseAddress, bytes.count) == bytes.count {}
        }
    }
}
