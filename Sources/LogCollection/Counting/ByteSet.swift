/// A set of bytes, one bit for each.
struct ByteSet: Hashable, Sendable {
    private var low: UInt128 = 0
    private var high: UInt128 = 0

    static let all: ByteSet = ~ByteSet()

    init() {}

    init(_ bytes: ClosedRange<UInt8>) {
        insert(bytes)
    }

    func contains(_ byte: UInt8) -> Bool {
        ((byte < 128 ? low : high) >> UInt128(byte & 127)) & 1 == 1
    }

    mutating func insert(_ byte: UInt8) {
        let bit: UInt128 = 1 << UInt128(byte & 127)
        if byte < 128 { low |= bit } else { high |= bit }
    }

    mutating func insert(_ bytes: ClosedRange<UInt8>) {
        for byte in bytes { insert(byte) }
    }

    mutating func formUnion(_ other: ByteSet) {
        low |= other.low
        high |= other.high
    }

    /// The set with just those small letters whose capitals are in it.
    var withSmallLettersLikeCapitals: ByteSet {
        let small = ByteSet(UInt8(ascii: "a")...UInt8(ascii: "z")).low
        var set = self
        set.low = low & ~small | low << 32 & small
        return set
    }

    static prefix func ~ (set: ByteSet) -> ByteSet {
        var inverted = ByteSet()
        inverted.low = ~set.low
        inverted.high = ~set.high
        return inverted
    }
}
