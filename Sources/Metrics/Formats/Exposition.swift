/// Families in, the page of a scrape out, in any format that Prometheus reads.
package enum Exposition {
    package struct Options: Sendable {
        /// Whether OpenMetrics text has a `_created` sample for each series with a start time. A Prometheus before 3 keeps
        /// those as series of their own, which doubles the counters; protobuf has start times in any case.
        package var createdSamples: Bool

        package init(createdSamples: Bool = false) {
            self.createdSamples = createdSamples
        }
    }

    /// The page, with one block or message for each family that has series, in a stable order.
    package static func encode(
        _ families: [Family], as format: ExpositionFormat, _ options: Options = Options()
    ) -> [UInt8] {
        let families = families.expositionOrder
        switch format {
        case .textV004:
            return TextExposition.encode(families)
        case .openMetrics:
            return OpenMetricsExposition.encode(families, createdSamples: options.createdSamples)
        case .protobufDelimited:
            return ProtobufExposition.encode(families)
        }
    }
}

/// Writes families in Prometheus' text format 0.0.4.
///
/// Source: prometheus/docs `exposition_formats.md`.
enum TextExposition {
    /// One block for each family, in their order.
    static func encode(_ families: [Family]) -> [UInt8] {
        var page = PageWriter(.text004)
        for family in families {
            let metric = family.metric
            page.writeComment("HELP", metric.name[...], metric.help)
            page.writeComment("TYPE", metric.name[...], metric.type.rawValue)
            for series in family.series {
                page.write(series, of: metric)
            }
        }
        return page.bytes
    }
}

/// Writes families in OpenMetrics text; versions 0.0.1 and 1.0.0 differ in their Content-Type only.
///
/// Source: OpenMetrics 1.0, "Text format".
enum OpenMetricsExposition {
    /// One block for each family, in their order, and the end mark.
    static func encode(_ families: [Family], createdSamples: Bool) -> [UInt8] {
        var page = PageWriter(.openMetrics)
        for family in families {
            let metric = family.metric
            let name = metric.familyName
            page.writeHead(of: metric)
            for series in family.series {
                page.write(series, of: metric)
                if createdSamples, metric.type != .gauge, let startTime = series.startTime {
                    page.writeCreated(name, startTime)
                }
            }
        }
        page.writeEnd()
        return page.bytes
    }
}
