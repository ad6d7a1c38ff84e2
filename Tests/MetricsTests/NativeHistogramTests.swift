import TestSupport
import Testing

@testable import Metrics

@Suite struct NativeHistogramTests {
    @Test func `it starts at schema three`() {
        var histogram = NativeHistogram()
        for value in [1, 1.05, 1.09, 1.0906, 1.1, 0.95] { histogram.observe(value) }
        #expect(histogram.schema == 3)
        #expect(
            histogram.buckets.map { [$0.index, Int($0.count)] } == [[0, 2], [1, 2], [2, 2]])
    }

    @Test func `values up to the threshold are zero`() {
        var histogram = NativeHistogram()
        for value in [0, -0.0, .leastNonzeroMagnitude, 0x1p-128, -1, -.infinity] { histogram.observe(value) }
        #expect(histogram.zeroCount == 6)
        #expect(histogram.buckets.isEmpty)
        histogram.observe((0x1p-128).nextUp)
        #expect(histogram.buckets == [.init(index: -128 * 8 + 1, count: 1)])
    }

    @Test func `not a number is in no bucket`() {
        var histogram = NativeHistogram()
        histogram.observe(.nan)
        #expect(histogram == NativeHistogram())
    }

    @Test func `a hundred and sixty buckets stay and one more halves the resolution`() {
        var histogram = NativeHistogram()
        for index in 1...160 { histogram.observe(1.0001 * scaled(index - 1)) }
        #expect(histogram.schema == 3)
        #expect(histogram.buckets.count == 160)
        histogram.observe(1.0001 * scaled(160))
        #expect(histogram.schema == 2)
        #expect(histogram.count == 161)
        #expect(histogram.buckets == (1...80).map { .init(index: $0, count: 2) } + [.init(index: 81, count: 1)])
    }

    /// The upper bound of a bucket of schema 3.
    private func scaled(_ index: Int) -> Double {
        let roots = [
            1, 1.0905077326652577, 1.189207115002721, 1.2968395546510096, 1.4142135623730951, 1.5422108254079407,
            1.681792830507429, 1.8340080864093424,
        ]
        return Double(sign: .plus, exponent: index >> 3, significand: 1) * roots[index & 7]
    }

    @Test func `many values end in the buckets of anew count`() {
        var random = Seeded(7)
        for _ in 0..<50 {
            var histogram = NativeHistogram()
            let spread = 1 << random.below(11)
            let values = (0..<600).map { _ in
                Double(
                    sign: .plus, exponent: random.below(2 * spread) - min(spread, 127),
                    significand: 1 + Double(random.below(1000)) / 1000)
            }
            for value in values { histogram.observe(value) }
            var counts: [Int: UInt64] = [:]
            for value in values {
                counts[ExponentialBuckets.index(of: value, schema: histogram.schema), default: 0] += 1
            }
            #expect(
                histogram.buckets == counts.sorted { $0.key < $1.key }.map { .init(index: $0.key, count: $0.value) })
            #expect(histogram.buckets.count <= 160)
            #expect(histogram.count == 600)
        }
    }

    @Test func `merged resolution is the coarser one`() {
        var narrow = NativeHistogram()
        for value in [1, 1.2, 1.4] { narrow.observe(value) }
        var wide = NativeHistogram()
        for power in 0..<200 { wide.observe(Double(sign: .plus, exponent: power, significand: 1)) }
        #expect(wide.schema == -1)
        let sums = [narrow, wide].map { first in
            var sum = first
            sum.merge(first == narrow ? wide : narrow)
            return sum
        }
        #expect(sums[0] == sums[1])
        #expect(sums[0].schema == -1)
        #expect(sums[0].count == 203)
        #expect(sums[0].buckets.prefix(2) == [.init(index: 0, count: 2), .init(index: 1, count: 4)])
    }

    @Test func `the widest range there is fits`() {
        var histogram = NativeHistogram()
        for power in -127...1023 { histogram.observe(Double(sign: .plus, exponent: power, significand: 1.5)) }
        histogram.observe(.infinity)
        #expect(histogram.schema == -3)
        #expect(histogram.buckets.count <= 160)
        #expect(histogram.count == 1152)
    }

    @Test func `parts that do not fit are refused`() {
        func make(_ buckets: [(Int, UInt64)], schema: Int = 3, zeroCount: UInt64 = 0) -> NativeHistogram? {
            NativeHistogram(schema: schema, zeroCount: zeroCount, buckets: buckets.map { .init(index: $0, count: $1) })
        }
        #expect(make([(1, 1), (2, 1)]) != nil)
        #expect(make([(2, 1), (1, 1)]) == nil)
        #expect(make([(1, 1), (1, 1)]) == nil)
        #expect(make([(1, 0)]) == nil)
        #expect(make([], schema: 9) == nil)
        #expect(make([], schema: -5) == nil)
        #expect(make([(8193, 1)]) != nil)
        #expect(make([(8194, 1)]) == nil)
        #expect(make([(-1023, 1)]) != nil)
        #expect(make([(-1024, 1)]) == nil)
        #expect(make([(Int.max, 1)]) == nil)
        #expect(make([(Int.min, 1)]) == nil)
        #expect(make([(1, 1)], zeroCount: UInt64(Int64.max)) == nil)
        #expect(make([(1, .max)], zeroCount: 1) == nil)
        #expect(make((1...160).map { ($0, 1) }) != nil)
        #expect(make((1...161).map { ($0, 1) }) == nil)
    }
}
