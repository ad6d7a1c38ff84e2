import Platform

extension ListenAddress {
    /// Where a socket listens that another program has opened. Nil where the descriptor is none of TCP that listens.
    package init?(ofListener descriptor: Int32) {
        var isListening: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &isListening, &size) == 0, isListening != 0 else {
            return nil
        }
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        var port = [CChar](repeating: 0, count: Int(NI_MAXSERV))
        let isNamed = withUnsafeMutableBytes(of: &storage) { bytes in
            guard let address = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self),
                getsockname(descriptor, address, &length) == 0,
                [AF_INET, AF_INET6].contains(Int32(address.pointee.sa_family))
            else { return false }
            return getnameinfo(
                address, length, &host, socklen_t(host.count), &port, socklen_t(port.count),
                Int32(NI_NUMERICHOST | NI_NUMERICSERV)) == 0
        }
        guard isNamed, let number = UInt16(Self.text(port)) else { return nil }
        self.init(host: Self.text(host), port: number)
    }

    private static func text(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
