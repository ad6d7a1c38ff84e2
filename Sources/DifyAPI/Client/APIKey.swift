import Bytes

/// The key of one Dify app. It can run the app and read its inputs, so it shows itself nowhere: printing, dumping and
/// interpolating give a placeholder.
package struct APIKey: Hashable, Sendable {
    private let text: String
    /// In lower case.
    private let bytes: [UInt8]

    /// Nil unless `text` can stand in a header: visible ASCII without spaces, at least one character.
    /// Space around it, which key files often end with, is dropped.
    package init?(_ text: String) {
        let bytes = text.utf8.drop { Self.isSpace($0) }
        let trimmed = Array(bytes.reversed().drop { Self.isSpace($0) }.reversed())
        guard !trimmed.isEmpty, trimmed.allSatisfy({ (0x21...0x7e).contains($0) }) else { return nil }
        self.text = String(decoding: trimmed, as: UTF8.self)
        self.bytes = trimmed.map(ASCII.lowercased)
    }

    /// The header field that authorises a request (dify-logs-api §1.2).
    var authorizationField: HTTPField {
        HTTPField(name: "Authorization", value: "Bearer \(text)")
    }

    /// `text` with the key taken out, should a server have repeated it: in any case, and percent-encoded in any part.
    func redacted(from other: String) -> String {
        guard isIn(other) else { return other }
        let bytes = Array(other.utf8)
        var kept: [UInt8] = []
        var place = 0
        var hasKey = false
        while place < bytes.count {
            if let end = bytes.withUnsafeBufferPointer({ end(in: $0, at: place) }) {
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

    /// Whether the key begins somewhere in the text.
    private func isIn(_ text: String) -> Bool {
        guard text.utf8.count >= bytes.count else { return false }
        let found = text.utf8.withContiguousStorageIfAvailable { text in
            text.indices.dropLast(bytes.count - 1).contains { end(in: text, at: $0) != nil }
        }
        return found ?? true
    }

    /// Where a key that begins at `start` ends; nil where none begins.
    private func end(in bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> Int? {
        var place = start
        for wanted in self.bytes {
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
