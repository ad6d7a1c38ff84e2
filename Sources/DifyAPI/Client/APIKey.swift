import Bytes

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

    /// `text` with the key taken out, should a server have repeated it: in any case, and percent-encoded in any part.
    func redacted(from other: String) -> String {
        let key = text.utf8.map(ASCII.lowercased)
        let bytes = Array(other.utf8)
        guard bytes.count >= key.count else { return other }
        var kept: [UInt8] = []
        var place = 0
        var hasKey = false
        while place < bytes.count {
            if let end = Self.end(of: key, in: bytes, at: place) {
                kept += Self.placeholder.utf8
                place = end
                hasKey = true
            } else {
                kept.append(bytes[place])
                place += 1
            }
        }
        return hasKey ? String(decoding: kept, as: UTF8.self) : other
    }

    /// Bytes that the longest form of the key takes which is taken out.
    var longestEcho: Int { text.utf8.count * 3 }

    /// Where a key that begins at `start` ends; nil where none begins.
    private static func end(of key: [UInt8], in bytes: [UInt8], at start: Int) -> Int? {
        var place = start
        for wanted in key {
            guard place < bytes.count else { return nil }
            if ASCII.lowercased(bytes[place]) == wanted {
                place += 1
            } else if bytes[place] == UInt8(ascii: "%"), place + 2 < bytes.count,
                let high = ASCII.hexValue(bytes[place + 1]), let low = ASCII.hexValue(bytes[place + 2]),
                ASCII.lowercased(high << 4 | low) == wanted
            {
                place += 3
            } else {
                return nil
            }
        }
        return place
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
