import Bytes

/// Where a Dify's service API begins, as in `https://api.dify.ai/v1`.
package struct BaseURL: Hashable, Sendable, CustomStringConvertible {
    /// The URL without a slash at its end.
    package let description: String

    /// Dify's own cloud.
    package static let cloud = BaseURL(trusted: "https://api.dify.ai/v1")

    private init(trusted text: String) {
        description = text
    }

    /// Reads `http://` or `https://`, a host, perhaps a port and a path. Throws a sentence for people otherwise; it
    /// never repeats what might be a password.
    package init(_ text: String) throws(BaseURLError) {
        guard let schemeEnd = text.firstOccurrence(of: "://") else {
            throw BaseURLError(message: "a base URL begins with http:// or https://, as in https://api.dify.ai/v1")
        }
        let scheme = text[..<schemeEnd.lowerBound].lowercased()
        guard scheme == "http" || scheme == "https" else {
            throw BaseURLError(message: "the scheme must be http or https, not \(scheme)")
        }
        let rest = text[schemeEnd.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.contains("@") else {
            throw BaseURLError(message: "a base URL holds no user or password; Dify's API key is configured on its own")
        }
        guard Self.isValidAuthority(authority) else {
            throw BaseURLError(message: "there is no valid host after \(scheme)://")
        }
        var path = rest[authority.endIndex...]
        guard path.utf8.allSatisfy({ (0x21...0x7e).contains($0) }), !path.contains("?"), !path.contains("#") else {
            throw BaseURLError(message: "a base URL has no query, fragment or spaces; it ends with a path such as /v1")
        }
        while path.last == "/" { path = path.dropLast() }
        description = "\(scheme)://\(authority.lowercased())\(path)"
    }

    /// The host without its port.
    package var host: String {
        let authority = description.split(separator: "/").dropFirst().first ?? ""
        let end = authority.first == "[" ? authority.firstIndex(of: "]") : nil
        return String(end.map { authority[...$0] } ?? authority.prefix { $0 != ":" })
    }

    /// Whether a text is a host, as a name or an address, and perhaps a port.
    package static func isValidAuthority(_ authority: Substring) -> Bool {
        var host = authority
        if authority.first == "[" {
            guard let end = authority.firstIndex(of: "]") else { return false }
            host = authority[...end]
            guard host.dropFirst().dropLast().allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else {
                return false
            }
        } else {
            host = authority.prefix { $0 != ":" }
            let isHostByte: (UInt8) -> Bool = { byte in
                (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte | 0x20) || byte == 0x2d || byte == 0x2e
                    || byte == 0x5f
            }
            guard host.utf8.allSatisfy(isHostByte) else { return false }
        }
        let port = authority[host.endIndex...]
        guard !host.isEmpty else { return false }
        return port.isEmpty || (port.first == ":" && UInt16(port.dropFirst()).map { $0 > 0 } ?? false)
    }

    /// The URL of an endpoint below the base.
    func url(path: String, query: [(name: String, value: String)] = []) -> String {
        let pairs = query.map { "\($0.name.percentEncoded)=\($0.value.percentEncoded)" }
        return description + path + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&"))
    }
}

/// What is wrong with a base URL.
package struct BaseURLError: Error, Equatable, CustomStringConvertible {
    let message: String
    package var description: String { message }
}
