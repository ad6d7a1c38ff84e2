import CPlatform
import Platform

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
        refuseSignals()
    }

    /// A connection of this listener, which has these properties already.
    private init(accepted descriptor: Int32) {
        self.descriptor = descriptor
        refuseSignals()
    }

    /// Writing to a client that has gone is an error and no signal.
    private func refuseSignals() {
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

    /// As ``receive(into:)``, but what is read stays to be read again.
    func peek(into buffer: inout [UInt8]) -> Transfer {
        transfer { buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, Int32(MSG_PEEK)) } }
    }

    /// `poll` finds the socket readable once so many bytes wait, or the other side has finished sending.
    func becomeReadable(at count: Int) {
        set(SO_RCVLOWAT, of: SOL_SOCKET, to: Int32(clamping: count))
    }

    /// Sends of the first bytes and then of the second what the socket takes at once. A client that has gone is
    /// `failed`, never a signal.
    func send(_ first: ArraySlice<UInt8>, _ second: ArraySlice<UInt8> = []) -> Transfer {
        #if canImport(Darwin)
            let flags: Int32 = 0
        #else
            let flags = Int32(MSG_NOSIGNAL)
        #endif
        return transfer {
            first.withUnsafeBytes { first in
                second.withUnsafeBytes { second in
                    var pieces = (iovec(first), iovec(second))
                    return withUnsafeMutableBytes(of: &pieces) { pieces in
                        var message = msghdr()
                        message.msg_iov = pieces.assumingMemoryBound(to: iovec.self).baseAddress
                        message.msg_iovlen = 2
                        return sendmsg(descriptor, &message, flags)
                    }
                }
            }
        }
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

extension iovec {
    /// For sending only: nothing is written there.
    fileprivate init(_ bytes: UnsafeRawBufferPointer) {
        self.init(iov_base: UnsafeMutableRawPointer(mutating: bytes.baseAddress), iov_len: bytes.count)
    }
}

// MARK: - New connections

extension Socket {
    enum Acceptance {
        case accepted(Socket, from: PeerAddress)

        /// No client waits, or the one that waited has left.
        case nobody

        /// The process or the system has no descriptor or memory left; the client waits on.
        case exhausted
    }

    func accept() -> Acceptance {
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let accepted = cplatform_accept(descriptor, &address, &length)
        guard accepted >= 0 else {
            switch errno {
            case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .exhausted
            default: return .nobody
            }
        }
        return .accepted(Socket(accepted: accepted), from: PeerAddress(address))
    }

    /// Connections inherit these options from their listener.
    fileprivate func setOptionsOfConnections() {
        // An answer is written in one piece: holding back its last packet could only delay it.
        set(TCP_NODELAY, of: Int32(IPPROTO_TCP), to: 1)
        // For a client that does not read, the system keeps so much that it has not taken, instead of megabytes.
        set(TCP_NOTSENT_LOWAT, of: Int32(IPPROTO_TCP), to: Self.unsentBytes)
    }

    private static let unsentBytes: Int32 = 128 << 10
}

extension Socket {
    /// Takes over a socket that listens already.
    convenience init(inheriting descriptor: Int32) {
        self.init(owning: descriptor)
        setOptionsOfConnections()
    }

    /// A socket that listens there, and the address with the port it got.
    ///
    /// The empty host is IPv6 and IPv4 on one socket where the system has IPv6, else IPv4. Of a name's addresses the
    /// first IPv4 one is taken, as Go's `net.Listen` does, so that `localhost` means the same on every machine.
    static func listening(on address: ListenAddress) throws(HTTPServerError) -> (Socket, bound: ListenAddress) {
        let listener: Socket
        if address.host.isEmpty, let everyInterface = try dualStack(on: address) {
            listener = everyInterface
        } else {
            let host = address.host.isEmpty ? "0.0.0.0" : address.host
            listener = try bound(to: SocketAddress(of: host, in: address), in: address)
        }
        guard let port = listener.boundPort else { throw HTTPServerError(address, SystemError()) }
        return (listener, ListenAddress(host: address.host, port: port))
    }

    /// Nil where the system has no IPv6, which shows as an unknown family or as a missing `::`.
    private static func dualStack(on address: ListenAddress) throws(HTTPServerError) -> Socket? {
        do throws(HTTPServerError) {
            return try bound(to: SocketAddress(of: "::", in: address), in: address, isDualStack: true)
        } catch {
            switch error.reason {
            case .portInUse, .permissionDenied: throw error
            case .addressNotAvailable, .unknownHost, .system: return nil
            }
        }
    }

    private static func bound(
        to place: SocketAddress, in address: ListenAddress, isDualStack: Bool = false
    ) throws(HTTPServerError) -> Socket {
        let descriptor = socket(place.family, streamType, 0)
        guard descriptor >= 0 else { throw HTTPServerError(address, SystemError()) }
        let listener = Socket(owning: descriptor)
        listener.set(SO_REUSEADDR, of: SOL_SOCKET, to: 1)
        // Linux has a system-wide default for this one, so it is said either way.
        if place.family == AF_INET6 { listener.set(IPV6_V6ONLY, of: Int32(IPPROTO_IPV6), to: isDualStack ? 0 : 1) }
        listener.setOptionsOfConnections()
        let isBound = place.withPointer { bind(descriptor, $0, $1) } == 0
        guard isBound, listen(descriptor, backlog) == 0 else { throw HTTPServerError(address, SystemError()) }
        return listener
    }

    /// How many clients may wait to be accepted before the system lets further ones try again a second later; it has a
    /// limit of its own (on Linux `net.core.somaxconn`). The constant is 128 in some C libraries.
    private static let backlog = max(SOMAXCONN, 4096)

    private var boundPort: UInt16? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { pointer in
            let raw = UnsafeMutableRawPointer(pointer)
            guard getsockname(descriptor, raw.assumingMemoryBound(to: sockaddr.self), &length) == 0 else { return nil }
            // sockaddr_in and sockaddr_in6 have the port in the same place, in network byte order.
            return UInt16(bigEndian: raw.assumingMemoryBound(to: sockaddr_in.self).pointee.sin_port)
        }
    }
}

#if canImport(Glibc)
    let streamType = Int32(SOCK_STREAM.rawValue)
#else
    let streamType = SOCK_STREAM
#endif

/// An address as the socket calls take it.
struct SocketAddress {
    let family: Int32
    private let bytes: [UInt8]

    /// The first IPv4 address of a host, else the first of any kind.
    init(of host: String, in address: ListenAddress) throws(HTTPServerError) {
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        hints.ai_socktype = streamType
        var first: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(address.port), &hints, &first)
        guard code == 0, let first else {
            throw HTTPServerError(address, .unknownHost(String(cString: gai_strerror(code))))
        }
        defer { freeaddrinfo(first) }
        let found = sequence(first: first.pointee) { $0.ai_next?.pointee }
        let preferred = found.first { $0.ai_family == AF_INET } ?? first.pointee
        family = preferred.ai_family
        bytes = Array(UnsafeRawBufferPointer(start: preferred.ai_addr, count: Int(preferred.ai_addrlen)))
    }

    func withPointer<Result>(_ body: (UnsafePointer<sockaddr>?, socklen_t) -> Result) -> Result {
        bytes.withUnsafeBytes { body($0.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t($0.count)) }
    }
}
