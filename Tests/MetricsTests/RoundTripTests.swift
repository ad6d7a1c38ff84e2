import TestSupport
import Testing

@testable import Metrics

@Suite struct RoundTripTests {
    /// Each state goes out in each format, and readers that know nothing of the writers get the same values back.
    @Test(arguments: 0..<10) func `what is written reads back`(shard: Int) async throws {
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
        let text = try PageReader.read(Exposition.encode(ordered, as: .textV004), openMetrics: false)
        let page = Exposition.encode(ordered, as: .openMetrics(.v100))
        return try text == ReadPage(expected, openMetrics: false)
            && PageReader.read(page, openMetrics: true) == ReadPage(expected, openMetrics: true)
            && ProtobufReader.families(Exposition.encode(ordered, as: .protobufDelimited)) == expected
    }

    @Test func `a page of parts is the page of all their families`() {
        for state in 0..<1000 {
            var random = Seeded(UInt64(state))
            let families = random.families().expositionOrder
            let parts = (0..<3).map { part in
                families.map { family in
                    let count = family.series.count
                    return Family(family.metric, Array(family.series[count * part / 3..<count * (part + 1) / 3]))
                }
            }
            for format: ExpositionFormat in [.textV004, .openMetrics(.v100), .protobufDelimited] {
                let encoded = parts.map { EncodedFamilies($0, as: format.encoding) }
                let whole = Exposition.encode(families, as: format)
                #expect(ExpositionPage(of: encoded, as: format.encoding).bytes == whole, "state \(state)")
            }
        }
    }

    @Test func `any stretch of a page is that of the whole page`() {
        for state in 0..<200 {
            var random = Seeded(UInt64(state))
            let apps = ["a", "b", "c"].map { app in (app, random.families().map { $0.labelled(app) }) }
            for format: ExpositionFormat in [.textV004, .openMetrics(.v100), .protobufDelimited] {
                let parts = apps.map {
                    EncodedFamilies($1, as: format.encoding, label: Label(name: "app", value: $0))
                }
                let page = ExpositionPage(of: parts, as: format.encoding)
                let whole = page.bytes
                for _ in 0..<20 where !whole.isEmpty {
                    let start = Int(random.next() % UInt64(whole.count))
                    let count = 1 + Int(random.next() % UInt64(whole.count - start))
                    var stretch = [UInt8](repeating: 0, count: count)
                    stretch.withUnsafeMutableBytes { page.write(from: start, to: $0) }
                    #expect(stretch[...] == whole[start..<start + count], "state \(state)")
                }
            }
        }
    }

    @Test func `parts that share the beginnings of their lines make the same page`() {
        let apps = ["a", "b \"quoted\" \\ \n", "c"]
        for state in 0..<300 {
            var random = Seeded(UInt64(state))
            let families = random.families()
            let parts = apps.map { app in families.map { $0.labelled(app) } }
            for format: ExpositionFormat in [.textV004, .openMetrics(.v100), .protobufDelimited] {
                let whole = parts.map { EncodedFamilies($0, as: format.encoding) }
                let sharing = zip(apps, parts).map { app, families in
                    EncodedFamilies(families, as: format.encoding, label: Label(name: "app", value: app))
                }
                let page = ExpositionPage(of: sharing, as: format.encoding).bytes
                #expect(page == ExpositionPage(of: whole, as: format.encoding).bytes, "state \(state)")
            }
        }
    }

    @Test func `order is that of names and labels`() throws {
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

extension Family {
    /// The same with a first label.
    fileprivate func labelled(_ app: String) -> Family {
        let metric = Metric(metric.name, metric.type, ["app"] + metric.labels, metric.help)
        return Family(
            metric,
            series.map { series in
                var series = series
                series.labelValues.insert(app, at: 0)
                return series
            })
    }
}
