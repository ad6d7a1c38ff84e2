/// Random numbers that are the same for the same seed, on every machine and in every release of Swift.
///
/// SplitMix64: a counter in steps of the golden ratio, each value mixed until its bits are independent (Steele, Lea and
/// Flood, "Fast Splittable Pseudorandom Number Generators", 2014). The standard library's `random(in:using:)` and
/// `shuffle(using:)` are avoided because nobody promises that they consume numbers alike for ever, and the C library's functions because
/// each has last bits of its own (`PortableMath`).
package struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    /// A sequence of its own for each `stream` of the same seed, so that asking for more of one changes no other.
    package init(seed: UInt64, stream: UInt64) {
        state = Self.mixed(Self.mixed(seed) ^ Self.mixed(stream &+ 0x9e37_79b9_7f4a_7c15))
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        return Self.mixed(state)
    }

    private static func mixed(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

extension SeededRandom {
    /// From 0 up to 1, without 1.
    package mutating func fraction() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// From 0 up to `count`, without `count`; 0 where there is nothing to choose from.
    package mutating func below(_ count: Int) -> Int {
        count > 1 ? Int(next().multipliedFullWidth(by: UInt64(count)).high) : 0
    }

    package mutating func number(in range: ClosedRange<Int>) -> Int {
        range.lowerBound + below(range.count)
    }

    /// True in that share of cases. Takes no number where the answer is certain.
    package mutating func chance(_ share: Double) -> Bool {
        share > 0 && fraction() < share
    }

    /// A span up to `longest`, every length as likely as any other.
    package mutating func span(upTo longest: Duration) -> Duration {
        .milliseconds(below(Int(longest.wholeMilliseconds) + 1))
    }

    /// The wait for the next of events that happen independently, once in `mean` on average.
    package mutating func exponential(mean: Double) -> Double {
        -mean * PortableMath.log(1 - fraction())
    }

    /// Log-normal: half of the values are below `median`, and a few are far above it.
    /// `spread` is the standard deviation of the value's logarithm.
    package mutating func logNormal(median: Double, spread: Double) -> Double {
        let radius = (-2 * PortableMath.log(1 - fraction())).squareRoot()
        return median * PortableMath.exp(spread * radius * PortableMath.cosine(ofTurns: fraction()))
    }

    /// One of the choices, each as often as its weight says. There is at least one, and weights are not negative.
    package mutating func pick<Value>(_ choices: [Weighted<Value>]) -> Value {
        var rest = fraction() * choices.reduce(0) { $0 + $1.weight }
        for choice in choices {
            rest -= choice.weight
            if rest < 0 { return choice.value }
        }
        return choices[choices.count - 1].value
    }

    package mutating func shuffle<Value>(_ values: inout [Value]) {
        for index in values.indices.dropFirst().reversed() {
            values.swapAt(index, below(index + 1))
        }
    }
}

/// A choice and how often it is made, relative to the others.
package struct Weighted<Value: Sendable>: Sendable {
    package var value: Value
    package var weight: Double

    package init(_ value: Value, _ weight: Double) {
        self.value = value
        self.weight = weight
    }
}
