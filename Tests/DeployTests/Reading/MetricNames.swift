import Exporter
import Metrics

/// The names that an exposition of the catalogue gives, and what belongs to each.
enum MetricNames {
    static let byName = Dictionary(uniqueKeysWithValues: Catalogue.all.map { ($0.name, $0) })

    /// Series of Prometheus itself that dashboards and rules may use.
    static let ofPrometheus: Set = ["up", "ALERTS"]

    /// The metric that a series belongs to: for histograms also the native one, which has no suffix.
    static func metric(of series: String) -> Metric? {
        if let metric = byName[series] { return metric }
        for suffix in ["_bucket", "_sum", "_count"] where series.hasSuffix(suffix) {
            if let metric = byName[String(series.dropLast(suffix.count))], metric.type == .histogram { return metric }
        }
        return nil
    }

    /// Every word of a text that looks like the name of a metric or of a recorded series.
    static func words(in text: String) -> Set<String> {
        let words = text.split { !($0.isASCII && ($0.isLetter || $0.isNumber) || $0 == "_" || $0 == ":") }.map {
            $0.last == ":" ? String($0.dropLast()) : String($0)
        }
        return Set(
            words.filter { word in
                ["dify_", "process_", "app:", "app_reason:", "dify:"].contains { word.hasPrefix($0) }
                    && !word.hasSuffix("_")
            })
    }
}
