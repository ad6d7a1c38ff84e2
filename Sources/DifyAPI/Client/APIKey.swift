import Bytes

/// The key of one Dify app. It can run the app and read its inputs, so it shows itself nowhere: printing, dumping and
/// interpolating give a placeholder.
package struct APIKey: Hashable, Sendable {
    private let text: String
    /// In lower case.
    private let bytes: [UInt8]
    private let pieces: Pieces?

    /// Nil unless `text` can stand in a header: visible ASCII without spaces, at least one character.
    /// Space around it, which key files often end with, is dropped.
    package init?(_ text: String) {
        let bytes = text.utf8.drop { Self.isSpace($0) }
        let trimmed = Array(bytes.reversed().drop { Self.isSpace($0) }.reversed())
        guard !trimmed.isEmpty, trimmed.allSatisfy({ (0x21...0x7e).contains($0) }) else { return nil }
        self.text = String(decoding: trimmed, as: UTF8.self)
        self.bytes = trimmed.map(ASCII.lowercased)
        pieces = Pieces(of: self.bytes)
    }

    /// The header field that authorises a request (dify-logs-api §1.2).
    var authorizationField: HTTPField {
        HTTPField(name: "Authorization", value: "Bearer \(text)")
    }

    /// `text` with the key taken out, should a server have repeated it: in any case, and percent-encoded in any part. Of a key
    /// as Dify makes them, pieces of eight characters or more are taken out as well: a server may cut its words.
    func redacted(from other: String) -> String {
        guard mayBeIn(other) else { return other }
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

    /// False for nearly all texts without a key, at the price of a few of their bytes.
    private func mayBeIn(_ text: String) -> Bool {
        guard text.utf8.count >= min(bytes.count, Pieces.least) else { return false }
        let found = text.utf8.withContiguousStorageIfAvailable { text in
            if let pieces { return pieces.mayBeIn(text) }
            // Most places are not the beginning of a key, plain or percent-encoded.
            return text.indices.dropLast(bytes.count - 1).contains { start in
                let byte = ASCII.lowercased(text[start])
                return (byte == bytes[0] || byte == UInt8(ascii: "%")) && end(in: text, at: start) != nil
            }
        }
        return found ?? true
    }

    /// Where the key, or a piece of it, that begins at `start` ends; nil where none begins.
    private func end(in text: UnsafeBufferPointer<UInt8>, at start: Int) -> Int? {
        let whole = Self.stretch(of: bytes[...], in: text, at: start)
        return whole.count == bytes.count ? whole.end : pieces?.end(in: text, at: start)
    }

    /// How many characters of `wanted` stand at `start`, each as itself or percent-encoded, and where they end.
    private static func stretch(
        of wanted: ArraySlice<UInt8>, in text: UnsafeBufferPointer<UInt8>, at start: Int
    ) -> (count: Int, end: Int) {
        var place = start
        for (count, byte) in wanted.enumerated() {
            guard place < text.count else { return (count, place) }
            if ASCII.lowercased(text[place]) == byte {
                place += 1
            } else if text[place] == UInt8(ascii: "%"), place + 2 < text.count,
                let high = ASCII.hexValue(text[place + 1]), let low = ASCII.hexValue(text[place + 2]),
                ASCII.lowercased(high << 4 | low) == byte
            {
                place += 3
            } else {
                return (count, place)
            }
        }
        return (wanted.count, place)
    }

    /// The random part of a key: `app-` and 24 letters and digits, as Dify makes them (dify-logs-api §1.2). A key that somebody
    /// chose may have words in common with any text, and has no pieces.
    private struct Pieces: Hashable {
        private let random: ArraySlice<UInt8>
        /// Which three characters follow each other in it, as a set of bits by their hashes.
        private var triples = [UInt64](repeating: 0, count: 16)

        /// Shorter ones say too little of the key, and may stand in a text by chance.
        static let least = 8

        init?(of key: [UInt8]) {
            random = key.dropFirst(4)
            guard key.starts(with: "app-".utf8), random.count >= 16, random.allSatisfy(ASCII.isAlphanumeric) else {
                return nil
            }
            for first in random.indices.dropLast(2) {
                let bit = Self.bit(random[first], random[first + 1], random[first + 2])
                triples[bit / 64] |= 1 << UInt64(bit % 64)
            }
        }

        /// Any piece has three characters in a row at one of the places that are looked at. What is percent-encoded is not
        /// looked through.
        func mayBeIn(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
            for first in stride(from: 0, to: text.count - 2, by: Self.least - 2) {
                let bit = Self.bit(
                    ASCII.lowercased(text[first]), ASCII.lowercased(text[first + 1]), ASCII.lowercased(text[first + 2]))
                if triples[bit / 64] & 1 << UInt64(bit % 64) != 0 { return true }
            }
            return text.contains(UInt8(ascii: "%"))
        }

        /// Where the longest piece that begins at `start` ends; nil where none begins.
        func end(in text: UnsafeBufferPointer<UInt8>, at start: Int) -> Int? {
            random.indices.dropLast(Self.least - 1).lazy
                .map { APIKey.stretch(of: random[$0...], in: text, at: start) }
                .filter { $0.count >= Self.least }.map(\.end).max()
        }

        private static func bit(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Int {
            (Int(first) &* 961 &+ Int(second) &* 31 &+ Int(third)) & 1023
        }
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
