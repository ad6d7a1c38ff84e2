import Bytes

/// Where a server listens: a host and a port, as Prometheus programs write it.
///
/// Read from `host:port`, where the host is a name (`localhost`), an IPv4 address, an IPv6 address in brackets (`[::1]`,
/// RFC 3986 §3.2.2), or empty for every interface, IPv6 and IPv4 alike.
package struct ListenAddress: Sendable, Hashable {
    /// Without brackets; empty for every interface.
    package var host: String

    /// 0...65535; 0 asks the system for a free one.
    package var port: UInt16

    package init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// - Throws: ``ListenAddressError`` for a text that is not of the form above.
    package init(_ text: String) throws(ListenAddressError) {
        guard let colon = text.lastIndex(of: ":"), let port = Self.port(text[text.index(after: colon)...]),
            let host = Self.host(text[..<colon])
        else { throw ListenAddressError(text: text) }
        self.init(host: host, port: port)
    }

    private static func port(_ text: Substring) -> UInt16? {
        text.utf8.allSatisfy(ASCII.isDigit) ? UInt16(text) : nil
    }

    private static func host(_ text: Substring) -> String? {
        if text.hasPrefix("["), text.hasSuffix("]") {
            let inner = text.dropFirst().dropLast()
            return inner.contains(":") && inner.utf8.allSatisfy(isIPv6Byte) ? String(inner) : nil
        }
        return text.utf8.allSatisfy(isNameByte) ? String(text) : nil
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch ASCII.lowercased(byte) {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
        default: ASCII.isDigit(byte)
        }
    }

    /// Letters beyond `f` occur in the zone behind a `%`, as in `fe80::1%eth0`.
    private static func isIPv6Byte(_ byte: UInt8) -> Bool {
        isNameByte(byte) || byte == UInt8(ascii: ":") || byte == UInt8(ascii: "%")
    }
}

extension ListenAddress: CustomStringConvertible {
    /// The form that it is read from.
    package var description: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}

/// A text that is not a ``ListenAddress``; its description is a sentence for the operator.
package struct ListenAddressError: Error, Hashable, CustomStringConvertible {
    package var text: String

    package var description: String {
        "\"\(text)\" is not an address to listen on: expected host:port with a port from 0 to 65535, "
            + "as in 127.0.0.1:13439, localhost:13439, [::1]:13439, or :13439 for every interface"
    }
}
