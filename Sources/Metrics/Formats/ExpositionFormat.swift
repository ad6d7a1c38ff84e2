/// A format in which a Prometheus reads families.
package enum ExpositionFormat: Hashable, Sendable {
    case textV004
    case openMetrics(OpenMetricsVersion)
    /// `io.prometheus.client.MetricFamily` messages, each behind its length.
    case protobufDelimited

    package enum OpenMetricsVersion: String, Hashable, Sendable {
        case v001 = "0.0.1"
        case v100 = "1.0.0"
    }

    /// How the bytes of a page are laid out; formats that share one differ in their Content-Type only.
    package enum Encoding: Hashable, Sendable {
        case text, openMetrics, protobuf
    }

    package var encoding: Encoding {
        switch self {
        case .textV004: .text
        case .openMetrics: .openMetrics
        case .protobufDelimited: .protobuf
        }
    }

    /// How names beyond ASCII would be spelled. All of ours are ASCII, so that every scheme leaves them as they are, and
    /// answering means only to repeat it.
    package enum EscapingScheme: String, Hashable, Sendable {
        case allowUTF8 = "allow-utf-8"
        case underscores, dots, values
    }

    /// The value of the Content-Type header, which Prometheus 3 insists on.
    package var contentType: String {
        switch self {
        case .textV004:
            "text/plain; version=0.0.4; charset=utf-8"
        case .openMetrics(let version):
            "application/openmetrics-text; version=\(version.rawValue); charset=utf-8"
        case .protobufDelimited:
            "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"
        }
    }

    /// The Content-Type that repeats the scheme which `negotiate(accept:)` found.
    package func contentType(escaping: EscapingScheme?) -> String {
        guard let escaping else { return contentType }
        return "\(contentType); escaping=\(escaping.rawValue)"
    }
}
