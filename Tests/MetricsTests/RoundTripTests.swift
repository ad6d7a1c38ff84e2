import TestSupport
import Testing

@testable import Metrics

@Suite struct RoundTripTests {
    /// Each state goes out in each format, and readers that know nothing of the writers get the same values back.
    @Test(arguments: 0..<10) func whatIsWrittenReadsBack(shard: Int) async throws {
        let states = (shard * 10_000)..<((shard + 1) * 10_000)
        let broken = try await Workbench.computing.run {
            try states.first { state in
                var random = Seeded(UInt64(state))
                return try !readsBack(random.families())
            }
        }
        #expect(broken == nil, "this state does not read back")
    }

    private func readsBack(_ families: [Family]) throws -> Bool {
        let ordered = families.expositionOrder
        let expected = ordered.map(ReadFamily.init)
        let text = try PageReader.read(TextExposition.encode(ordered), openMetrics: false)
        let page = OpenMetricsExposition.encode(ordered, createdSamples: false)
        return try text == ReadPage(expected, openMetrics: false)
            && PageReader.read(page, openMetrics: true) == ReadPage(expected, openMetrics: true)
            && ProtobufReader.families(ProtobufExposition.encode(ordered)) == expected
    }

    @Test func orderIsThatOfNamesAndLabels() throws {
        var random = Seeded(1)
        for _ in 0..<1000 {
            let families = random.families()
            let forwards = Exposition.encode(families, as: .textV004)
            let backwards = families.reversed().map { Family($0.metric, $0.series.reversed()) }
            let labels = families.flatMap { $0.series.map(\.labelValues) }
            if Set(labels).count == labels.count {
                #expect(Exposition.encode(backwards, as: .textV004) == forwards)
            }
        }
    }
}
