/// Counts of observations by size, with their sum: a classic Prometheus histogram, and where asked for the native one of
/// the same observations beside it.
package struct Histogram: Hashable, Sendable {
    /// Upper bounds of the buckets, inclusive and rising; the last bucket, without bound, is not among them.
    package let bounds: [Double]
    /// Observations in each bucket alone, the one without bound last.
    package private(set) var counts: [UInt64]
    package private(set) var sum: Double = 0
    /// The same observations in buckets of even relative width; nil where the histogram is a classic one only.
    package private(set) var native: NativeHistogram?
    /// The newest exemplar of each bucket, in the order of `counts`.
    package private(set) var exemplars: [Exemplar?]

    /// `bounds` must be finite, not below zero, and rise; they may be empty.
    package init(bounds: [Double], native: Bool = false) {
        self.bounds = bounds
        self.native = native ? NativeHistogram() : nil
        counts = Array(repeating: 0, count: bounds.count + 1)
        exemplars = Array(repeating: nil, count: bounds.count + 1)
    }

    /// A histogram from its parts, as they were written down; nil where they do not fit together: other numbers of buckets,
    /// bounds that do not rise, more than 2^63 observations, a native histogram of other observations, or an exemplar
    /// outside of its bucket.
    package init?(
        bounds: [Double], counts: [UInt64], sum: Double, native: NativeHistogram? = nil, exemplars: [Exemplar?]? = nil
    ) {
        let exemplars = exemplars ?? Array(repeating: nil, count: counts.count)
        guard counts.count == bounds.count + 1, exemplars.count == counts.count, !(sum < 0),
            bounds.allSatisfy({ $0 >= 0 && $0.isFinite }), zip(bounds, bounds.dropFirst()).allSatisfy(<),
            let count = counts.total
        else { return nil }
        // An observation of NaN is in no native bucket, and leaves its mark on the sum.
        if let native, native.count > count || (native.count < count && !sum.isNaN) { return nil }
        self.bounds = bounds
        self.counts = counts
        self.sum = sum
        self.native = native
        self.exemplars = exemplars
        for (bucket, exemplar) in exemplars.enumerated() {
            guard let exemplar else { continue }
            guard !exemplar.value.isNaN, self.bucket(of: exemplar.value) == bucket, counts[bucket] > 0 else {
                return nil
            }
        }
    }

    package var count: UInt64 { counts.reduce(0, +) }

    /// Counts a value. Nothing here is less than nothing: a value below zero, as of a clock that was set back, counts as
    /// zero, so that the sum only ever rises. NaN goes into the last bucket and makes the sum NaN.
    ///
    /// The exemplar gets the observed value and stays until a newer one of the same bucket comes; NaN keeps none.
    package mutating func observe(_ value: Double, exemplar: Exemplar? = nil) {
        observe(value, at: exemplar?.timestamp) { exemplar }
    }

    /// The same with an exemplar that is made only where it will be kept. `moment` is its timestamp; nil where there is none.
    package mutating func observe(_ value: Double, at moment: Int64?, exemplar: () -> Exemplar?) {
        let value = value < 0 ? 0 : value
        let bucket = bucket(of: value)
        counts[bucket] += 1
        sum += value
        native?.observe(value)
        guard let moment, !value.isNaN, moment >= exemplars[bucket]?.timestamp ?? .min, var exemplar = exemplar()
        else { return }
        exemplar.value = value
        exemplars[bucket] = exemplar
    }

    /// Whether the other has the same bounds, and is native or not as this one is.
    package func isSameKind(as other: Histogram) -> Bool {
        other.bounds == bounds && (other.native == nil) == (native == nil)
    }

    /// Takes over all observations of a histogram of the same kind: with the same bounds, and native or not as this one is.
    /// Those of another are left out.
    package mutating func merge(_ other: Histogram) {
        guard isSameKind(as: other) else { return }
        sum += other.sum
        if let native = other.native { self.native?.merge(native) }
        for (bucket, count) in other.counts.enumerated() {
            counts[bucket] += count
            if let exemplar = other.exemplars[bucket] { keep(exemplar, in: bucket) }
        }
    }

    private mutating func keep(_ exemplar: Exemplar, in bucket: Int) {
        if exemplar.timestamp >= exemplars[bucket]?.timestamp ?? .min { exemplars[bucket] = exemplar }
    }

    private func bucket(of value: Double) -> Int {
        bounds.firstIndex { value <= $0 } ?? bounds.count
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

extension Sequence<UInt64> {
    /// The sum; nil above what a difference of two such sums can say in 64 bits with a sign, which protobuf needs.
    var total: UInt64? {
        var sum: UInt64 = 0
        for count in self {
            let (next, overflows) = sum.addingReportingOverflow(count)
            guard !overflows, next <= Int64.max else { return nil }
            sum = next
        }
        return sum
    }
}
