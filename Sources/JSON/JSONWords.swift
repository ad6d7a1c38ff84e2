/// Words that a reader knows: keys of an object, or what a contract lists as values. They are told apart by their bytes, so that
/// reading one makes no string.
package struct JSONWords: Sendable {
    private let words: [PackedWord]

    /// Traps for a word of more than `PackedWord.longest` bytes.
    package init(_ words: [String]) {
        self.words = words.map { word in
            let packed = Array(word.utf8).withUnsafeBytes { PackedWord($0, from: 0, count: $0.count) }
            guard let packed else { preconditionFailure("\(word) is too long") }
            return packed
        }
    }

    /// Where the value of the word of that place begins, if the word is the next key of an object that was read up to `start`, with
    /// no more space around it than servers write.
    @inline(__always)
    fileprivate func value(ofKey place: Int, in bytes: [UInt8], at start: Int, isFirst: Bool) -> Int? {
        guard words.indices.contains(place), start + PackedWord.longest + 6 <= bytes.count else { return nil }
        let word = words[place]
        return bytes.withUnsafeBytes { text -> Int? in
            var next = start
            if !isFirst {
                guard text[next] == UInt8(ascii: ",") else { return nil }
                next += text[next + 1] == UInt8(ascii: " ") ? 2 : 1
            }
            let end = next + 1 + word.count
            guard text[next] == UInt8(ascii: "\""), word.stands(in: text, at: next + 1),
                text[end] == UInt8(ascii: "\""),
                text[end + 1] == UInt8(ascii: ":")
            else { return nil }
            return text[end + 2] == UInt8(ascii: " ") ? end + 3 : end + 2
        }
    }

    /// The place among the words of the one that these bytes are; nil for any other.
    func index(of bytes: UnsafeRawBufferPointer, from start: Int, count: Int) -> Int? {
        guard let word = PackedWord(bytes, from: start, count: count) else { return nil }
        return words.firstIndex(of: word)
    }
}

/// The bytes of a short word in three numbers, so that they are compared at once.
struct PackedWord: Equatable, Sendable {
    static let longest = 24

    let count: Int
    private let parts: (UInt64, UInt64, UInt64)

    /// Nil for more bytes than `longest`.
    init?(_ bytes: UnsafeRawBufferPointer, from start: Int, count: Int) {
        guard count <= Self.longest else { return nil }
        self.count = count
        if start + Self.longest <= bytes.count {
            parts = (
                Self.load(bytes, start, count), Self.load(bytes, start + 8, count - 8),
                Self.load(bytes, start + 16, count - 16)
            )
        } else {
            var parts: (UInt64, UInt64, UInt64) = (0, 0, 0)
            for place in 0..<count {
                let bits = UInt64(bytes[start + place]) << UInt64(8 * (place % 8))
                switch place / 8 {
                case 0: parts.0 |= bits
                case 1: parts.1 |= bits
                default: parts.2 |= bits
                }
            }
            self.parts = parts
        }
    }

    /// Whether the text has these bytes at `start`, with `longest` bytes or more from there on.
    @inline(__always)
    func stands(in bytes: UnsafeRawBufferPointer, at start: Int) -> Bool {
        parts.0 == Self.load(bytes, start, count)
            && (count <= 8
                || parts.1 == Self.load(bytes, start + 8, count - 8)
                    && parts.2 == Self.load(bytes, start + 16, count - 16))
    }

    static func == (left: PackedWord, right: PackedWord) -> Bool {
        left.parts.0 == right.parts.0 && left.count == right.count && left.parts.1 == right.parts.1
            && left.parts.2 == right.parts.2
    }

    /// Up to eight bytes, the first lowest; none where `count` is not above 0.
    private static func load(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ count: Int) -> UInt64 {
        guard count > 0 else { return 0 }
        let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self))
        return count >= 8 ? word : word & (1 << UInt64(8 * count) - 1)
    }
}

extension JSONReader {
    /// A key as a reader of known words sees it.
    package enum Key: Equatable, Sendable {
        /// By its place among the words.
        case known(Int)
        case unknown
    }

    /// The next key of the innermost object, or nil at its end, which leaves it. `guess` is the place among the words of the one
    /// that is probably next, which is found soonest; any number will do.
    package mutating func nextKey(among words: JSONWords, probably guess: Int = -1) throws(JSONError) -> Key? {
        if let value = words.value(ofKey: guess, in: bytes, at: offset, isFirst: isAtStart) {
            offset = value
            isAtStart = false
            return .known(guess)
        }
        guard try advanceToKey() else { return nil }
        if let word = knownWord(among: words) {
            offset = word.end
            try takeColon()
            return .known(word.index)
        }
        let start = offset
        try skipString()
        let hasEscapes = bytes[start..<offset].contains(UInt8(ascii: "\\"))
        try takeColon()
        guard hasEscapes else { return .unknown }
        // A word may be written with escapes.
        let end = offset
        offset = start
        let key = Array(try scanString(limit: PackedWord.longest + 1).utf8)
        offset = end
        let index = key.withUnsafeBytes { words.index(of: $0, from: 0, count: $0.count) }
        return index.map(Key.known) ?? .unknown
    }

    /// Reads a string that is one of the words, and gives its place among them. Leaves any other value where it is, one that has
    /// escapes as well, and gives nil.
    package mutating func readString(among words: JSONWords) throws(JSONError) -> Int? {
        try skipSpace()
        guard offset < bytes.count, bytes[offset] == UInt8(ascii: "\""), let word = knownWord(among: words) else {
            return nil
        }
        offset = word.end
        return word.index
    }

    /// The word that begins with the quote at `offset`, and where it ends; nil where none of the words stands there.
    private func knownWord(among words: JSONWords) -> (index: Int, end: Int)? {
        let start = offset + 1
        return bytes.withUnsafeBytes { text -> (index: Int, end: Int)? in
            let end = Self.endOfPlainBytes(in: text, from: start)
            guard end < text.count, text[end] == UInt8(ascii: "\""),
                let index = words.index(of: text, from: start, count: end - start)
            else { return nil }
            return (index, end + 1)
        }
    }
}
