import Bytes

/// The key of one Dify app. It can run the app and read its inputs, so it shows itself nowhere: printing, dumping and
/// interpolating give a placeholder.
package struct APIKey: Sendable {
    private let secret: Secret

    private final class Secret: Sendable {
        let text: String
        /// In lower case.
        let bytes: [UInt8]
        let pieces: Pieces?

        init(_ text: String, bytes: [UInt8]) {
            (self.text, self.bytes) = (text, bytes)
            pieces = Pieces(of: bytes)
        }
    }

    private var text: String { secret.text }
    private var bytes: [UInt8] { secret.bytes }
    private var pieces: Pieces? { secret.pieces }

    /// Nil unless `text` can stand in a header: visible ASCII without spaces, at least one character.
    /// Space around it, which key files often end with, is dropped.
    package init?(_ text: String) {
        let bytes = text.utf8.drop { Self.isSpace($0) }
        let trimmed = Array(bytes.reversed().drop { Self.isSpace($0) }.reversed())
        guard !trimmed.isEmpty, trimmed.allSatisfy({ (0x21...0x7e).contains($0) }) else { return nil }
        secret = Secret(String(decoding: trimmed, as: UTF8.self), bytes: trimmed.map(ASCII.lowercased))
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
        text.utf8.withContiguousStorageIfAvailable { mayBeIn(UnsafeRawBufferPointer($0)) } ?? true
    }

    /// The same for a text's bytes of UTF-8.
    func mayBeIn(_ text: UnsafeRawBufferPointer) -> Bool {
        guard text.count >= min(bytes.count, Pieces.least) else { return false }
        if let pieces { return pieces.mayBeIn(text) || text.contains(UInt8(ascii: "%")) }
        // Most places are not the beginning of a key, plain or percent-encoded.
        return text.indices.dropLast(bytes.count - 1).contains { start in
            let byte = ASCII.lowercased(text[start])
            return (byte == bytes[0] || byte == UInt8(ascii: "%"))
                && end(in: text.assumingMemoryBound(to: UInt8.self), at: start) != nil
        }
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
    private struct Pieces: Sendable {
        private let random: ArraySlice<UInt8>
        /// Each four characters that follow each other in it, as one number, with `caseBits` set.
        private var fours: [UInt32] = []
        /// The same as a set of bits by their hashes.
        private var hashes = [UInt64](repeating: 0, count: 64)

        /// Shorter ones say too little of the key, and may stand in a text by chance.
        static let least = 8
        /// What tells the case of four letters.
        private static let caseBits: UInt32 = 0x2020_2020

        init?(of key: [UInt8]) {
            random = key.dropFirst(4)
            guard key.starts(with: "app-".utf8), random.count >= 16, random.allSatisfy(ASCII.isAlphanumeric) else {
                return nil
            }
            fours = key.withUnsafeBytes { key in
                random.indices.dropLast(3).map {
                    key.loadUnaligned(fromByteOffset: $0, as: UInt32.self) | Self.caseBits
                }
            }
            for four in fours {
                let bit = Self.bit(four)
                hashes[bit / 64] |= 1 << UInt64(bit % 64)
            }
        }

        /// Any piece has four characters in a row at one of the places that are looked at. What is percent-encoded is not
        /// looked through.
        func mayBeIn(_ text: UnsafeRawBufferPointer) -> Bool {
            var place = 0
            while place + 4 <= text.count {
                let four = text.loadUnaligned(fromByteOffset: place, as: UInt32.self) | Self.caseBits
                let bit = Self.bit(four)
                if hashes[bit / 64] & 1 << UInt64(bit % 64) != 0, hasPiece(around: four, at: place, in: text) {
                    return true
                }
                place += Self.least - 3
            }
            return false
        }

        /// Whether these four characters are part of a piece.
        private func hasPiece(around four: UInt32, at place: Int, in text: UnsafeRawBufferPointer) -> Bool {
            fours.indices.contains { index in
                guard fours[index] == four else { return false }
                var (first, last) = (random.startIndex + index, random.startIndex + index + 3)
                let distance = place - first
                while first > random.startIndex, first + distance > 0,
                    ASCII.lowercased(text[first + distance - 1]) == random[first - 1]
                {
                    first -= 1
                }
                while last + 1 < random.endIndex, last + distance + 1 < text.count,
                    ASCII.lowercased(text[last + distance + 1]) == random[last + 1]
                {
                    last += 1
                }
                return last - first + 1 >= Self.least
            }
        }

        /// Where the longest piece that begins at `start` ends; nil where none begins.
        func end(in text: UnsafeBufferPointer<UInt8>, at start: Int) -> Int? {
            random.indices.dropLast(Self.least - 1).lazy
                .map { APIKey.stretch(of: random[$0...], in: text, at: start) }
                .filter { $0.count >= Self.least }.map(\.end).max()
        }

        private static func bit(_ four: UInt32) -> Int {
            Int((four &* 0x9e37_79b1) >> 20)
        }
    }

    private static let placeholder = "<API key>"

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0d).contains(byte)
    }
}

extension APIKey: Hashable {
    package static func == (one: APIKey, other: APIKey) -> Bool { one.text == other.text }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(text)
    }
}

extension APIKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { Self.placeholder }
    package var debugDescription: String { Self.placeholder }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
