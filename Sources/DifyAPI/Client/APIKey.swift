/// The key of one Dify app. It can run the app and read its inputs, so it shows itself nowhere: printing, dumping and
/// interpolating give a placeholder.
package struct APIKey: Hashable, Sendable {
    private let text: String

    /// Nil unless `text` can stand in a header: visible ASCII without spaces, at least one character.
    /// Space around it, which key files often end with, is dropped.
    package init?(_ text: String) {
        let bytes = text.utf8.drop { Self.isSpace($0) }
        let trimmed = Array(bytes.reversed().drop { Self.isSpace($0) }.reversed())
        guard !trimmed.isEmpty, trimmed.allSatisfy({ (0x21...0x7e).contains($0) }) else { return nil }
        self.text = String(decoding: trimmed, as: UTF8.self)
    }

    /// The header field that authorises a request (dify-logs-api §1.2).
    var authorizationField: HTTPField {
        HTTPField(name: "Authorization", value: "Bearer \(text)")
    }

    /// `text` with the key taken out, should a server have echoed it.
    func redacted(from other: String) -> String {
        guard !other.isEmpty else { return other }
        return other.split(separator: text, omittingEmptySubsequences: false).joined(separator: Self.placeholder)
    }

    private static let placeholder = "<API key>"

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0d).contains(byte)
    }
}

extension APIKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { Self.placeholder }
    package var debugDescription: String { Self.placeholder }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
