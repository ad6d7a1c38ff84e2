import Metrics

/// One fixed state with something of everything: what the golden pages show, and what the check against Prometheus and
/// other parsers scrapes.
package enum FixedState {
    /// 2023-11-14 22:13:20 UTC.
    package static let startTime: Int64 = 1_700_000_000_000

    package static let runs = Metric(
        "demo_runs_total", .counter, ["app", "status"], "Runs of \"demo\" \\ apps,\nby status.")
    package static let waited = Metric("demo_waited_seconds_total", .counter, ["app"], "Time waited.")
    package static let duration = Metric("demo_duration_seconds", .histogram, ["app"], "How long runs took.")
    package static let tokens = Metric("demo_tokens", .histogram, [], "Tokens of each run.")
    package static let info = Metric("demo_app_info", .gauge, ["app", "name"], "What is known of an app.")
    package static let ratio = Metric("demo_failure_ratio", .gauge, [], "Share of runs that failed.")

    package static let trickyName = "a \"quoted\" \\ name,\nin two lines: é 漢字 😀 {x=\"1\"} # 5"

    package static var families: [Family] {
        [Family(tokens, [Series(labelValues: [], value: .histogram(tokenCounts))])] + counters + [durations] + gauges
    }

    /// The exemplar of a run by its number.
    package static func exemplar(_ run: Int, value: Double, afterStart milliseconds: Int64) -> Exemplar? {
        let id = String(repeating: "0", count: 12 - String(run).count) + String(run)
        return Exemplar(
            labels: [
                Label(name: "run_id", value: "01234567-89ab-cdef-0123-\(id)"),
                Label(name: "trace_id", value: "0123456789abcdef0123\(id)"),
            ],
            value: value, timestamp: startTime + milliseconds)
    }

    private static var counters: [Family] {
        var runs = Family(runs)
        runs.add(["shop", "succeeded"], 12, startTime: startTime)
        runs.add(
            ["shop", "failed"], 3, startTime: startTime + 250, exemplar: exemplar(7, value: 1, afterStart: 60_125))
        runs.add([trickyName, "failed"], 0)
        var waited = Family(waited)
        waited.add(["shop"], 0.125, startTime: startTime)
        return [runs, waited]
    }

    /// A duration for each power of 1.1 from 0.1 s to 10 s, each tenth with an exemplar; another app has none yet.
    private static var durations: Family {
        var histogram = Histogram(bounds: [0.25, 0.5, 1, 2.5, 5], native: true)
        histogram.observe(0)
        var value = 0.1
        for run in 1...48 {
            let exemplar = exemplar(run, value: value, afterStart: Int64(run) * 1500)
            histogram.observe(value, exemplar: run % 10 == 0 ? exemplar : nil)
            value *= 1.1
        }
        var family = Family(duration)
        family.add(["shop"], histogram, startTime: startTime)
        family.add(["quiet"], Histogram(bounds: [0.25, 0.5, 1, 2.5, 5], native: true), startTime: startTime + 500)
        return family
    }

    private static var tokenCounts: Histogram {
        var histogram = Histogram(bounds: [100, 1000])
        for tokens in [80, 100, 101, 5000] { histogram.observe(Double(tokens)) }
        return histogram
    }

    private static var gauges: [Family] {
        let labels = [Label(name: "team", value: "sales"), Label(name: "tier", value: "")]
        let series = Series(labelValues: ["shop", trickyName], extraLabels: labels, value: .number(1))
        return [Family(info, [series]), Family(ratio, [Series(labelValues: [], value: .number(.nan))])]
    }
}
