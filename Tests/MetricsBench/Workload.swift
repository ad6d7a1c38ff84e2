import Metrics

/// Many series as a busy exporter has them: four counters for each histogram, in the order of a dictionary, all told by
/// the app and the status.
enum Workload {
    static func families(series: Int) -> [Family] {
        let statuses = ["succeeded", "failed", "stopped", "partial-succeeded", "other"]
        let metrics = (0..<4).map { Metric("bench_counter_\($0)_total", .counter, ["app", "status"], "A counter.") }
        let duration = Metric("bench_duration_seconds", .histogram, ["app", "status"], "A histogram.")
        let histograms = (0..<50).map(busyHistogram)
        return (0..<series / 25).flatMap { place in
            let app = place * 7919 % (series / 25)
            var durations = Family(duration)
            var counters = metrics.map { Family($0) }
            for status in statuses {
                let labels = ["application number \(app)", status]
                durations.add(labels, histograms[app % 50], startTime: 1_700_000_000_000)
                for place in counters.indices {
                    counters[place].add(
                        labels, Double(app * 7919 + place), startTime: 1_700_000_000_000,
                        exemplar: status == "failed" ? exemplar(1) : nil)
                }
            }
            return counters + [durations]
        }
    }

    /// The families of each app as one part of a page.
    static func parts(of families: [Family], as encoding: ExpositionFormat.Encoding) -> [EncodedFamilies] {
        stride(from: 0, to: families.count, by: 5).map { start in
            let families = Array(families[start..<start + 5])
            let app = families[0].series[0].labelValues[0]
            return EncodedFamilies(families, as: encoding, label: Label(name: "app", value: app))
        }
    }

    private static func busyHistogram(_ variant: Int) -> Histogram {
        var histogram = Histogram(bounds: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1200], native: true)
        var value = 0.2 + Double(variant) / 70
        while value < 200 {
            histogram.observe(value, exemplar: exemplar(value))
            value *= 1.05
        }
        return histogram
    }

    private static func exemplar(_ value: Double) -> Exemplar? {
        let labels = [
            Label(name: "run_id", value: "01234567-89ab-cdef-0123-456789abcdef"),
            Label(name: "trace_id", value: "0123456789abcdef0123456789abcdef"),
        ]
        return Exemplar(labels: labels, value: value, timestamp: 1_700_000_060_125)
    }
}
