import HTTPEndpoint
import Metrics
import MetricsFixtures
import Platform

extension Bench {
    /// Writes the fixed state's page in each format, and the state as JSON that owes nothing to the encoders.
    static func writePages(to folder: String) {
        for (_, file, format) in formats {
            let page = Exposition.encode(FixedState.families, as: format)
            write(page, to: "\(folder)/\(file)")
            if let compressed = Gzip.compress(page) { write(compressed, to: "\(folder)/\(file).gz") }
        }
        write(Array(json(FixedState.families).utf8), to: "\(folder)/state.json")
    }

    private static func write(_ bytes: [UInt8], to path: String) {
        guard let file = fopen(path, "wb") else { return perror(path) }
        defer { fclose(file) }
        if fwrite(bytes, 1, bytes.count, file) != bytes.count { perror(path) }
    }

    private static func json(_ families: [Family]) -> String {
        let members = families.flatMap { family in
            family.series.map { series in
                let labels =
                    zip(family.metric.labels, series.labelValues).map(Label.init(name:value:)) + series.extraLabels
                return """
                    {"name": \(quoted(family.metric.name)), "type": "\(family.metric.type.rawValue)", \
                    "help": \(quoted(family.metric.help)), "labels": \(json(labels)), \(json(series.value)), \
                    "start": \(series.startTime.map { "\($0)" } ?? "null"), "exemplar": \(json(series.exemplar))}
                    """
            }
        }
        return "[\n\(members.joined(separator: ",\n"))\n]\n"
    }

    private static func json(_ value: Series.Value) -> String {
        switch value {
        case .number(let number):
            return "\"value\": \(json(number))"
        case .histogram(let histogram):
            let native = histogram.native.map { native in
                let buckets = native.buckets.map { "[\($0.index), \($0.count)]" }.joined(separator: ", ")
                return "{\"schema\": \(native.schema), \"zero_count\": \(native.zeroCount), \"buckets\": [\(buckets)]}"
            }
            return """
                "bounds": \(histogram.bounds), "counts": \(histogram.counts), "sum": \(json(histogram.sum)), \
                "exemplars": [\(histogram.exemplars.map(json).joined(separator: ", "))], "native": \(native ?? "null")
                """
        }
    }

    private static func json(_ labels: [Label]) -> String {
        "{\(labels.map { "\(quoted($0.name)): \(quoted($0.value))" }.joined(separator: ", "))}"
    }

    private static func json(_ exemplar: Exemplar?) -> String {
        guard let exemplar else { return "null" }
        return
            "{\"labels\": \(json(exemplar.labels)), \"value\": \(json(exemplar.value)), \"at\": \(exemplar.timestamp)}"
    }

    private static func json(_ number: Double) -> String {
        number.isFinite ? "\(number)" : "\"\(number)\""
    }

    private static func quoted(_ text: String) -> String {
        let escaped = text.map { character in
            switch character {
            case "\"", "\\": "\\\(character)"
            case "\n": "\\n"
            default: String(character)
            }
        }
        return "\"\(escaped.joined())\""
    }
}
