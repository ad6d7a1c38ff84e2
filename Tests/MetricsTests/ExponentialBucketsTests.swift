import Platform
import TestSupport
import Testing

@testable import Metrics

@Suite struct ExponentialBucketsTests {
    @Test(arguments: ExponentialBuckets.schemas) func `powers of two end their buckets`(schema: Int) {
        for power in -1074...1023 {
            let value = Double(sign: .plus, exponent: power, significand: 1)
            // Dividing with rounding up, told apart from the shifts of the code.
            let expected = schema >= 0 ? power << schema : Int((Double(power) / Double(1 << -schema)).rounded(.up))
            #expect(ExponentialBuckets.index(of: value, schema: schema) == expected)
            let isBound = schema >= 0 || power % (1 << -schema) == 0
            let next = ExponentialBuckets.index(of: value.nextUp, schema: schema)
            // Below 2^-1022 the next double may be buckets away.
            if power > -1000 { #expect(next == (isBound ? expected + 1 : expected)) }
        }
    }

    @Test(arguments: 1...8) func `bounds between powers of two are within two units of the last place`(schema: Int) {
        for step in 1..<(1 << schema) {
            for octave in [-100, -1, 0, 1, 900] {
                let bound = scalbn(exp2(Double(step) / Double(1 << schema)), Int32(octave))
                let index = step + octave << schema
                #expect(ExponentialBuckets.index(of: bound - 2 * bound.ulp, schema: schema) == index)
                #expect(ExponentialBuckets.index(of: bound + 2 * bound.ulp, schema: schema) == index + 1)
            }
        }
    }

    @Test(arguments: ExponentialBuckets.schemas) func `random values lie between their bounds`(schema: Int) {
        var random = Seeded(UInt64(schema + 10))
        for _ in 0..<10_000 {
            let value = Double(bitPattern: random.next()).magnitude
            guard value.isNormal else { continue }
            let place = log2(value) * exp2(Double(schema))
            // A logarithm cannot tell on which side of a bound a close neighbour lies.
            if abs(place - place.rounded()) < 1e-9 { continue }
            #expect(ExponentialBuckets.index(of: value, schema: schema) == Int(place.rounded(.up)), "\(value)")
        }
    }

    @Test(arguments: ExponentialBuckets.schemas) func `infinity is beyond the greatest number`(schema: Int) {
        let greatest = ExponentialBuckets.index(of: .greatestFiniteMagnitude, schema: schema)
        #expect(ExponentialBuckets.index(of: .infinity, schema: schema) == greatest + 1)
        #expect(greatest == (schema >= 0 ? 1024 << schema : 1024 >> -schema))
    }

    @Test(arguments: -3...8) func `halving the resolution finds the same bucket as counting anew`(schema: Int) {
        var random = Seeded(UInt64(schema + 100))
        let values = (0..<5000).map { _ in Double(bitPattern: random.next()).magnitude }
        for value in values + [1, 2, 0.5, 0x1p-127, .greatestFiniteMagnitude, .infinity] where value > 0 {
            let fine = ExponentialBuckets.index(of: value, schema: schema)
            #expect(ExponentialBuckets.coarser(fine) == ExponentialBuckets.index(of: value, schema: schema - 1))
        }
    }
}
