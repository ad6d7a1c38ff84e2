import Platform

/// Whom a connection comes from, as far as one client cannot easily be many: an IPv4 address, or the /64 network of an
/// IPv6 address, of which a single machine commonly has all.
package struct PeerAddress: Hashable, Sendable {
    private let network: UInt64
    private let isIPv6: Bool

    package static func ipv4(_ address: UInt32) -> PeerAddress {
        PeerAddress(network: UInt64(address), isIPv6: false)
    }

    package static func ipv6(network: UInt64) -> PeerAddress {
        PeerAddress(network: network, isIPv6: true)
    }

    private init(network: UInt64, isIPv6: Bool) {
        self.network = network
        self.isIPv6 = isIPv6
    }

    /// An IPv4 address that comes mapped into IPv6 (RFC 4291 §2.5.5.2), as on a socket for both, is the IPv4 address.
    init(_ storage: sockaddr_storage) {
        self = withUnsafeBytes(of: storage) { bytes in
            switch Int32(storage.ss_family) {
            case AF_INET:
                return .ipv4(UInt32(bigEndian: bytes.loadUnaligned(as: sockaddr_in.self).sin_addr.s_addr))
            case AF_INET6:
                let address = bytes.loadUnaligned(as: sockaddr_in6.self).sin6_addr
                return withUnsafeBytes(of: address) { bytes in
                    let high = UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self))
                    let low = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
                    return high == 0 && low >> 32 == 0xFFFF
                        ? .ipv4(UInt32(truncatingIfNeeded: low)) : .ipv6(network: high)
                }
            default: return .ipv4(0)
            }
        }
    }
}
