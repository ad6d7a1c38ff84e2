import Testing

@testable import Metrics

@Suite struct OpenMetricsExpositionTests {
    private func page(_ families: Family...) -> String {
        String(decoding: Exposition.encode(families, as: .openMetrics(.v100)), as: UTF8.self)
    }

    @Test func `a counter family is named without total`() {
        var family = Family(Metric("a_seconds_total", .counter, ["app"], "A \"unit\"."))
        family.add(["x"], 1)
        #expect(
            page(family) == """
                # TYPE a_seconds counter
                # UNIT a_seconds seconds
                # HELP a_seconds A \\"unit\\".
                a_seconds_total{app="x"} 1
                # EOF

                """)
    }

    @Test(
        arguments: [
            ("a_seconds", "seconds"), ("a_bytes", "bytes"), ("a_ratio", "ratio"), ("a_timestamp_seconds", "seconds"),
            ("seconds", nil), ("a_seconds_until", nil), ("aseconds", nil), ("a_tokens", nil),
        ] as [(String, String?)])
    func `only a unit at the end of the name is one`(name: String, unit: String?) {
        #expect(Metric(name, .gauge, [], "").unit == unit)
        #expect(Metric("\(name)_total", .counter, [], "").unit == unit)
        #expect(Metric("\(name)_total", .gauge, [], "").unit == nil)
    }

    @Test func `an empty page has its end`() {
        #expect(page() == "# EOF\n")
    }

    @Test func `exemplars stand on totals and buckets only`() {
        let exemplar = Exemplar(labels: [Label(name: "run_id", value: "a\"b")], value: 1, timestamp: 1_700_000_000_005)
        var counter = Family(Metric("c_total", .counter, [], "C."))
        counter.add([], 1, exemplar: exemplar)
        var gauge = Family(Metric("g", .gauge, [], "G."))
        gauge.add([], 1, exemplar: exemplar)
        var histogram = Histogram(bounds: [1])
        histogram.observe(2, exemplar: exemplar)
        let lines = page(
            counter, gauge,
            Family(Metric("h", .histogram, [], "H."), [Series(labelValues: [], value: .histogram(histogram))])
        )
        .split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(
            lines == [
                #"c_total 1 # {run_id="a\"b"} 1 1700000000.005"#, "g 1", #"h_bucket{le="1.0"} 0"#,
                #"h_bucket{le="+Inf"} 1 # {run_id="a\"b"} 2 1700000000.005"#, "h_sum 2", "h_count 1",
            ])
    }

    @Test func `text has no exemplars`() {
        var counter = Family(Metric("c_total", .counter, [], "C."))
        counter.add([], 1, startTime: 0, exemplar: Exemplar(labels: [], value: 1, timestamp: 0))
        let text = Exposition.encode([counter], as: .textV004)
        #expect(String(decoding: text, as: UTF8.self).hasSuffix("c_total 1\n"))
    }

    @Test func `a sum that is no number is left out with its count`() {
        var histogram = Histogram(bounds: [])
        histogram.observe(.nan)
        let family = Family(Metric("h", .histogram, [], "H."), [Series(labelValues: [], value: .histogram(histogram))])
        #expect(page(family).hasSuffix("\nh_bucket{le=\"+Inf\"} 1\n# EOF\n"))
        let text = String(decoding: Exposition.encode([family], as: .textV004), as: UTF8.self)
        #expect(text.hasSuffix("h_sum NaN\nh_count 1\n"))
    }

    @Test(
        arguments: [
            (0, "0"), (1, "0.001"), (10, "0.01"), (100, "0.1"), (1000, "1"), (1_700_000_000_120, "1700000000.12"),
            (-1, "-0.001"),
            (-1500, "-1.5"), (.max, "9223372036854775.807"), (.min, "-9223372036854775.808"),
        ] as [(Int64, String)])
    func `moments have as many decimals as they need`(milliseconds: Int64, text: String) {
        var bytes: [UInt8] = []
        FloatText.append(secondsOf: milliseconds, to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == text)
    }
}
