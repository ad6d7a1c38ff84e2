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
