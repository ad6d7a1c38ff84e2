import Bytes
import JSON

/// Reads an answer's JSON as values within bounds: texts are cut and never hold the key, numbers are clamped. What was out of
/// bounds is noted, and errors say which member they are about.
struct AnswerReader {
    private var json: JSONReader
    private let key: APIKey?
    let detail: LogPage.Detail
    /// What was odd since this was last taken.
    private var odd: [(field: OddValue.Field, value: String)] = []

    /// `key` is taken out of all texts, should the server repeat it.
    init(_ body: [UInt8], key: APIKey?, detail: LogPage.Detail = .whole) throws(JSONError) {
        json = try JSONReader(body)
        self.key = key
        self.detail = detail
    }

    /// Bytes of the whole answer.
    var length: Int { json.bytes.count }

    // MARK: Structure

    mutating func enterObject() throws(JSONError) { try json.enterObject() }

    mutating func enterArray() throws(JSONError) { try json.enterArray() }

    /// The next member that is one of `keys`; others are checked and skipped. Nil at the object's end. `last` is the place among
    /// the keys of the one before, -1 at first: servers mostly write members in one order.
    @inline(__always)
    mutating func nextKey<Key>(_ keys: AnswerKeys<Key>, after last: inout Int) throws(JSONError) -> Key? {
        while let key = try json.nextKey(among: keys.words, probably: last + 1) {
            if case .known(let place) = key {
                last = place
                return keys.all[place]
            }
            try json.skipValue()
        }
        return nil
    }

    mutating func nextKey<Key>(_ keys: AnswerKeys<Key>) throws(JSONError) -> Key? {
        var last = -1
        return try nextKey(keys, after: &last)
    }

    mutating func nextElement() throws(JSONError) -> Bool { try json.nextElement() }

    mutating func skipValue() throws(JSONError) { try json.skipValue() }

    mutating func readNullIfPresent() throws(JSONError) -> Bool { try json.readNullIfPresent() }

    mutating func finish() throws(JSONError) { try json.finish() }

    func mismatch(_ message: String) -> JSONError { json.mismatch(message) }

    /// An error at the current place for an array with more than `limit` elements.
    func tooMany(limit: Int) -> JSONError { JSONError(offset: json.offset, problem: .tooMany(limit: limit)) }

    // MARK: Texts

    mutating func readText(_ name: String, limit: Int = TextLimit.word) throws(JSONError) -> String {
        guard try json.peek() == .string else { throw json.mismatch("\(name) is not a string") }
        guard let key else { return try json.readString(limit: limit) }
        // The key is taken out before the text is cut, so that no part of it is left at the end.
        let text = key.redacted(from: try json.readString(limit: limit + key.longestEcho))
        return text.cut(toBytes: limit)
    }

    mutating func readOptionalText(_ name: String, limit: Int = TextLimit.word) throws(JSONError) -> String? {
        try readNullIfPresent() ? nil : readText(name, limit: limit)
    }

    /// A text that only who asks for whole rows sees; nil, as for null, where only what is counted is wanted.
    mutating func readDetail(_ name: String, limit: Int = TextLimit.word) throws(JSONError) -> String? {
        guard detail == .counted else { return try readOptionalText(name, limit: limit) }
        guard try json.skipStringOrNull() else { throw json.mismatch("\(name) is not a string") }
        return nil
    }

    mutating func readID(_ name: String) throws(JSONError) -> WrittenID {
        if let id = try readUUID() { return id }
        return WrittenID(try readText(name))
    }

    /// Leaves anything else where it is, and a UUID that may hold a part of the key as well.
    private mutating func readUUID() throws(JSONError) -> WrittenID? {
        guard let (uuid, start) = try json.uuid(), !mayHoldKey(at: start) else { return nil }
        json.takeUUID()
        return .uuid(uuid)
    }

    mutating func readOptionalID(_ name: String) throws(JSONError) -> WrittenID? {
        if let id = try readUUID() { return id }
        return try readNullIfPresent() ? nil : readID(name)
    }

    /// Whether a part of the key may be in the UUID whose text begins at `start`.
    private func mayHoldKey(at start: Int) -> Bool {
        guard let key else { return false }
        return json.bytes.withUnsafeBytes { bytes in
            key.mayBeIn(UnsafeRawBufferPointer(rebasing: bytes[start..<(start + CanonicalUUID.length)]))
        }
    }

    /// A text; nil for a value of another kind, which is skipped.
    mutating func readTextIfPresent(_ name: String, limit: Int = TextLimit.word) throws(JSONError) -> String? {
        guard try json.peek() == .string else {
            try skipValue()
            return nil
        }
        return try readText(name, limit: limit)
    }

    /// One of the words that a contract lists; null, nothing and other words are taken as they are, and other words noted.
    mutating func readOptionalWord(
        _ name: String, _ field: OddValue.Field, known: KnownWords
    ) throws(JSONError) -> String? {
        if let place = try json.readString(among: known.words) { return known.all[place] }
        let word = try readOptionalText(name)
        if let word, !word.isEmpty, !known.contains(word) { note(field, word) }
        return word
    }

    // MARK: Numbers

    mutating func readFlag(_ name: String) throws(JSONError) -> Bool {
        guard try json.peek() == .bool else { throw json.mismatch("\(name) is not true or false") }
        return try json.readBool()
    }

    mutating func readInteger(_ name: String) throws(JSONError) -> Int64 {
        if let integer = try json.readShortInteger(in: .min...Int64.max) { return integer }
        let start = json
        guard let integer = try readNumber(name).int64 else {
            throw start.mismatch("\(name) is not a whole number of 64 bits")
        }
        return integer
    }

    /// A whole number clamped to `range`. A fraction is cut off.
    mutating func readOptionalCount(
        _ name: String, _ field: OddValue.Field, in range: ClosedRange<Int64>
    ) throws(JSONError) -> Int64? {
        if let integer = try json.readShortInteger(in: range) { return integer }
        if try readNullIfPresent() { return nil }
        let number = try readNumber(name)
        if let integer = number.int64, range.contains(integer) { return integer }
        note(field, number.text)
        return number.clamped(to: range)
    }

    /// A number clamped to `range`, whatever its exponent.
    mutating func readOptionalSpan(
        _ name: String, _ field: OddValue.Field, in range: ClosedRange<Double>
    ) throws(JSONError) -> Double? {
        if let short = try json.readShortNumber(in: range) { return short }
        if try readNullIfPresent() { return nil }
        let number = try readNumber(name)
        if range.contains(number.double) { return number.double }
        note(field, number.text)
        return number.double < range.lowerBound ? range.lowerBound : range.upperBound
    }

    /// A number of Unix seconds.
    enum Timestamp {
        case second(Int64)
        /// As it was written.
        case implausible(String)
    }

    mutating func readTimestamp(_ name: String, in range: Range<Int64>) throws(JSONError) -> Timestamp {
        if let second = try readShortSecond(in: range) { return .second(second) }
        let number = try readNumber(name)
        guard let second = number.int64, range.contains(second) else { return .implausible(number.text) }
        return .second(second)
    }

    private mutating func readShortSecond(in range: Range<Int64>) throws(JSONError) -> Int64? {
        try json.readShortInteger(in: range.lowerBound...range.upperBound - 1)
    }

    /// Unix seconds within `range`; nil for null, and for a number beyond it, which is noted.
    mutating func readOptionalSecond(_ name: String, in range: Range<Int64>) throws(JSONError) -> Int64? {
        if let second = try readShortSecond(in: range) { return second }
        if try readNullIfPresent() { return nil }
        switch try readTimestamp(name, in: range) {
        case .second(let second): return second
        case .implausible(let text):
            note(.time, text)
            return nil
        }
    }

    private mutating func readNumber(_ name: String) throws(JSONError) -> JSONNumber {
        guard try json.peek() == .number else { throw json.mismatch("\(name) is not a number") }
        return try json.readNumber()
    }

    // MARK: Oddities

    private mutating func note(_ field: OddValue.Field, _ value: String) {
        odd.append((field, value))
    }

    /// What was odd since this was last called, as values of a log or, without one, of the app.
    mutating func takeOddValues(of logID: WrittenID? = nil) -> [OddValue] {
        guard !odd.isEmpty else { return [] }
        defer { odd = [] }
        return odd.map { OddValue($0.field, $0.value, logID: logID?.text) }
    }
}

/// The members that a reader wants of an object, each once.
struct AnswerKeys<Key: RawRepresentable<String> & CaseIterable & Sendable>: Sendable {
    fileprivate let all: [Key]
    fileprivate let words: JSONWords

    init() {
        all = Array(Key.allCases)
        words = JSONWords(all.map(\.rawValue))
    }
}

/// Words that a contract lists.
package struct KnownWords: Sendable, ExpressibleByArrayLiteral {
    fileprivate let all: [String]
    fileprivate let words: JSONWords

    package init(arrayLiteral elements: String...) {
        self.init(elements)
    }

    init(_ all: [String]) {
        self.all = all
        words = JSONWords(all)
    }

    package func contains(_ word: String) -> Bool { all.contains(word) }
}

extension JSONNumber {
    /// The nearest whole number of `range` towards zero.
    fileprivate func clamped(to range: ClosedRange<Int64>) -> Int64 {
        if let integer = int64 { return min(max(integer, range.lowerBound), range.upperBound) }
        if double <= Double(range.lowerBound) { return range.lowerBound }
        return double >= Double(range.upperBound) ? range.upperBound : Int64(double)
    }
}

extension String {
    /// The text's first `limit` bytes of UTF-8 or a little less: no scalar is cut.
    func cut(toBytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var kept = String.UnicodeScalarView()
        var count = 0
        for scalar in unicodeScalars {
            count += UTF8.width(scalar)
            guard count <= limit else { break }
            kept.append(scalar)
        }
        return String(kept)
    }
}

extension JSONError {
    /// The same error with the place in the document put before what is wrong.
    func inside(_ place: String) -> JSONError {
        JSONError(offset: offset, problem: .mismatch("\(place): \(problem)"))
    }
}
