/// Counts of observations by size, with their sum: a classic Prometheus histogram.
package struct Histogram: Hashable, Sendable {
    /// Upper bounds of the buckets, inclusive and rising; the last bucket, without bound, is not among them.
    package let bounds: [Double]
    /// Observations in each bucket alone, the one without bound last.
    package private(set) var counts: [UInt64]
    package private(set) var sum: Double = 0

    /// `bounds` must rise; they may be empty.
    package init(bounds: [Double]) {
        self.bounds = bounds
        counts = Array(repeating: 0, count: bounds.count + 1)
    }

    /// A histogram as it was written down. Nil unless there is one count more than bounds, and the bounds rise.
    package init?(bounds: [Double], counts: [UInt64], sum: Double) {
        guard counts.count == bounds.count + 1, zip(bounds, bounds.dropFirst()).allSatisfy(<) else { return nil }
        self.bounds = bounds
        self.counts = counts
        self.sum = sum
    }

    package var count: UInt64 { counts.reduce(0, +) }

    package mutating func observe(_ value: Double) {
        counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
        sum += value
    }

    /// Takes over all observations of a histogram with the same bounds; others are left out.
    package mutating func merge(_ other: Histogram) {
        guard other.bounds == bounds else { return }
        for (index, count) in other.counts.enumerated() { counts[index] += count }
        sum += other.sum
    }

    /// How many observations are at or below each bound, then how many there are in all.
    package var cumulativeCounts: [UInt64] {
        var running: UInt64 = 0
        return counts.map { count in
            running += count
            return running
        }
    }
}
