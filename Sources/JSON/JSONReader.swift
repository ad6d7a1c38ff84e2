/// Reads one JSON text (RFC 8259) from bytes, value by value, and refuses everything that is not JSON: also in
/// the values that its caller skips.
///
/// The caller pulls: it enters an object or array, asks for each key or element, and reads or skips each value.
/// Every method throws `JSONError` with the offset at which the text stopped making sense.
package struct JSONReader {
    /// What is accepted beyond RFC 8259.
    package enum Dialect: Sendable {
        case strict
        /// `//` and `/* */` comments and one trailing comma, as editors accept them in configuration files.
        case withComments
    }

    package struct Limits: Sendable {
        /// The longest text, in bytes.
        package var bytes: Int
        /// How deep arrays and objects may be nested: `deepest` at most.
        package let depth: Int

        static let deepest = UInt128.bitWidth

        package init(bytes: Int = 64 << 20, depth: Int = Limits.deepest) {
            precondition(depth <= Self.deepest, "values may not be nested so deep")
            self.bytes = bytes
            self.depth = depth
        }
    }

    package enum Kind: Sendable {
        case object, array, string, number, bool, null
    }

    /// Every double can be written in less.
    static let longestNumber = 2048

    package let bytes: [UInt8]
    /// Bytes read so far.
    package internal(set) var offset = 0
    private let dialect: Dialect
    private let limits: Limits
    /// How many objects and arrays the reader stands in.
    private var depth = 0
    /// Whether nothing of the innermost one has been read.
    var isAtStart = false

    /// Starts at the first byte. Throws `tooLong` for a text beyond `limits.bytes`.
    package init(_ bytes: [UInt8], dialect: Dialect = .strict, limits: Limits = Limits()) throws(JSONError) {
        guard bytes.count <= limits.bytes else {
            throw JSONError(offset: limits.bytes, problem: .tooLong(limit: limits.bytes))
        }
        self.bytes = bytes
        self.dialect = dialect
        self.limits = limits
    }

    // MARK: Values

    /// What the next value is, without reading it. Its first byte is at `offset` afterwards.
    package mutating func peek() throws(JSONError) -> Kind {
        try skipSpace()
        switch try currentByte() {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        default: throw unexpected("a value")
        }
    }

    package mutating func readNull() throws(JSONError) {
        try expect("null")
    }

    /// Reads `null` and returns true, or leaves another value where it is and returns false.
    package mutating func readNullIfPresent() throws(JSONError) -> Bool {
        guard try peek() == .null else { return false }
        try readNull()
        return true
    }

    package mutating func readBool() throws(JSONError) -> Bool {
        try skipSpace()
        if try currentByte() == UInt8(ascii: "t") {
            try expect("true")
            return true
        }
        try expect("false")
        return false
    }

    /// Reads a string and keeps its first `limit` bytes of UTF-8 or a little less: no scalar is cut. What is not kept takes no
    /// memory.
    package mutating func readString(limit: Int = .max) throws(JSONError) -> String {
        try skipSpace()
        return try scanString(limit: limit)
    }

    /// Throws for a number of more than `longestNumber` bytes as well.
    package mutating func readNumber() throws(JSONError) -> JSONNumber {
        try skipSpace()
        let start = offset
        let range = try scanNumber()
        guard range.count <= Self.longestNumber else { throw JSONError(offset: start, problem: .invalidNumber) }
        return JSONNumber(text: String(decoding: bytes[range], as: UTF8.self))
    }

    /// Reads past the next value, checking all of it.
    package mutating func skipValue() throws(JSONError) {
        let outerDepth = depth
        // Of each object and array within the value a bit, the innermost lowest: 1 for an object.
        var kinds: UInt128 = 0
        repeat {
            if depth > outerDepth {
                guard try kinds & 1 == 1 ? skipKey() : nextElement() else {
                    kinds >>= 1
                    continue
                }
            }
            switch try peek() {
            case .object:
                try enterObject()
                kinds = kinds << 1 | 1
            case .array:
                try enterArray()
                kinds <<= 1
            case .string: try skipString()
            case .number: _ = try scanNumber()
            case .bool: _ = try readBool()
            case .null: try readNull()
            }
        } while depth > outerDepth
    }

    // MARK: Containers

    package mutating func enterObject() throws(JSONError) {
        try enter(UInt8(ascii: "{"), "an object")
    }

    package mutating func enterArray() throws(JSONError) {
        try enter(UInt8(ascii: "["), "an array")
    }

    /// The next key of the innermost object, or nil at its end, which leaves it. Of a longer key the first `limit` bytes.
    package mutating func nextKey(limit: Int = .max) throws(JSONError) -> String? {
        try nextKeyWithOffset(limit: limit)?.key
    }

    /// The next key with the offset of its opening quote.
    mutating func nextKeyWithOffset(limit: Int = .max) throws(JSONError) -> (key: String, offset: Int)? {
        guard try advanceToKey() else { return nil }
        let start = offset
        let key = try scanString(limit: limit)
        try takeColon()
        return (key, start)
    }

    /// Whether the innermost array has another element; false leaves the array.
    package mutating func nextElement() throws(JSONError) -> Bool {
        try advance(to: UInt8(ascii: "]"))
    }

    /// Makes sure that nothing follows the value.
    package mutating func finish() throws(JSONError) {
        try skipSpace()
        guard offset == bytes.count else { throw JSONError(offset: offset, problem: .trailingBytes) }
    }

    /// An error at the current place for a value that is JSON but not what its reader needs.
    package func mismatch(_ message: String) -> JSONError {
        JSONError(offset: offset, problem: .mismatch(message))
    }

    private mutating func enter(_ mark: UInt8, _ name: String) throws(JSONError) {
        try skipSpace()
        guard try currentByte() == mark else { throw unexpected(name) }
        guard depth < limits.depth else { throw JSONError(offset: offset, problem: .tooDeep(limit: limits.depth)) }
        offset += 1
        depth += 1
        isAtStart = true
    }

    /// Steps over the comma before the next key or element, or over the end mark.
    private mutating func advance(to end: UInt8) throws(JSONError) -> Bool {
        try skipSpace()
        let isFirst = isAtStart
        isAtStart = false
        if try currentByte() == end { return leave() }
        if isFirst { return true }
        guard bytes[offset] == UInt8(ascii: ",") else {
            throw unexpected("',' or '\(Character(UnicodeScalar(end)))'")
        }
        offset += 1
        try skipSpace()
        if dialect == .withComments, try currentByte() == end { return leave() }
        return true
    }

    private mutating func leave() -> Bool {
        offset += 1
        depth -= 1
        return false
    }

    /// Steps to the quote of the next key; false at the object's end, which is left.
    mutating func advanceToKey() throws(JSONError) -> Bool {
        guard try advance(to: UInt8(ascii: "}")) else { return false }
        guard try currentByte() == UInt8(ascii: "\"") else { throw unexpected("a key in double quotes") }
        return true
    }

    private mutating func skipKey() throws(JSONError) -> Bool {
        guard try advanceToKey() else { return false }
        try skipString()
        try takeColon()
        return true
    }

    mutating func takeColon() throws(JSONError) {
        try skipSpace()
        guard try currentByte() == UInt8(ascii: ":") else { throw unexpected("':'") }
        offset += 1
    }

    // MARK: Bytes

    @inline(__always)
    func currentByte() throws(JSONError) -> UInt8 {
        guard offset < bytes.count else { throw JSONError(offset: offset, problem: .unexpectedEnd) }
        return bytes[offset]
    }

    func unexpected(_ expected: String) -> JSONError {
        guard offset < bytes.count else { return JSONError(offset: offset, problem: .unexpectedEnd) }
        return JSONError(offset: offset, problem: .unexpected(byte: bytes[offset], expected: expected))
    }

    private mutating func expect(_ word: StaticString) throws(JSONError) {
        try skipSpace()
        for index in 0..<word.utf8CodeUnitCount {
            guard try currentByte() == word.utf8Start[index] else { throw unexpected("\(word)") }
            offset += 1
        }
    }

    @inline(__always)
    mutating func skipSpace() throws(JSONError) {
        // Mostly there is none.
        guard offset < bytes.count, bytes[offset] <= UInt8(ascii: " ") || bytes[offset] == UInt8(ascii: "/") else {
            return
        }
        try skipSpaceAndComments()
    }

    private mutating func skipSpaceAndComments() throws(JSONError) {
        while offset < bytes.count {
            switch bytes[offset] {
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): offset += 1
            case UInt8(ascii: "/") where dialect == .withComments: try skipComment()
            default: return
            }
        }
    }

    private mutating func skipComment() throws(JSONError) {
        let start = offset
        offset += 1
        switch try currentByte() {
        case UInt8(ascii: "/"):
            while offset < bytes.count, bytes[offset] != UInt8(ascii: "\n") { offset += 1 }
        case UInt8(ascii: "*"):
            offset += 1
            while !bytes[offset...].starts(with: "*/".utf8) {
                guard offset < bytes.count else {
                    throw JSONError(offset: start, problem: .mismatch("this comment has no end"))
                }
                offset += 1
            }
            offset += 2
        default:
            throw unexpected("'//' or '/*'")
        }
    }
}
