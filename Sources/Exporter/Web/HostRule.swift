import HTTPEndpoint

/// The hosts that a request may name, for pages that are not for everybody.
///
/// A page of any site can make its own name point to this machine once a browser has loaded it, and then read what this
/// program answers as its own (DNS rebinding). Such requests name that site as their `Host`, so where only this machine can
/// connect anyway, only its own names are answered. Elsewhere any is, unless the operator names hosts. Programs that are no
/// browsers may leave the field out.
package struct HostRule: Sendable {
    /// Nil for any.
    private let hosts: Set<String>?

    /// `allowed` are the operator's hosts, `*` among them for any; `addresses` are where the program listens; `machine` is
    /// this machine's name.
    package init(allowed: [AllowedHost], listeningOn addresses: [ListenAddress], machine: String?) {
        if !allowed.isEmpty {
            hosts = allowed.contains(.any) ? nil : Set(allowed.compactMap(\.name))
        } else if addresses.allSatisfy(Self.isLoopback) {
            let own = ["localhost", "127.0.0.1", "::1"] + addresses.map(\.host) + [machine].compactMap(\.self)
            hosts = Set(own.map(Self.canonical))
        } else {
            hosts = nil
        }
    }

    func allows(_ host: String?) -> Bool {
        guard let hosts, let host else { return true }
        let name = Self.canonical(Self.withoutPort(host))
        return hosts.contains(name) || (name.hasSuffix(".localhost") && hosts.contains("localhost"))
    }

    private static func isLoopback(_ address: ListenAddress) -> Bool {
        let host = canonical(address.host)
        return host == "localhost" || host == "::1"
            || (host.hasPrefix("127.")
                && host.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") })
    }

    /// As names are compared: in small letters, and without the dot that ends a whole name.
    fileprivate static func canonical(_ host: String) -> String {
        let lowercased = host.lowercased()
        return lowercased.hasSuffix(".") ? String(lowercased.dropLast()) : lowercased
    }

    /// Without the port, and without the brackets around an IPv6 address.
    private static func withoutPort(_ host: String) -> String {
        if host.hasPrefix("["), let end = host.firstIndex(of: "]") {
            return String(host[host.index(after: host.startIndex)..<end])
        }
        return String(host.prefix { $0 != ":" })
    }
}

/// A host that the operator lets browsers reach this program by.
package enum AllowedHost: Hashable, Sendable {
    case any
    case named(String)

    /// Reads `*`, a name, or an address without a port. Nil for anything else.
    package init?(_ text: String) {
        if text == "*" {
            self = .any
            return
        }
        // Addresses to listen on have the same hosts, IPv6 addresses in brackets.
        let isAddress = text.count { $0 == ":" } > 1 && !text.hasPrefix("[")
        guard !text.isEmpty, let address = try? ListenAddress(isAddress ? "[\(text)]:0" : "\(text):0") else {
            return nil
        }
        self = .named(HostRule.canonical(address.host))
    }

    fileprivate var name: String? {
        if case .named(let name) = self { name } else { nil }
    }
}
