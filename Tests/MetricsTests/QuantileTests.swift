import TestSupport
import Testing

@testable import Metrics

@Suite struct QuantileTests {
    private func histogram(_ values: some Sequence<Double>, schema: Int = 3) -> NativeHistogram {
        var histogram = NativeHistogram(schema: schema)
        for value in values { histogram.observe(value) }
        return histogram
    }

    @Test(arguments: ExponentialBuckets.schemas) func `the upper bound of a bucket is the last value in it`(schema: Int)
    {
        let reach = schema > 0 ? 100 << schema : 100 >> -schema
        for index in -reach...reach {
            let bound = ExponentialBuckets.upperBound(of: index, schema: schema)
            #expect(ExponentialBuckets.index(of: bound, schema: schema) == index)
            #expect(ExponentialBuckets.index(of: bound.nextUp, schema: schema) == index + 1)
        }
    }

    @Test func `without observations there is none`() {
        #expect(NativeHistogram().quantile(0.5) == nil)
    }

    @Test func `it is within a bucket of the truth`() throws {
        var random = Seeded(3)
        let values = (0..<5000).map { _ in Double(random.below(100_000) + 1) / 100 }.sorted()
        for (schema, width) in [(3, 1.0905), (2, 1.1893), (0, 2.0001)] {
            let histogram = histogram(values, schema: schema)
            for share in [0.01, 0.25, 0.5, 0.95, 0.99, 1] {
                let truth = values[Int((share * 5000).rounded(.up)) - 1]
                let found = try #require(histogram.quantile(share))
                #expect(found <= truth * width && found >= truth / width, "\(share) of schema \(schema)")
            }
        }
    }

    @Test(arguments: ExponentialBuckets.schemas) func `the greatest numbers have a quantile that is a number`(
        schema: Int
    ) throws {
        let histogram = histogram([8.9e307, 1.7e308, .greatestFiniteMagnitude], schema: schema)
        for share in [0, 0.001, 0.5, 0.999, 1] {
            #expect(try #require(histogram.quantile(share)).isFinite)
        }
        #expect(self.histogram([.infinity], schema: schema).quantile(0.5) == .infinity)
    }

    @Test func `zeros come first`() throws {
        let histogram = histogram([0, 0, 0, 8])
        #expect(histogram.quantile(0.5) == 0)
        #expect(histogram.quantile(0.75) == 0)
        #expect(try #require(histogram.quantile(1)) == 8)
    }

    @Test func `shares beyond the ends are the ends`() throws {
        let histogram = histogram([2, 4])
        #expect(histogram.quantile(7) == 4)
        let least = try #require(histogram.quantile(-1))
        #expect(least < 2 && least > 1.8)
    }

    @Test func `even infinity is an answer`() {
        #expect(histogram([.infinity]).quantile(0.5) == .infinity)
    }
}
