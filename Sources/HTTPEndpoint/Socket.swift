#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// A non-blocking stream socket that the programs this one starts do not inherit; closed when its last owner lets go.
///
/// What differs between systems about a connected socket stands in this file and nowhere else.
final class Socket: Sendable {
    let descriptor: Int32

    /// Takes over an open descriptor and gives it the properties that every socket here has.
    init(owning descriptor: Int32) {
        self.descriptor = descriptor
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        #if canImport(Darwin)
            set(SO_NOSIGPIPE, of: SOL_SOCKET, to: 1)
        #endif
    }

    deinit {
        close(descriptor)
    }

    /// Sets an option that has an integer; whether the system took it.
    @discardableResult
    func set(_ option: Int32, of level: Int32, to value: Int32) -> Bool {
        var value = value
        return setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size)) == 0
    }
}

// MARK: - Bytes

extension Socket {
    enum Transfer {
        case bytes(Int)
        case wouldBlock

        /// Reading: the other side has finished sending.
        case end
        case failed
    }

    func receive(into buffer: inout [UInt8]) -> Transfer {
        transfer { buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) } }
    }

    /// Sends what the socket takes at once. A client that has gone is `failed`, never a signal.
    func send(_ bytes: ArraySlice<UInt8>) -> Transfer {
        #if canImport(Darwin)
            let flags: Int32 = 0
        #else
            let flags = Int32(MSG_NOSIGNAL)
        #endif
        return transfer { bytes.withUnsafeBytes { platformSend(descriptor, $0.baseAddress, $0.count, flags) } }
    }

    private func transfer(_ call: () -> Int) -> Transfer {
        while true {
            let count = call()
            if count > 0 { return .bytes(count) }
            if count == 0 { return .end }
            switch errno {
            case EINTR: continue
            case EAGAIN, EWOULDBLOCK: return .wouldBlock
            default: return .failed
            }
        }
    }

    /// Tells the other side that nothing more comes, and still listens to it.
    func finishWriting() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    /// Makes the coming close a reset that throws away what is unsent.
    func resetOnClose() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
    }
}

/// `send` of the C library, which a method of that name hides.
private func platformSend(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int, _ flags: Int32) -> Int {
    send(descriptor, bytes, count, flags)
}

// MARK: - New connections

extension Socket {
    enum Acceptance {
        case accepted(Socket)

        /// No client waits, or the one that waited has left.
        case nobody

        /// The process or the system has no descriptor or memory left; the client waits on.
        case exhausted
    }

    func accept() -> Acceptance {
        let accepted = platformAccept(descriptor)
        guard accepted >= 0 else {
            switch errno {
            case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .exhausted
            default: return .nobody
            }
        }
        let socket = Socket(owning: accepted)
        // An answer is written in one piece: holding back its last packet could only delay it.
        socket.set(TCP_NODELAY, of: Int32(IPPROTO_TCP), to: 1)
        return .accepted(socket)
    }
}

private func platformAccept(_ listener: Int32) -> Int32 {
    accept(listener, nil, nil)
}
