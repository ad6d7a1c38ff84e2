import COpenSSL
import Platform

/// The bytes of one connection, as they are or through TLS. Not for use by two threads at once.
final class Channel {
    let socket: Socket
    private let tls: Session?

    /// What the latest reading waits for, besides bytes from the client: TLS has something to say itself.
    private(set) var readingWantsToWrite = false

    /// A session and the context that it came from, which it needs to the end.
    private struct Session {
        let pointer: OpaquePointer
        let context: TLSContext
    }

    /// Plain bytes.
    init(_ socket: Socket) {
        (self.socket, tls) = (socket, nil)
    }

    /// TLS, which begins with ``shakeHands()``. Nil when memory is short.
    init?(_ socket: Socket, through context: TLSContext) {
        guard let pointer = copenssl_session_create(context.pointer, socket.descriptor) else { return nil }
        self.socket = socket
        tls = Session(pointer: pointer, context: context)
    }

    deinit {
        if let tls { copenssl_session_free(tls.pointer) }
    }

    /// How a handshake goes on.
    enum Handshake {
        case done
        case wantsToRead
        case wantsToWrite
        case failed
    }

    /// Takes the next step of the handshake, as far as it goes without waiting. A plain channel has none, and is done.
    func shakeHands() -> Handshake {
        guard let tls else { return .done }
        return switch Int(copenssl_session_handshake(tls.pointer)) {
        case 1: .done
        case Int(COPENSSL_WANTS_READ): .wantsToRead
        case Int(COPENSSL_WANTS_WRITE): .wantsToWrite
        default: .failed
        }
    }

    /// Why the latest step failed, in the library's words; empty where the other side just left.
    var problem: String {
        tls.map { String(cString: copenssl_session_problem($0.pointer)) } ?? ""
    }

    /// Whether the other side refused the handshake, as it does where it wants a certificate of this one.
    var isRefused: Bool {
        tls.map { copenssl_session_is_refused($0.pointer) } ?? false
    }

    /// `buffer` has to hold what one record may: 16 kB (RFC 8446 §5.1), so that nothing stays behind that `poll` does not
    /// know of.
    func receive(into buffer: inout [UInt8]) -> Socket.Transfer {
        guard let tls else { return socket.receive(into: &buffer) }
        readingWantsToWrite = false
        let count = buffer.withUnsafeMutableBufferPointer {
            copenssl_session_read(tls.pointer, $0.baseAddress, $0.count)
        }
        guard count <= 0 else { return .bytes(count) }
        switch Int32(count) {
        case Int32(COPENSSL_END): return .end
        case Int32(COPENSSL_WANTS_READ): return .wouldBlock
        case Int32(COPENSSL_WANTS_WRITE):
            readingWantsToWrite = true
            return .wouldBlock
        default: return .failed
        }
    }

    /// Sends of the first bytes, and then of the second, what is taken at once. What TLS did not take has to be offered
    /// again, as ``Output`` does.
    func send(_ first: ArraySlice<UInt8>, _ second: ArraySlice<UInt8> = []) -> Socket.Transfer {
        guard let tls else { return socket.send(first, second) }
        let count = (first.isEmpty ? second : first).withUnsafeBufferPointer {
            copenssl_session_write(tls.pointer, $0.baseAddress, $0.count)
        }
        guard count <= 0 else { return .bytes(count) }
        // Renegotiation is off, so writing never waits for the client to say something.
        return Int32(count) == Int32(COPENSSL_WANTS_WRITE) ? .wouldBlock : .failed
    }

    /// Tells the other side that nothing more comes, and still listens to it.
    func finishWriting() {
        if let tls { copenssl_session_finish(tls.pointer) }
        socket.finishWriting()
    }

    /// Takes leave before the socket closes, as far as that goes without waiting; without it a TLS client cannot tell the end
    /// from an attack.
    func takeLeave() {
        if let tls { copenssl_session_finish(tls.pointer) }
    }
}
