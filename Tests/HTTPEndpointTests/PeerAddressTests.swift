import Platform
import Testing

@testable import HTTPEndpoint

struct PeerAddressTests {
    private func peer(_ host: String) throws -> PeerAddress {
        let address = try SocketAddress(of: host, in: ListenAddress(host: host, port: 1))
        return address.withPointer { pointer, length in
            var storage = sockaddr_storage()
            withUnsafeMutableBytes(of: &storage) {
                $0.copyMemory(from: UnsafeRawBufferPointer(start: pointer, count: Int(length)))
            }
            return PeerAddress(storage)
        }
    }

    @Test func `an IPv4 address is itself, also within IPv6`() throws {
        #expect(try peer("192.0.2.1") == .ipv4(0xC000_0201))
        #expect(try peer("::ffff:192.0.2.1") == .ipv4(0xC000_0201))
    }

    @Test func `an IPv6 address is its network`() throws {
        #expect(try peer("2001:db8:1:2:3:4:5:6") == .ipv6(network: 0x2001_0db8_0001_0002))
        #expect(try peer("2001:db8:1:2::") == peer("2001:db8:1:2:ffff::1"))
        #expect(try peer("2001:db8:1:3::") != peer("2001:db8:1:2::"))
        #expect(try peer("::1") == .ipv6(network: 0))
    }
}
