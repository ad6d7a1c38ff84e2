/// Random numbers that are the same in each run: SplitMix64.
package struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    package init(_ seed: UInt64) {
        state = seed
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number below `limit`, cheaply: the bias does not matter here.
    package mutating func below(_ limit: Int) -> Int {
        Int(truncatingIfNeeded: next() >> 33) % limit
    }

    /// Any double there is: of each size alike, special ones, and whole ones.
    package mutating func double() -> Double {
        switch below(8) {
        case 0:
            [
                0, -0.0, .infinity, -.infinity, .nan, Double.leastNonzeroMagnitude, .greatestFiniteMagnitude, 0x1p53,
                0x1p53 + 2,
            ][below(9)]
        case 1, 2: Double(below(1000))
        case 3: Double(below(100_000)) / 1000
        default: Double(bitPattern: next())
        }
    }
}
