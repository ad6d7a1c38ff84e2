import Metrics
import TestSupport

/// Small states with all that a family may have in them.
extension Seeded {
    mutating func families() -> [Family] {
        (0..<(below(4) == 0 ? 2 : 1)).map { place in
            let type: MetricType = [.counter, .gauge, .histogram][below(3)]
            let unit = ["", "_seconds", "_bytes", "_ratio", "_tokens"][below(5)]
            let name = "m\(place)\(unit)\(type == .counter ? "_total" : "")"
            let metric = Metric(name, type, Array(["app", "status", "x"].prefix(below(4))), text())
            return Family(metric, (0..<(below(4) == 0 ? 2 : 1)).map { series(metric, $0) })
        }
    }

    private mutating func series(_ metric: Metric, _ place: Int) -> Series {
        let value: Series.Value =
            switch metric.type {
            case .counter: .number(abs(double()))
            case .gauge: .number(double())
            case .histogram: .histogram(histogram())
            }
        return Series(
            labelValues: metric.labels.map { _ in text() },
            // Tells the series of a family apart.
            extraLabels: [Label(name: "place", value: "\(place)")],
            value: value,
            startTime: below(2) == 0 ? nil : milliseconds(),
            exemplar: below(2) == 0 ? nil : exemplar())
    }

    private mutating func histogram() -> Histogram {
        let bounds = [[], [1], [2.5], [0.5, 1, 4], [0, 1e-300, 1e21]][below(5)]
        var histogram = Histogram(bounds: bounds, native: below(2) == 0)
        for _ in 0..<below(5) {
            histogram.observe(double(), exemplar: below(2) == 0 ? nil : exemplar())
        }
        return histogram
    }

    private mutating func exemplar() -> Exemplar? {
        let labels = (0..<below(3)).map { Label(name: "l\($0)", value: text()) }
        return Exemplar(labels: labels, value: Double(below(100)) / 8, timestamp: milliseconds())
    }

    private mutating func milliseconds() -> Int64 {
        below(4) == 0 ? Int64(bitPattern: next()) : 1_700_000_000_000 + Int64(below(10_000_000))
    }

    private mutating func text() -> String {
        let parts = [
            "\"", "\\", "\n", "\\n", "漢字", "😀👩‍👩‍👧", "é", "e\u{301}", " ", "{a=\"b\"} 1", "# EOF", "=", ",", "app", "\t\r",
            "\u{1}\u{2028}", "n",
        ]
        return (0..<below(4)).reduce(into: "") { text, _ in text += parts[below(parts.count)] }
    }
}
