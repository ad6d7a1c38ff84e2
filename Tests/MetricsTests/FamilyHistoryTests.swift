import Bytes
import TestSupport
import Testing

@testable import Metrics

@Suite struct FamilyHistoryTests {
    private static let runs = Metric("runs_total", .counter, ["app"], "Runs.")
    private static let duration = Metric("run_seconds", .histogram, ["app"], "Durations.")

    private func text(_ history: FamilyHistory, at moments: [Int64], labels: [Label] = []) -> String {
        var bytes: [UInt8] = []
        history.write(at: moments, labels: labels) { bytes += $0 }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func family(_ values: [String: Double]) -> Family {
        var family = Family(Self.runs)
        for (app, value) in values { family.add([app], value) }
        return family
    }

    @Test func `samples of a series stand together, oldest first, with the labels of the scrape`() {
        var history = FamilyHistory(Self.runs)
        for (place, value) in [0.0, 2, 2].enumerated() { history.add(family(["b": value, "a": 7]), at: place) }
        #expect(
            text(history, at: [60, 120, 180], labels: [Label(name: "job", value: "dify")]) == """
                runs_total{app="a",job="dify"} 7 60
                runs_total{app="a",job="dify"} 7 120
                runs_total{app="a",job="dify"} 7 180
                runs_total{app="b",job="dify"} 0 60
                runs_total{app="b",job="dify"} 2 120
                runs_total{app="b",job="dify"} 2 180

                """)
    }

    @Test func `a series is absent where its family does not have it`() {
        var history = FamilyHistory(Self.runs)
        for (place, values) in [["a": 1.0], [:], [:], ["a": 1.0], ["a": 1.0, "b": 3], ["b": 3]].enumerated() {
            history.add(family(values), at: place)
        }
        #expect(
            text(history, at: [10, 20, 30, 40, 50, 60]) == """
                runs_total{app="a"} 1 10
                runs_total{app="a"} 1 40
                runs_total{app="a"} 1 50
                runs_total{app="b"} 3 50
                runs_total{app="b"} 3 60

                """)
    }

    @Test func `a histogram has cumulative buckets, sum and count as a page has them`() {
        var histogram = Histogram(bounds: [1, 2.5], native: true)
        var history = FamilyHistory(Self.duration)
        for (place, value) in [0.5, 2, 9].enumerated() {
            histogram.observe(value)
            var family = Family(Self.duration)
            family.add(["a"], histogram)
            history.add(family, at: place)
        }
        #expect(
            text(history, at: [10, 20, 30]) == """
                run_seconds_bucket{app="a",le="1.0"} 1 10
                run_seconds_bucket{app="a",le="1.0"} 1 20
                run_seconds_bucket{app="a",le="1.0"} 1 30
                run_seconds_bucket{app="a",le="2.5"} 1 10
                run_seconds_bucket{app="a",le="2.5"} 2 20
                run_seconds_bucket{app="a",le="2.5"} 2 30
                run_seconds_bucket{app="a",le="+Inf"} 1 10
                run_seconds_bucket{app="a",le="+Inf"} 2 20
                run_seconds_bucket{app="a",le="+Inf"} 3 30
                run_seconds_sum{app="a"} 0.5 10
                run_seconds_sum{app="a"} 2.5 20
                run_seconds_sum{app="a"} 11.5 30
                run_seconds_count{app="a"} 1 10
                run_seconds_count{app="a"} 2 20
                run_seconds_count{app="a"} 3 30

                """)
    }

    @Test func `a family begins as in a page`() {
        #expect(
            String(decoding: FamilyHistory.head(of: Self.duration), as: UTF8.self)
                == "# TYPE run_seconds histogram\n# UNIT run_seconds seconds\n# HELP run_seconds Durations.\n")
    }

    @Test func `a history is the same after it was bytes`() throws {
        var generator = Seeded(3)
        var history = FamilyHistory(Self.runs)
        let moments = (0..<200).map { Int64($0) * 60 }
        for place in moments.indices {
            var values: [String: Double] = [:]
            for app in ["a", "b\"\\\n", "c"] where Int.random(in: 0..<4, using: &generator) > 0 {
                values[app] = [0, 1, 0.1, 1e300, 9_007_199_254_740_992, -2.5, .infinity].randomElement(
                    using: &generator)
            }
            history.add(family(values), at: place)
        }
        let other = try FamilyHistory(Self.runs, encoded: history.encoded)
        #expect(text(other, at: moments) == text(history, at: moments))
        #expect(text(history, at: moments).count > 5000)
    }

    @Test func `bytes that are cut short are no history`() throws {
        var history = FamilyHistory(Self.runs)
        history.add(family(["a": 1]), at: 0)
        let bytes = history.encoded
        for count in 0..<bytes.count {
            #expect(throws: ByteReader.Malformed.self) {
                try FamilyHistory(Self.runs, encoded: Array(bytes[..<count]))
            }
        }
    }
}
