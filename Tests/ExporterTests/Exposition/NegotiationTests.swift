import HTTPEndpoint
import Metrics
import TestSupport
import Testing

@testable import Exporter

@Suite struct NegotiationTests {
    private static let protobuf =
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"

    @Test(
        arguments: [
            // Prometheus 2.42 with native histograms, as it was recorded, and without.
            (
                protobuf
                    + ",application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
                .protobufDelimited, nil
            ),
            (
                "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
                .openMetrics(.v100), nil
            ),
            // Prometheus 2.30.
            (
                "application/openmetrics-text; version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
                .openMetrics(.v001), nil
            ),
            // Prometheus 3.
            (
                "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
                .openMetrics(.v100), .allowUTF8
            ),
            (
                protobuf
                    + ";q=0.6,application/openmetrics-text;version=1.0.0;escaping=underscores;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=underscores;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
                .protobufDelimited, nil
            ),
            (
                "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;version=0.0.4;q=0.4,*/*;q=0.3",
                .textV004, nil
            ),
            ("text/plain;version=1.0.0;escaping=allow-utf-8;q=0.6,*/*;q=0.5", .textV004, nil),
        ] as [(String, ExpositionFormat, ExpositionFormat.EscapingScheme?)])
    func `a prometheus gets what it likes best`(
        header: String, format: ExpositionFormat, escaping: ExpositionFormat.EscapingScheme?
    ) {
        let answer = ExpositionFormat.negotiate(accept: header)
        #expect(answer.format == format)
        #expect(answer.escaping == escaping)
    }

    @Test(arguments: [
        nil, "", ",", ";;;,,;q=1", "*/*", "text/*", "garbage", "/", "=", "q=1", "\u{0}\u{7F}é", "application/json",
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
        "text/plain", "text/plain;version=9", "text/plain;q=0", "*/*;q=0",
        // Parameters that are missing, or of another format.
        "application/vnd.google.protobuf", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily",
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=text",
        "application/vnd.google.protobuf;proto=other;encoding=delimited",
        "application/openmetrics-text;version=2.0.0", "application/openmetrics-text;version=",
        // Refused, or with a weight that is none.
        "application/openmetrics-text;q=0", "application/openmetrics-text;q=0.000", "application/openmetrics-text;q=",
        "application/openmetrics-text;q=2", "application/openmetrics-text;q=1.001",
        "application/openmetrics-text;q=nan",
        "application/openmetrics-text;q=-1", "application/openmetrics-text;q=0x1", "application/openmetrics-text;q=1e0",
        "application/openmetrics-text;q=.5", "application/openmetrics-text;q=0.1234",
        "application/openmetrics-text;q=01",
        "application/openmetrics-text;q=0.5.5", "application/openmetrics-text;q=11.",
    ])
    func `all else gets text`(header: String?) {
        let answer = ExpositionFormat.negotiate(accept: header)
        #expect(answer.format == .textV004)
        #expect(answer.escaping == nil)
    }

    @Test(
        arguments: [
            ("application/openmetrics-text", .openMetrics(.v001)),
            ("application/openmetrics-text;q=0.001", .openMetrics(.v001)),
            ("application/openmetrics-text;q=1.", .openMetrics(.v001)),
            ("application/openmetrics-text;version=1.0.0;q=1.000", .openMetrics(.v100)),
            ("APPLICATION/OpenMetrics-Text; VERSION=1.0.0; Q=0.5", .openMetrics(.v100)),
            (" \tapplication/openmetrics-text \t; version = \"1.0.0\" ;q = 0.5 , */*", .openMetrics(.v100)),
            ("application/openmetrics-text;charset=utf-8;version=1.0.0;flag", .openMetrics(.v100)),
            (
                "Application/Vnd.Google.Protobuf;Proto=io.prometheus.client.MetricFamily;Encoding=Delimited",
                .protobufDelimited
            ),
            // Of equals the first, of others the greatest, whatever their order.
            ("text/plain,application/openmetrics-text", .textV004),
            ("application/openmetrics-text,text/plain", .openMetrics(.v001)),
            (
                "application/openmetrics-text;version=0.0.1;q=0.5,application/openmetrics-text;version=1.0.0;q=0.5",
                .openMetrics(.v001)
            ),
            ("text/plain;q=0.5,application/openmetrics-text;q=0.6", .openMetrics(.v001)),
            ("application/openmetrics-text;q=0.59,text/plain;q=0.6", .textV004),
            ("application/openmetrics-text;q=0,\(protobuf);q=0.1", .protobufDelimited),
            // What is not known here stands in nobody's way, and wildcards choose nothing.
            ("application/json,*/*,application/openmetrics-text;q=0.1", .openMetrics(.v001)),
            (
                "application/openmetrics-text;version=2.0.0,application/openmetrics-text;version=1.0.0;q=0.2",
                .openMetrics(.v100)
            ),
        ] as [(String, ExpositionFormat)])
    func `weights versions and spelling`(header: String, format: ExpositionFormat) {
        #expect(ExpositionFormat.negotiate(accept: header).format == format)
    }

    @Test(
        arguments: [
            ("allow-utf-8", .allowUTF8), ("underscores", .underscores), ("dots", .dots), ("VALUES", .values),
            ("other", nil),
            ("x; charset=utf-16\r\nX-Evil: 1", nil),
        ] as [(String, ExpositionFormat.EscapingScheme?)])
    func `only known schemes are repeated`(text: String, scheme: ExpositionFormat.EscapingScheme?) {
        let answer = ExpositionFormat.negotiate(accept: "application/openmetrics-text;version=1.0.0;escaping=\(text)")
        #expect(answer.escaping == scheme)
        #expect(ExpositionFormat.negotiate(accept: "application/openmetrics-text;escaping=\(text)").escaping == nil)
        #expect(ExpositionFormat.negotiate(accept: "text/plain;version=0.0.4;escaping=\(text)").escaping == nil)
    }

    @Test(arguments: [",", ";", "=", "a,", "a;", "\"", " ", "text/plain;q=0.5,", "application/openmetrics-text;q=0.1;"])
    func `a hostile length is read once`(part: String) {
        let header = String(repeating: part, count: 20_000)
        let time = threadTime {
            _ = ExpositionFormat.negotiate(accept: header)
            _ = AcceptEncoding.allowsGzip(header)
        }
        // Quadratic work would take minutes.
        #expect(time < .seconds(20))
    }

    @Test func `content types`() {
        #expect(ExpositionFormat.textV004.contentType == "text/plain; version=0.0.4; charset=utf-8")
        #expect(
            ExpositionFormat.openMetrics(.v100).contentType
                == "application/openmetrics-text; version=1.0.0; charset=utf-8")
        #expect(
            ExpositionFormat.openMetrics(.v001).contentType
                == "application/openmetrics-text; version=0.0.1; charset=utf-8")
        #expect(
            ExpositionFormat.protobufDelimited.contentType
                == "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited")
        #expect(ExpositionFormat.textV004.contentType(escaping: nil) == ExpositionFormat.textV004.contentType)
        #expect(
            ExpositionFormat.openMetrics(.v100).contentType(escaping: .allowUTF8)
                == "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=allow-utf-8")
    }
}

@Suite struct AcceptEncodingTests {
    @Test(
        arguments: [
            ("gzip", true), ("GZip", true), ("x-gzip", true), ("gzip, deflate, br", true),
            ("deflate, gzip;q=0.1", true),
            ("*", true), ("*;q=0.1", true), ("gzip;q=1.0, identity;q=0.5", true), ("gzip;q=0.5,identity;q=0.5", true),
            ("br;q=1, * ; q = 0.3", true), ("*;q=0,gzip", true),
            (nil, false), ("", false), ("identity", false), ("deflate, br, zstd", false), ("gzip;q=0", false),
            ("gzip;q=0.000", false), ("*;q=0", false), ("gzip;q=0, *", false), ("identity, gzip;q=0.5", false),
            ("gzip;q=abc", false), ("gzipped", false), ("x;gzip", false),
        ] as [(String?, Bool)])
    func `gzip where it is liked`(header: String?, allows: Bool) {
        #expect(AcceptEncoding.allowsGzip(header) == allows)
    }
}
