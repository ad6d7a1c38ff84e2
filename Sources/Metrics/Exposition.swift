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
