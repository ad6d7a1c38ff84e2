import Bytes

/// The target of a request line, taken apart (RFC 9112 §3.2).
struct RequestTarget: Equatable {
    /// Host and port of an absolute-form target; nil for a plain path.
    var authority: String?
    var path: String
    var query: [QueryItem]

    /// Reads origin-form (`/path?query`) and absolute-form (`http://host/path?query`).
    ///
    /// - Throws: 400 for authority-form and asterisk-form, which only proxies and `OPTIONS` use; for bytes that no URL
    ///   has; and for broken percent-encoding, which would be read differently by everyone on the way.
    init(_ bytes: ArraySlice<UInt8>) throws(RequestRefusal) {
        guard bytes.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "#") }) else {
            throw RequestRefusal(400, "the request target has a character that a URL cannot have")
        }
        var rest = bytes
        if rest.first != UInt8(ascii: "/") {
            rest = try Self.removingScheme(from: bytes)
            let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
            authority = try Self.validAuthority(rest[..<end])
            rest = rest[end...]
        }
        let parts = rest.split(separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
        path = try Self.decodedPath(parts[0])
        query = try parts.count > 1 ? Self.items(parts[1]) : []
    }

    private static func removingScheme(from bytes: ArraySlice<UInt8>) throws(RequestRefusal) -> ArraySlice<UInt8> {
        for scheme in ["http://", "https://"]
        where bytes.prefix(scheme.utf8.count).lazy.map(ASCII.lowercased).elementsEqual(scheme.utf8) {
            return bytes.dropFirst(scheme.utf8.count)
        }
        throw RequestRefusal(400, "the request target is neither a path nor an http URL")
    }

    private static func validAuthority(_ bytes: ArraySlice<UInt8>) throws(RequestRefusal) -> String {
        guard let first = bytes.first, first != UInt8(ascii: ":"), isAuthority(bytes) else {
            throw RequestRefusal(400, "the request target's host is not valid")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let excluded = ##"#",/<>?@\^`{|}"##

    /// Whether bytes can be the host and port of a URL or a Host field (RFC 3986 §3.2.2), user information excluded.
    static func isAuthority(_ bytes: some Sequence<UInt8>) -> Bool {
        bytes.allSatisfy { (0x21...0x7E).contains($0) && !excluded.utf8.contains($0) }
    }

    private static func decodedPath(_ bytes: ArraySlice<UInt8>) throws(RequestRefusal) -> String {
        guard !bytes.isEmpty else { return "/" }
        let path = try percentDecoded(bytes, plusIsSpace: false)
        guard path.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw RequestRefusal(400, "the path has a control character")
        }
        return path
    }

    /// An item takes 32 bytes of memory however short it is.
    private static let itemLimit = 512

    private static func items(_ bytes: ArraySlice<UInt8>) throws(RequestRefusal) -> [QueryItem] {
        var items: [QueryItem] = []
        guard bytes.count(where: { $0 == UInt8(ascii: "&") }) < itemLimit else {
            throw RequestRefusal(414, "the query has more than \(itemLimit) items")
        }
        for item in bytes.split(separator: UInt8(ascii: "&")) {
            let parts = item.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            let name = try percentDecoded(parts[0], plusIsSpace: true)
            let value = try parts.count > 1 ? percentDecoded(parts[1], plusIsSpace: true) : ""
            items.append(QueryItem(name: name, value: value))
        }
        return items
    }

    private static func percentDecoded(
        _ bytes: ArraySlice<UInt8>, plusIsSpace: Bool
    ) throws(RequestRefusal) -> String {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var rest = bytes
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                guard let high = rest.popFirst().flatMap(ASCII.hexValue),
                    let low = rest.popFirst().flatMap(ASCII.hexValue)
                else {
                    throw RequestRefusal(400, "the request target has a % without two hexadecimal digits behind it")
                }
                decoded.append(high << 4 | low)
            } else {
                decoded.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        guard let text = String(validating: decoded, as: UTF8.self), !decoded.contains(0) else {
            throw RequestRefusal(400, "the request target is not UTF-8 text when decoded")
        }
        return text
    }
}
