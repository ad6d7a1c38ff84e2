extension JSONReader {
    /// Steps over the number that starts at the current byte and returns where it stood (RFC 8259 §6).
    mutating func scanNumber() throws(JSONError) -> Range<Int> {
        let start = offset
        if offset < bytes.count, bytes[offset] == UInt8(ascii: "-") { offset += 1 }
        let integerStart = offset
        try skipDigits()
        guard bytes[integerStart] != UInt8(ascii: "0") || offset == integerStart + 1 else {
            throw JSONError(offset: start, problem: .invalidNumber)
        }
        if offset < bytes.count, bytes[offset] == UInt8(ascii: ".") {
            offset += 1
            try skipDigits()
        }
        if offset < bytes.count, bytes[offset] | 0x20 == UInt8(ascii: "e") {
            offset += 1
            if offset < bytes.count, bytes[offset] == UInt8(ascii: "+") || bytes[offset] == UInt8(ascii: "-") {
                offset += 1
            }
            try skipDigits()
        }
        return start..<offset
    }

    /// Steps over one or more digits.
    private mutating func skipDigits() throws(JSONError) {
        let start = offset
        while offset < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[offset]) { offset += 1 }
        guard offset > start else { throw unexpected("a digit") }
    }
}

extension JSONReader {
    /// A number of few digits without exponent, read without making a text of it.
    struct ShortNumber: Equatable, Sendable {
        /// All digits as one number, with the sign.
        private let digits: Int64
        /// How many of them stand behind the point.
        private let decimals: Int
        fileprivate let end: Int

        /// So many digits a double holds exactly, and so does the power of ten that they are divided by.
        fileprivate static let mostDigits = 15

        fileprivate init(digits: Int64, decimals: Int, end: Int) {
            (self.digits, self.decimals, self.end) = (digits, decimals, end)
        }

        /// As `JSONNumber.int64` has it.
        var int64: Int64? {
            guard decimals > 0 else { return digits }
            let (quotient, rest) = digits.quotientAndRemainder(dividingBy: Self.powers[decimals])
            return rest == 0 ? quotient : nil
        }

        /// As `JSONNumber.double` has it: a quotient of two numbers that are exact is rounded once.
        var double: Double { decimals == 0 ? Double(digits) : Double(digits) / Double(Self.powers[decimals]) }

        private static let powers: [Int64] = [
            1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000,
            100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000,
        ]
    }

    /// The number that begins at the current byte, where it is a short one; leaves it where it is.
    func shortNumber() -> ShortNumber? {
        bytes.withUnsafeBytes { text -> ShortNumber? in
            var place = offset
            let isNegative = place < text.count && text[place] == UInt8(ascii: "-")
            if isNegative { place += 1 }
            let start = place
            var digits: Int64 = 0
            var point: Int?
            while place < text.count, place - start <= ShortNumber.mostDigits + 1 {
                let byte = text[place]
                if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
                    digits = digits &* 10 &+ Int64(byte &- UInt8(ascii: "0"))
                } else if byte == UInt8(ascii: "."), point == nil, place > start {
                    point = place
                } else {
                    break
                }
                place += 1
            }
            let decimals = point.map { place - $0 - 1 } ?? 0
            let whole = (point ?? place) - start
            // What is longer, has an exponent, ends the text, or is none by RFC 8259 is left to others; and so is -0.
            guard place < text.count, whole > 0, whole + decimals <= ShortNumber.mostDigits,
                point == nil || decimals > 0,
                whole == 1 || text[start] != UInt8(ascii: "0"), !isNegative || digits != 0,
                !Self.goesOn(text[place])
            else { return nil }
            return ShortNumber(digits: isNegative ? -digits : digits, decimals: decimals, end: place)
        }
    }

    /// Reads a whole number of few digits. Leaves any other value, and a number beyond `range`, where it is, and gives nil.
    package mutating func readShortInteger(in range: ClosedRange<Int64>) throws(JSONError) -> Int64? {
        try skipSpace()
        guard let number = shortNumber(), let integer = number.int64, range.contains(integer)
        else { return nil }
        offset = number.end
        return integer
    }

    /// The same for a number that may have a fraction.
    package mutating func readShortNumber(in range: ClosedRange<Double>) throws(JSONError) -> Double? {
        try skipSpace()
        guard let number = shortNumber(), range.contains(number.double) else { return nil }
        offset = number.end
        return number.double
    }

    /// Whether a number goes on with this byte behind its digits.
    private static func goesOn(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: ".")
            || byte | 0x20 == UInt8(ascii: "e")
    }
}
