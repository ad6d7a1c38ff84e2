/// Writes families in Prometheus' text format 0.0.4.
///
/// Source: prometheus/docs `exposition_formats.md`.
package enum TextExposition {
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// One block for each family that has series, in a stable order.
    package static func encode(_ families: [Family]) -> [UInt8] {
        var page = Page()
        for family in families.expositionOrder {
            page.write(family)
        }
        return page.bytes
    }

    private struct Page {
        var bytes: [UInt8] = []

        mutating func write(_ family: Family) {
            let metric = family.metric
            append("# HELP \(metric.name) \(escapedHelp(metric.help))\n")
            append("# TYPE \(metric.name) \(metric.type.rawValue)\n")
            for series in family.series {
                let labels = zip(metric.labels, series.labelValues).map(Label.init(name:value:)) + series.extraLabels
                switch series.value {
                case .number(let value): writeSample(metric.name, labels, FloatText.sample(value))
                case .histogram(let histogram): write(histogram, metric.name, labels)
                }
            }
        }

        private mutating func write(_ histogram: Histogram, _ name: String, _ labels: [Label]) {
            for (bound, count) in zip(histogram.bounds + [.infinity], histogram.cumulativeCounts) {
                let bucketLabels = labels + [Label(name: "le", value: FloatText.bound(bound))]
                writeSample("\(name)_bucket", bucketLabels, String(count))
            }
            writeSample("\(name)_sum", labels, FloatText.sample(histogram.sum))
            writeSample("\(name)_count", labels, String(histogram.count))
        }

        private mutating func writeSample(_ name: String, _ labels: [Label], _ value: String) {
            append(name)
            for (index, label) in labels.enumerated() {
                append(index == 0 ? "{" : ",")
                append("\(label.name)=\"")
                appendEscaped(label.value)
                append("\"")
            }
            if !labels.isEmpty { append("}") }
            append(" \(value)\n")
        }

        private mutating func append(_ text: String) {
            bytes.append(contentsOf: text.utf8)
        }

        private mutating func appendEscaped(_ value: String) {
            for byte in value.utf8 {
                switch byte {
                case UInt8(ascii: "\\"): append(#"\\"#)
                case UInt8(ascii: "\""): append(#"\""#)
                case UInt8(ascii: "\n"): append(#"\n"#)
                default: bytes.append(byte)
                }
            }
        }

        private func escapedHelp(_ help: String) -> String {
            help.split(separator: "\\", omittingEmptySubsequences: false).joined(separator: #"\\"#)
                .split(separator: "\n", omittingEmptySubsequences: false).joined(separator: #"\n"#)
        }
    }
}
