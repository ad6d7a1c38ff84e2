extension JSONReader {
    /// Reads the string whose opening quote is the current byte, and keeps its first `limit` bytes of UTF-8 or a little less:
    /// no scalar is cut. The rest is checked and takes no memory.
    mutating func scanString(limit: Int) throws(JSONError) -> String {
        try openQuote()
        let start = offset
        try skipPlainBytes()
        if bytes[offset] == UInt8(ascii: "\"") {
            defer { offset += 1 }
            return String(decoding: wholeScalars(from: start, limit: limit), as: UTF8.self)
        }
        var decoded = Array(wholeScalars(from: start, limit: limit))
        var isFull = decoded.count < offset - start
        while bytes[offset] != UInt8(ascii: "\"") {
            let escaped = String(Character(try scanEscape())).utf8
            isFull = isFull || decoded.count + escaped.count > limit
            if !isFull { decoded.append(contentsOf: escaped) }
            let plainStart = offset
            try skipPlainBytes()
            guard !isFull else { continue }
            let plain = wholeScalars(from: plainStart, limit: limit - decoded.count)
            decoded.append(contentsOf: plain)
            isFull = plain.count < offset - plainStart
        }
        offset += 1
        return String(decoding: decoded, as: UTF8.self)
    }

    /// The bytes from `start` up to the current one, or as many of them as fit and end with a scalar.
    private func wholeScalars(from start: Int, limit: Int) -> ArraySlice<UInt8> {
        guard offset - start > limit else { return bytes[start..<offset] }
        var end = start + limit
        while end > start, bytes[end] & 0xc0 == 0x80 { end -= 1 }
        return bytes[start..<end]
    }

    /// Reads past the string whose opening quote is the current byte, as strictly as `scanString`.
    mutating func skipString() throws(JSONError) {
        try openQuote()
        try skipPlainBytes()
        while bytes[offset] != UInt8(ascii: "\"") {
            _ = try scanEscape()
            try skipPlainBytes()
        }
        offset += 1
    }

    /// Reads past a string or null, as strictly as where it is kept; leaves any other value where it is, and gives false.
    package mutating func skipStringOrNull() throws(JSONError) -> Bool {
        try skipSpace()
        let end = bytes.withUnsafeBytes { Self.endOfPlainBytes(in: $0, from: offset + 1) }
        if end < bytes.count, bytes[offset] == UInt8(ascii: "\""), bytes[end] == UInt8(ascii: "\"") {
            offset = end + 1
            return true
        }
        switch try peek() {
        case .string: try skipString()
        case .null: try readNull()
        default: return false
        }
        return true
    }

    private mutating func openQuote() throws(JSONError) {
        guard try currentByte() == UInt8(ascii: "\"") else { throw unexpected("a string in double quotes") }
        offset += 1
    }

    /// Steps to the next quote or backslash; throws when the text ends before one, or holds what a string must not.
    private mutating func skipPlainBytes() throws(JSONError) {
        while true {
            offset = bytes.withUnsafeBytes { Self.endOfPlainBytes(in: $0, from: offset) }
            switch try currentByte() {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): return
            case 0x80...: try skipMultibyteScalar()
            default: throw JSONError(offset: offset, problem: .controlCharacter)
            }
        }
    }

    /// The first place from `start` on that needs a closer look: a quote, a backslash, a control character, a byte beyond ASCII,
    /// or the end.
    static func endOfPlainBytes(in text: UnsafeRawBufferPointer, from start: Int) -> Int {
        var place = start
        while place + 8 <= text.count {
            let marks = marks(of: UInt64(littleEndian: text.loadUnaligned(fromByteOffset: place, as: UInt64.self)))
            guard marks == 0 else { return place + marks.trailingZeroBitCount / 8 }
            place += 8
        }
        while place < text.count, isPlain(text[place]) { place += 1 }
        return place
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x20..<0x80).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    /// Eight bytes at once: the highest bit of each byte that is not plain. Above the lowest such byte a borrow may mark others
    /// that are, so only the lowest mark tells.
    private static func marks(of bytes: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highest: UInt64 = ones << 7
        let quotes = bytes ^ (ones &* UInt64(UInt8(ascii: "\"")))
        let backslashes = bytes ^ (ones &* UInt64(UInt8(ascii: "\\")))
        let controls = (bytes &- ones &* 0x20) & ~bytes
        return (((quotes &- ones) & ~quotes) | ((backslashes &- ones) & ~backslashes) | controls | bytes) & highest
    }

    /// Steps over one scalar of two to four bytes, by the table of well-formed sequences (Unicode 16, table 3-7).
    private mutating func skipMultibyteScalar() throws(JSONError) {
        let (count, second): (Int, ClosedRange<UInt8>) =
            switch bytes[offset] {
            case 0xc2...0xdf: (2, 0x80...0xbf)
            case 0xe0: (3, 0xa0...0xbf)
            case 0xed: (3, 0x80...0x9f)
            case 0xe1...0xef: (3, 0x80...0xbf)
            case 0xf0: (4, 0x90...0xbf)
            case 0xf1...0xf3: (4, 0x80...0xbf)
            case 0xf4: (4, 0x80...0x8f)
            default: throw JSONError(offset: offset, problem: .invalidUTF8)
            }
        guard offset + count <= bytes.count, second.contains(bytes[offset + 1]),
            bytes[(offset + 2)..<max(offset + 2, offset + count)].allSatisfy({ $0 & 0xc0 == 0x80 })
        else { throw JSONError(offset: offset, problem: .invalidUTF8) }
        offset += count
    }

    /// Reads the escape whose backslash is the current byte, both halves of a surrogate pair at once.
    private mutating func scanEscape() throws(JSONError) -> Unicode.Scalar {
        let start = offset
        offset += 1
        let mark = try currentByte()
        offset += 1
        switch mark {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(mark)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): break
        default: throw JSONError(offset: start, problem: .invalidEscape)
        }
        let unit = try scanHexUnit(escapeStart: start)
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard unit < 0xdc00, offset + 1 < bytes.count, bytes[offset] == UInt8(ascii: "\\"),
            bytes[offset + 1] == UInt8(ascii: "u")
        else { throw JSONError(offset: start, problem: .unpairedSurrogate) }
        offset += 2
        let low = try scanHexUnit(escapeStart: start)
        guard (0xdc00...0xdfff).contains(low),
            let scalar = Unicode.Scalar(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00))
        else { throw JSONError(offset: start, problem: .unpairedSurrogate) }
        return scalar
    }

    private mutating func scanHexUnit(escapeStart: Int) throws(JSONError) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            let digit = try currentByte()
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): unit = unit << 4 | UInt32(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): unit = unit << 4 | UInt32(digit - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): unit = unit << 4 | UInt32(digit - UInt8(ascii: "A") + 10)
            default: throw JSONError(offset: escapeStart, problem: .invalidEscape)
            }
            offset += 1
        }
        return unit
    }
}
