import Testing

@testable import Metrics

@Suite struct RoundTripTests {
    /// Each state goes out in each format, and readers that know nothing of the writers get the same values back.
    @Test(arguments: 0..<10) func whatIsWrittenReadsBack(shard: Int) throws {
        let statesInShard = 10_000
        for number in 0..<statesInShard {
            var random = Seeded(UInt64(shard * statesInShard + number))
            let families = random.families()
            guard try readsBack(families) else {
                Issue.record("state \(shard * statesInShard + number) does not read back: \(families)")
                return
            }
        }
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
