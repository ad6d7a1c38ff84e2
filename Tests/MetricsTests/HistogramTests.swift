import TestSupport
import Testing

@testable import Metrics

@Suite struct HistogramTests {
    private func exemplar(_ run: String, value: Double = 0, at timestamp: Int64) -> Exemplar? {
        Exemplar(labels: [Label(name: "run_id", value: run)], value: value, timestamp: timestamp)
    }

    @Test func `bounds are inclusive`() {
        var histogram = Histogram(bounds: [1, 2])
        for value in [1, 1.5, 2, 2.5, .infinity] { histogram.observe(value) }
        #expect(histogram.counts == [1, 2, 2])
        #expect(histogram.cumulativeCounts == [1, 3, 5])
        #expect(histogram.sum == .infinity)
        #expect(histogram.native == nil)
    }

    @Test func `a value below zero counts as zero`() {
        var histogram = Histogram(bounds: [0, 1], native: true)
        histogram.observe(-5)
        histogram.observe(-.infinity)
        #expect(histogram.counts == [2, 0, 0])
        #expect(histogram.sum == 0)
        #expect(histogram.native?.zeroCount == 2)
    }

    @Test func `not a number is counted and spoils only the sum`() {
        var histogram = Histogram(bounds: [1], native: true)
        histogram.observe(.nan, exemplar: exemplar("a", at: 1))
        histogram.observe(0.5)
        #expect(histogram.counts == [1, 1])
        #expect(histogram.count == 2)
        #expect(histogram.native?.count == 1)
        #expect(histogram.sum.isNaN)
        #expect(histogram.exemplars == [nil, nil])
    }

    @Test func `each bucket keeps the newest exemplar with the observed value`() {
        var histogram = Histogram(bounds: [1])
        histogram.observe(0.5, exemplar: exemplar("first", value: 99, at: 10))
        histogram.observe(0.6, exemplar: exemplar("late but older", at: 9))
        histogram.observe(0.7, exemplar: exemplar("same moment", at: 10))
        histogram.observe(0.8)
        histogram.observe(3, exemplar: exemplar("slow", at: 1))
        #expect(
            histogram.exemplars == [exemplar("same moment", value: 0.7, at: 10), exemplar("slow", value: 3, at: 1)])
    }

    @Test func `merging is observing all`() {
        var random = Seeded(4)
        for _ in 0..<200 {
            let isNative = random.below(2) == 0
            var parts = [Histogram(bounds: [1, 10], native: isNative), Histogram(bounds: [1, 10], native: isNative)]
            var all = parts[0]
            // Whole numbers, whose sum does not depend on their order; the second part may be the wider one.
            for count in 0..<400 {
                let part = random.below(2)
                let value = Double(1 << random.below(part == 0 ? 8 : 40)) + Double(random.below(9))
                let exemplar = random.below(8) == 0 ? exemplar("\(count)", at: Int64(count)) : nil
                parts[part].observe(value, exemplar: exemplar)
                all.observe(value, exemplar: exemplar)
            }
            parts[0].merge(parts[1])
            #expect(parts[0] == all)
        }
    }

    @Test func `a histogram of another kind is left out`() {
        var histogram = Histogram(bounds: [1], native: true)
        histogram.observe(1)
        let before = histogram
        var classic = Histogram(bounds: [1])
        classic.observe(1)
        var other = Histogram(bounds: [2], native: true)
        other.observe(1)
        histogram.merge(classic)
        histogram.merge(other)
        #expect(histogram == before)
    }

    @Test func `its parts make it again`() {
        var random = Seeded(3)
        for _ in 0..<1000 {
            var histogram = Histogram(bounds: [0.5, 2, 1e6], native: random.below(2) == 0)
            for _ in 0..<random.below(20) {
                let value = random.double()
                if value.isNaN { continue }
                histogram.observe(value, exemplar: exemplar("r", at: Int64(random.below(100))))
            }
            let native = histogram.native.flatMap {
                NativeHistogram(schema: $0.schema, zeroCount: $0.zeroCount, buckets: $0.buckets)
            }
            let again = Histogram(
                bounds: histogram.bounds, counts: histogram.counts, sum: histogram.sum, native: native,
                exemplars: histogram.exemplars)
            #expect(again == histogram)
        }
    }

    @Test func `parts that do not fit are refused`() {
        func make(
            bounds: [Double] = [1, 2], counts: [UInt64] = [1, 1, 1], sum: Double = 5, native: NativeHistogram? = nil,
            exemplars: [Exemplar?] = [nil, nil, nil]
        ) -> Histogram? {
            Histogram(bounds: bounds, counts: counts, sum: sum, native: native, exemplars: exemplars)
        }
        let two = NativeHistogram(schema: 3, zeroCount: 2, buckets: [])
        #expect(make() != nil)
        #expect(make(counts: [1, 1]) == nil)
        #expect(make(exemplars: [nil]) == nil)
        #expect(make(bounds: [2, 1]) == nil)
        #expect(make(bounds: [1, 1]) == nil)
        #expect(make(bounds: [-1, 1]) == nil)
        #expect(make(bounds: [1, .infinity]) == nil)
        #expect(make(bounds: [.nan, 1]) == nil)
        #expect(make(sum: -1) == nil)
        #expect(make(counts: [1, .max, 1]) == nil)
        #expect(make(counts: [1, UInt64(Int64.max), 1]) == nil)
        #expect(make(native: two) == nil, "two observations against three")
        #expect(make(sum: .nan, native: two) != nil, "the third was NaN")
        #expect(make(counts: [0, 1, 0], native: two) == nil)
        #expect(make(exemplars: [exemplar("a", value: 1, at: 0), nil, nil]) != nil)
        #expect(make(exemplars: [exemplar("a", value: 1.5, at: 0), nil, nil]) == nil, "of another bucket")
        #expect(make(exemplars: [nil, nil, exemplar("a", value: .nan, at: 0)]) == nil)
        #expect(make(counts: [0, 1, 1], exemplars: [exemplar("a", value: 1, at: 0), nil, nil]) == nil, "of none")
    }
}
