import HTTPEndpoint
import Metrics

extension ExpositionFormat {
    /// The format that an Accept header asks for, and the escaping scheme to repeat in the Content-Type.
    ///
    /// Of the formats that are spoken here the one with the greatest `q` wins, and of equals the first. Wildcards choose
    /// nothing, and where nothing is chosen the answer is text 0.0.4: never a refusal. A scheme is repeated where the winner
    /// is OpenMetrics 1.0.0 and names a known one. Source: prometheus/docs `content_negotiation.md`; agrees with
    /// client_golang, but for `q=0`, which refuses a format here as RFC 9110 has it.
    package static func negotiate(accept: String?) -> (format: ExpositionFormat, escaping: EscapingScheme?) {
        var best: (format: ExpositionFormat, escaping: EscapingScheme?) = (.textV004, nil)
        var bestWeight = 0
        for element in WeightedElement.list(accept ?? "") where element.weight > bestWeight {
            guard let format = ExpositionFormat(element) else { continue }
            bestWeight = element.weight
            let escaping = element["escaping"].flatMap { EscapingScheme(rawValue: String($0)) }
            best = (format, format == .openMetrics(.v100) ? escaping : nil)
        }
        return best
    }

    private init?(_ element: WeightedElement) {
        let version = element["version"]
        switch element.name {
        case "text/plain" where version == nil || version == "0.0.4":
            self = .textV004
        case "application/openmetrics-text":
            // OpenMetrics without a version is the first there was.
            guard let known = OpenMetricsVersion(rawValue: version.map(String.init) ?? "0.0.1") else { return nil }
            self = .openMetrics(known)
        case "application/vnd.google.protobuf"
        where element["proto"] == "io.prometheus.client.metricfamily" && element["encoding"] == "delimited":
            self = .protobufDelimited
        default:
            return nil
        }
    }
}
