import Platform

@testable import HTTPEndpoint

/// A plain client on a blocking socket of 127.0.0.1. It gives up after minutes, so that a failure is not a hang and a busy
/// machine is not a failure.
final class BlockingClient: Sendable {
    private let descriptor: Int32

    /// Nil where nobody listens.
    init?(port: UInt16) {
        #if canImport(Glibc)
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        var patience = timeval(tv_sec: 300, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafePointer(to: &address) {
            connect(descriptor, UnsafeRawPointer($0).assumingMemoryBound(to: sockaddr.self), size)
        }
        guard code == 0 else { return nil }
    }

    deinit {
        close(descriptor)
    }

    /// Lets this process open so many descriptors, as far as the system permits.
    static func allowDescriptors(_ count: Int) {
        #if canImport(Glibc)
            let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
            let resource = RLIMIT_NOFILE
        #endif
        var limit = rlimit()
        getrlimit(resource, &limit)
        limit.rlim_cur = max(limit.rlim_cur, min(limit.rlim_max, rlim_t(count)))
        setrlimit(resource, &limit)
    }

    func send(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    func finishWriting() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    /// How a connection ended, and what came before.
    struct Rest: Equatable {
        var text: String
        var wasReset: Bool
    }

    /// Everything up to the end of the connection.
    func readToEnd() -> Rest {
        var text: [UInt8] = []
        while true {
            let piece = readPiece(atMost: 65536)
            guard let piece, !piece.isEmpty else {
                return Rest(text: String(decoding: text, as: UTF8.self), wasReset: piece == nil)
            }
            text += piece
        }
    }

    /// One answer, as far as its Content-Length says; what follows stays in the socket.
    func readAnswer() -> String {
        var bytes: [UInt8] = []
        while !bytes.suffix(4).elementsEqual("\r\n\r\n".utf8), let byte = readPiece(atMost: 1), !byte.isEmpty {
            bytes += byte
        }
        let head = String(decoding: bytes, as: UTF8.self)
        var missing =
            head.split(separator: "\r\n").lazy.compactMap { line in
                line.hasPrefix("Content-Length: ") ? Int(line.dropFirst(16)) : nil
            }.first ?? 0
        while missing > 0, let piece = readPiece(atMost: missing), !piece.isEmpty {
            bytes += piece
            missing -= piece.count
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What there is of an answer, up to so many bytes.
    func readAnswer(atMost count: Int) -> String {
        String(decoding: readPiece(atMost: count) ?? [], as: UTF8.self)
    }

    /// Empty at the end; nil when the connection is broken.
    private func readPiece(atMost count: Int) -> [UInt8]? {
        var piece = [UInt8](repeating: 0, count: count)
        let received = read(descriptor, &piece, count)
        return received < 0 ? nil : Array(piece.prefix(received))
    }
}

/// Runs what blocks on a thread of its own: a blocked test on one of Swift's would leave none for the handlers.
func onOwnThread<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
    await withCheckedContinuation { continuation in
        do throws(SystemError) {
            try DetachedThread.start { continuation.resume(returning: body()) }
        } catch {
            preconditionFailure("the system gives no further thread: \(error.text)")
        }
    }
}

func isReadable(_ descriptor: Int32) -> Bool {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&entry, 1, 0) == 1
}
