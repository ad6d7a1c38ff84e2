#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

extension Socket {
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
        let isBound = place.withPointer { bind(descriptor, $0, $1) } == 0
        guard isBound, listen(descriptor, SOMAXCONN) == 0 else { throw HTTPServerError(address, SystemError()) }
        return listener
    }

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
