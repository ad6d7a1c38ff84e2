import Bytes

/// A user name and a password as a request gives them (RFC 7617). The password shows itself nowhere.
struct Credentials: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    let user: String
    let password: [UInt8]

    /// Reads the value of an `Authorization` field. Nil where it has no such credentials.
    init?(authorization: String) {
        let scheme = "basic "
        guard authorization.utf8.count > scheme.utf8.count,
            authorization.utf8.prefix(scheme.utf8.count).map(ASCII.lowercased).elementsEqual(scheme.utf8),
            let bytes = Base64.decode(authorization.utf8.dropFirst(scheme.utf8.count).drop { $0 == UInt8(ascii: " ") }),
            let colon = bytes.firstIndex(of: UInt8(ascii: ":"))
        else { return nil }
        user = String(decoding: bytes[..<colon], as: UTF8.self)
        password = Array(bytes[(colon + 1)...])
    }

    var description: String { "<credentials>" }
    var debugDescription: String { description }
    var customMirror: Mirror { Mirror(self, children: []) }
}
