import JSON

/// Reads an answer's JSON as values within bounds: texts are cut and never hold the key, numbers are clamped. What was out of
/// bounds is noted, and errors say which member they are about.
struct AnswerReader {
    private var json: JSONReader
    private let key: APIKey?
    /// What was odd since this was last taken.
    private var odd: [(field: OddValue.Field, value: String)] = []

    /// `key` is taken out of all texts, should the server repeat it.
    init(_ body: [UInt8], key: APIKey?) throws(JSONError) {
        json = try JSONReader(body)
        self.key = key
    }

    // MARK: Structure

    mutating func enterObject() throws(JSONError) { try json.enterObject() }

    mutating func enterArray() throws(JSONError) { try json.enterArray() }

    /// The next member that is one of `keys`; others are checked and skipped. Nil at the object's end.
    mutating func nextKey<Key>(_ keys: AnswerKeys<Key>) throws(JSONError) -> Key? {
        while let key = try json.nextKey(among: keys.words) {
            if case .known(let place) = key { return keys.all[place] }
            try json.skipValue()
        }
        return nil
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
        if let integer = try readShortInteger(in: .min...Int64.max) { return integer }
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
        if try readNullIfPresent() { return nil }
        if let integer = try readShortInteger(in: range) { return integer }
        let number = try readNumber(name)
        if let integer = number.int64, range.contains(integer) { return integer }
        note(field, number.text)
        return number.clamped(to: range)
    }

    /// A number clamped to `range`, whatever its exponent.
    mutating func readOptionalSpan(
        _ name: String, _ field: OddValue.Field, in range: ClosedRange<Double>
    ) throws(JSONError) -> Double? {
        if try readNullIfPresent() { return nil }
        if let short = json.shortNumber(), range.contains(short.double) {
            json.take(short)
            return short.double
        }
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
        if let second = try readShortInteger(in: range.lowerBound...range.upperBound - 1) { return .second(second) }
        let number = try readNumber(name)
        guard let second = number.int64, range.contains(second) else { return .implausible(number.text) }
        return .second(second)
    }

    /// Unix seconds within `range`; nil for null, and for a number beyond it, which is noted.
    mutating func readOptionalSecond(_ name: String, in range: Range<Int64>) throws(JSONError) -> Int64? {
        if try readNullIfPresent() { return nil }
        switch try readTimestamp(name, in: range) {
        case .second(let second): return second
        case .implausible(let text):
            note(.time, text)
            return nil
        }
    }

    /// A whole number of few digits; leaves any other value, and one beyond `range`, where it is.
    private mutating func readShortInteger(in range: ClosedRange<Int64>) throws(JSONError) -> Int64? {
        guard try json.peek() == .number, let short = json.shortNumber(), let integer = short.int64,
            range.contains(integer)
        else { return nil }
        json.take(short)
        return integer
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
    mutating func takeOddValues(of logID: String? = nil) -> [OddValue] {
        defer { odd = [] }
        return odd.map { OddValue($0.field, $0.value, logID: logID) }
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
