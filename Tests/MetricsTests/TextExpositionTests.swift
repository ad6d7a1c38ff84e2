import Testing

@testable import Metrics

@Suite struct TextExpositionTests {
    private func page(_ families: Family...) -> String {
        String(decoding: Exposition.encode(families, as: .textV004), as: UTF8.self)
    }

    @Test func `families and series come in a stable order`() {
        let second = Metric("b_total", .counter, ["app", "status"], "Second.")
        let first = Metric("a", .gauge, [], "First.")
        var counter = Family(second)
        counter.add(["y", "failed"], 2)
        counter.add(["x", "succeeded"], 1)
        counter.add(["x", "failed"], 3)
        #expect(
            page(counter, Family(first, [Series(labelValues: [], value: .number(0.5))])) == """
                # HELP a First.
                # TYPE a gauge
                a 0.5
                # HELP b_total Second.
                # TYPE b_total counter
                b_total{app="x",status="failed"} 3
                b_total{app="x",status="succeeded"} 1
                b_total{app="y",status="failed"} 2

                """)
    }

    @Test func `series of one metric from several apps share a block`() {
        let metric = Metric("m", .gauge, ["app"], "M.")
        var one = Family(metric)
        one.add(["one"], 1)
        var two = Family(metric)
        two.add(["two"], 2)
        #expect(page(two, one) == "# HELP m M.\n# TYPE m gauge\nm{app=\"one\"} 1\nm{app=\"two\"} 2\n")
    }

    @Test func `a family without series is left out`() {
        #expect(page(Family(Metric("m", .gauge, [], "M."))) == "")
    }

    @Test func `labels and help are escaped`() {
        var family = Family(Metric("m", .gauge, ["app"], "A \\ and\na line."))
        family.add(["a\"b\\c\nd é 漢 😀"], 1)
        #expect(page(family) == "# HELP m A \\\\ and\\na line.\n# TYPE m gauge\nm{app=\"a\\\"b\\\\c\\nd é 漢 😀\"} 1\n")
    }

    @Test func `extra labels follow those of the metric`() {
        let metric = Metric("info", .gauge, ["app"], "I.")
        let series = Series(labelValues: ["a"], extraLabels: [Label(name: "team", value: "x")], value: .number(1))
        #expect(page(Family(metric, [series])).hasSuffix("info{app=\"a\",team=\"x\"} 1\n"))
    }

    @Test func `histograms are cumulative with canonical bounds`() {
        var histogram = Histogram(bounds: [0.25, 1, 10])
        for value in [0.25, 0.3, 1, 5, 50] { histogram.observe(value) }
        var family = Family(Metric("h_seconds", .histogram, ["app"], "H."))
        family.add(["a"], histogram)
        #expect(
            page(family) == """
                # HELP h_seconds H.
                # TYPE h_seconds histogram
                h_seconds_bucket{app="a",le="0.25"} 1
                h_seconds_bucket{app="a",le="1.0"} 3
                h_seconds_bucket{app="a",le="10.0"} 4
                h_seconds_bucket{app="a",le="+Inf"} 5
                h_seconds_sum{app="a"} 56.55
                h_seconds_count{app="a"} 5

                """)
    }

    @Test(
        arguments: [
            (0, "0"), (-0.0, "-0.0"), (1, "1"), (-3, "-3"), (0.1, "0.1"), (1e15, "1000000000000000"), (1e21, "1e+21"),
            (1.5e-9, "1.5e-09"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"),
            (9_007_199_254_740_992, "9007199254740992"),
        ] as [(Double, String)])
    func `numbers are short and read back`(value: Double, text: String) {
        var bytes: [UInt8] = []
        FloatText.append(sample: value, to: &bytes)
        let written = String(decoding: bytes, as: UTF8.self)
        #expect(written == text)
        if value.isFinite { #expect(Double(written) == value) }
    }
}
