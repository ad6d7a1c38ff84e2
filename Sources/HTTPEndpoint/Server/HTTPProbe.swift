import Platform

/// Asks a server on this machine for one path, and looks at the status only: no proxy, no redirect, no library.
package enum HTTPProbe {
    /// What a server says.
    package enum Answer: Sendable, Hashable {
        case status(Int)

        /// It refuses the TLS handshake as a server does that wants to see a certificate of its clients.
        case handshakeRefused
    }

    /// The answer to `GET path` at the address that a server listens on; one for every interface is asked over loopback.
    /// Gives up when nothing comes for `seconds`. Over TLS any certificate will do: on this machine nobody can stand between.
    package static func answer(
        to path: String, at address: ListenAddress, overTLS: Bool = false, seconds: Int = 5
    ) async throws(HTTPProbeError) -> Answer {
        let result: Result<Answer, HTTPProbeError> = await withCheckedContinuation { continuation in
            do throws(SystemError) {
                try DetachedThread.start {
                    do throws(HTTPProbeError) {
                        continuation.resume(
                            returning: .success(try ask(for: path, at: address, overTLS: overTLS, seconds: seconds)))
                    } catch {
                        continuation.resume(returning: .failure(error))
                    }
                }
            } catch {
                continuation.resume(returning: .failure(HTTPProbeError(address, error.text)))
            }
        }
        return try result.get()
    }

    /// The thread waits.
    private static func ask(
        for path: String, at address: ListenAddress, overTLS: Bool, seconds: Int
    ) throws(HTTPProbeError) -> Answer {
        let channel = try channel(connected(to: address, seconds: seconds), overTLS: overTLS, address)
        switch channel.shakeHands() {
        case .done: break
        case .wantsToRead, .wantsToWrite: throw HTTPProbeError(address, "no answer in time")
        case .failed where channel.isRefused: return .handshakeRefused
        case .failed: throw HTTPProbeError(address, "the TLS handshake failed: \(channel.problem)")
        }
        let host = address.host.isEmpty ? "localhost" : address.host
        let head = [
            "GET \(path) HTTP/1.1", "Host: \(ListenAddress(host: host, port: address.port))", "Connection: close", "",
            "",
        ]
        guard case .bytes = channel.send(Array(head.joined(separator: "\r\n").utf8)[...]) else {
            throw HTTPProbeError(address, "the request could not be sent")
        }
        return try answer(from: channel, address)
    }

    private static func channel(
        _ socket: Socket, overTLS: Bool, _ address: ListenAddress
    ) throws(HTTPProbeError) -> Channel {
        guard overTLS else { return Channel(socket) }
        do throws(TLSError) {
            guard let channel = Channel(socket, through: try .trustingClient()) else { throw TLSError.noMemory }
            return channel
        } catch {
            guard case .libraryMissing(let sentence) = error else {
                throw HTTPProbeError(address, "memory is short")
            }
            throw HTTPProbeError(address, sentence)
        }
    }

    private static func connected(to address: ListenAddress, seconds: Int) throws(HTTPProbeError) -> Socket {
        let place: SocketAddress
        do throws(HTTPServerError) {
            let everyInterface = ["", "0.0.0.0", "::"]
            place = try SocketAddress(
                of: everyInterface.contains(address.host) ? "127.0.0.1" : address.host, in: address)
        } catch {
            throw HTTPProbeError(address, "the host is not known")
        }
        let descriptor = socket(place.family, streamType, 0)
        guard descriptor >= 0 else { throw HTTPProbeError(address, SystemError().text) }
        let socket = Socket(owning: descriptor)
        // Waiting is all there is to do.
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
        var span = timeval()
        span.tv_sec = seconds
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &span, socklen_t(MemoryLayout<timeval>.size))
        }
        guard place.withPointer({ connect(descriptor, $0, $1) }) == 0 else {
            throw HTTPProbeError(address, SystemError().text)
        }
        return socket
    }

    /// Reads no more than the status line needs.
    private static func answer(from channel: Channel, _ address: ListenAddress) throws(HTTPProbeError) -> Answer {
        var answer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 256)
        while answer.count < 12 {
            switch channel.receive(into: &chunk) {
            case .bytes(let count): answer += chunk[..<count]
            case .end: throw HTTPProbeError(address, "the answer is not one of HTTP")
            case .wouldBlock: throw HTTPProbeError(address, "no answer in time")
            // In TLS 1.3 a client thinks that it is done before the server has looked at its certificate.
            case .failed where channel.isRefused: return .handshakeRefused
            case .failed: throw HTTPProbeError(address, "the connection broke")
            }
        }
        let line = String(decoding: answer.prefix(12), as: UTF8.self)
        guard line.hasPrefix("HTTP/1."), let status = Int(line.suffix(3)) else {
            throw HTTPProbeError(address, "the answer is not one of HTTP")
        }
        return .status(status)
    }
}

/// Why there is no answer; its description is a sentence for the operator.
package struct HTTPProbeError: Error, Hashable, CustomStringConvertible {
    package let address: ListenAddress
    package let reason: String

    init(_ address: ListenAddress, _ reason: String) {
        self.address = address
        self.reason = reason
    }

    package var description: String { "\(address) does not answer: \(reason)" }
}
