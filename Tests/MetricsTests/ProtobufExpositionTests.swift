import Testing

@testable import Metrics

@Suite struct ProtobufExpositionTests {
    /// A page that Prometheus 2.42 took in with exactly these values, one of them the example of the description of native
    /// histograms.
    private static let knownPage = bytes(
        """
        5e0a0f646966795f72756e735f746f74616c120552756e732e180022420a080a036170701201611a3609000000000000144012210a0c0a06
        72756e5f69641202723111000000000000f03f1a080881e2cfaa0610001a080880e2cfaa061000570a06646966795f731202532e18042247
        0a080a036170701201613a3b0810110000000000803440280631000000000000f03738026204080310026204080410016204080210026a05
        06040704017a080880e2cfaa061000
        """)

    static func bytes(_ hex: String) -> Bytes {
        let digits = hex.filter { !$0.isWhitespace }.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    @Test func `the known page`() throws {
        var runs = Family(Metric("dify_runs_total", .counter, ["app"], "Runs."))
        let exemplar = Exemplar(labels: [Label(name: "run_id", value: "r1")], value: 1, timestamp: 1_700_000_001_000)
        runs.add(["a"], 5, startTime: 1_700_000_000_000, exemplar: exemplar)
        let native = NativeHistogram(
            schema: 3, zeroCount: 2,
            buckets: [(-2, 3), (-1, 5), (2, 1), (4, 3), (5, 2)].map { .init(index: $0, count: $1) })
        let histogram = try #require(Histogram(bounds: [], counts: [16], sum: 20.5, native: native, exemplars: [nil]))
        var durations = Family(Metric("dify_s", .histogram, ["app"], "S."))
        durations.add(["a"], histogram, startTime: 1_700_000_000_000)

        let page = Exposition.encode([durations, runs], as: .protobufDelimited)
        let known = try ProtobufReader.families(Self.knownPage)
        #expect(try ProtobufReader.families(page) == known)
        #expect(known.last?.metrics.first?.histogram?.native?.counts == [-2: 3, -1: 5, 2: 1, 4: 3, 5: 2])
        #expect(known.last?.metrics.first?.histogram?.native?.zeroThreshold == Bits(2.938735877055719e-39))
    }

    @Test func `classic and native buckets share a message and its exemplars`() throws {
        var histogram = Histogram(bounds: [1], native: true)
        let exemplar = Exemplar(labels: [], value: 2, timestamp: 1500)
        histogram.observe(2, exemplar: exemplar)
        var family = Family(Metric("h_seconds", .histogram, [], "H."))
        family.add([], histogram, startTime: -1)
        let read = try ProtobufReader.families(Exposition.encode([family], as: .protobufDelimited))
        let message = try #require(read.first?.metrics.first?.histogram)
        #expect(read.first?.unit == Bytes("seconds".utf8))
        #expect(message.buckets.map(\.count) == [0, 1])
        #expect(message.buckets.map(\.exemplar?.timestamp) == [nil, 1500])
        #expect(message.native?.counts == [8: 1])
        #expect(message.exemplars.map(\.timestamp) == [1500])
        #expect(message.start == -1)
    }

    @Test func `a classic histogram has nothing of a native one`() throws {
        var family = Family(Metric("h", .histogram, [], "H."))
        family.add([], Histogram(bounds: []))
        let message = try ProtobufReader.families(Exposition.encode([family], as: .protobufDelimited))[0].metrics[0]
        #expect(message.histogram?.native == nil)
        #expect(message.histogram?.buckets == [ReadBucket(count: 0, bound: Bits(.infinity))])
    }

    @Test func `a message of any length stands behind its length`() throws {
        for length in [0, 1, 100, 120, 127, 128, 129, 16_370, 16_384, 70_000] {
            var family = Family(Metric("m", .gauge, ["l"], "M."))
            family.add([String(repeating: "x", count: length)], 1)
            let read = try ProtobufReader.families(Exposition.encode([family, family], as: .protobufDelimited))
            #expect(read.map(\.metrics.count) == [2])
            #expect(read.first?.metrics.last?.labels.first?.last?.count == length)
        }
    }
}
