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
            page.writeComment("TYPE", name, metric.type.rawValue)
            if let unit = metric.unit { page.writeComment("UNIT", name, unit) }
            page.writeComment("HELP", name, metric.help)
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
