/// Writes text 0.0.4 and OpenMetrics: comment lines, and the samples of a series. OpenMetrics 0.0.1 and 1.0.0 differ in their
/// Content-Type only.
///
/// Source: prometheus/docs `exposition_formats.md`; OpenMetrics 1.0, "Text format".
struct PageWriter: SeriesWriter {
    private(set) var bytes: [UInt8] = []
    /// The lines of samples, in their order.
    private(set) var lines: [Line] = []
    private let dialect: Dialect
    /// The labels of the series at hand, without braces: written once for all of its samples.
    private var labels: [UInt8] = []
    /// The bounds of the histogram at hand with their texts; a family's histograms mostly have the same.
    private var bounds: [Double] = []
    private var boundTexts: [[UInt8]] = []

    /// Where a line of `bytes` begins, its labels do, and its value does.
    struct Line {
        let start: Int
        let labels: Int
        let value: Int
    }

    enum Dialect {
        case text004
        /// Adds exemplars, and has no sum that is not a number.
        case openMetrics
    }

    init(_ dialect: Dialect) {
        self.dialect = dialect
    }

    // MARK: Comments

    /// What stands before a family's samples in text 0.0.4.
    static func textComments(of metric: Metric) -> [UInt8] {
        var page = PageWriter(.text004)
        page.writeComment("HELP", metric.name[...], metric.help)
        page.writeComment("TYPE", metric.name[...], metric.type.rawValue)
        return page.bytes
    }

    /// What stands before a family's samples in OpenMetrics.
    static func openMetricsComments(of metric: Metric) -> [UInt8] {
        var page = PageWriter(.openMetrics)
        let name = metric.familyName
        page.writeComment("TYPE", name, metric.type.rawValue)
        if let unit = metric.unit { page.writeComment("UNIT", name, unit) }
        page.writeComment("HELP", name, metric.help)
        return page.bytes
    }

    private mutating func writeComment(_ keyword: StaticString, _ name: Substring, _ text: String) {
        append("# ")
        append(keyword)
        append(" ")
        bytes.append(contentsOf: name.utf8)
        append(" ")
        Self.append(text, escapingQuotes: dialect == .openMetrics, to: &bytes)
        append("\n")
    }

    // MARK: Samples

    /// Every sample of a series.
    mutating func write(_ series: Series, of metric: Metric) {
        remember(labelsOf: series, metric)
        switch series.value {
        case .number(let value):
            begin(metric.name[...])
            FloatText.append(sample: value, to: &bytes)
            end(with: metric.type == .counter ? series.exemplar : nil)
        case .histogram(let histogram):
            write(histogram, metric.name[...])
        }
    }

    /// The beginnings of all sample lines of a series, up to their values, in the order in which `write` has them. `bounds` are those of
    /// a histogram; nil for a number.
    static func sampleHeads(
        _ metric: Metric, labelValues: [String], extraLabels: [Label], bounds: [Double]?
    ) -> [[UInt8]] {
        let value = bounds.map { Series.Value.histogram(Histogram(bounds: $0)) } ?? .number(0)
        let series = Series(labelValues: labelValues, extraLabels: extraLabels, value: value)
        var page = PageWriter(.openMetrics)
        page.remember(labelsOf: series, metric)
        guard case .histogram(let histogram) = value else { return [page.head(metric.name[...])] }
        page.remember(boundsOf: histogram)
        let buckets = page.boundTexts.map { page.head(metric.name[...], "_bucket", bound: $0) }
        return buckets + [page.head(metric.name[...], "_sum"), page.head(metric.name[...], "_count")]
    }

    /// What `begin` would write.
    private func head(_ name: Substring, _ suffix: StaticString = "", bound: [UInt8]? = nil) -> [UInt8] {
        var page = self
        page.bytes = []
        page.begin(name, suffix, bound: bound)
        return page.bytes
    }

    private mutating func write(_ histogram: Histogram, _ name: Substring) {
        remember(boundsOf: histogram)
        let counts = histogram.cumulativeCounts
        for bucket in counts.indices {
            begin(name, "_bucket", bound: boundTexts[bucket])
            FloatText.append(counts[bucket], to: &bytes)
            end(with: histogram.exemplars[bucket])
        }
        // OpenMetrics has sum and count together or not at all, and the sum a number.
        if dialect == .openMetrics, histogram.sum.isNaN { return }
        begin(name, "_sum")
        FloatText.append(sample: histogram.sum, to: &bytes)
        end()
        begin(name, "_count")
        FloatText.append(histogram.count, to: &bytes)
        end()
    }

    /// Writes the sample's name and labels, up to its value.
    private mutating func begin(_ name: Substring, _ suffix: StaticString = "", bound: [UInt8]? = nil) {
        let start = bytes.count
        bytes.append(contentsOf: name.utf8)
        append(suffix)
        let labelsStart = bytes.count + 1
        if !labels.isEmpty || bound != nil {
            bytes.append(UInt8(ascii: "{"))
            bytes.append(contentsOf: labels)
            if let bound {
                append(labels.isEmpty ? "le=\"" : ",le=\"")
                bytes.append(contentsOf: bound)
                bytes.append(UInt8(ascii: "\""))
            }
            bytes.append(UInt8(ascii: "}"))
        }
        bytes.append(UInt8(ascii: " "))
        lines.append(Line(start: start, labels: labelsStart, value: bytes.count))
    }

    private mutating func end(with exemplar: Exemplar? = nil) {
        if dialect == .openMetrics, let exemplar {
            append(" # {")
            Self.append(exemplar.labels, to: &bytes)
            append("} ")
            FloatText.append(sample: exemplar.value, to: &bytes)
            bytes.append(UInt8(ascii: " "))
            FloatText.append(secondsOf: exemplar.timestamp, to: &bytes)
        }
        bytes.append(UInt8(ascii: "\n"))
    }
}

extension PageWriter {
    private mutating func remember(labelsOf series: Series, _ metric: Metric) {
        labels.removeAll(keepingCapacity: true)
        for (name, value) in zip(metric.labels, series.labelValues) {
            Self.append(name, value, to: &labels)
        }
        Self.append(series.extraLabels, to: &labels)
    }

    private mutating func remember(boundsOf histogram: Histogram) {
        if !boundTexts.isEmpty, histogram.bounds == bounds { return }
        bounds = histogram.bounds
        boundTexts = (bounds + [.infinity]).map { bound in
            var text: [UInt8] = []
            FloatText.append(bound: bound, to: &text)
            return text
        }
    }

    /// A label as it stands at the beginning of a line's labels.
    static func text(of label: Label) -> [UInt8] {
        var text: [UInt8] = []
        append(label.name, label.value, to: &text)
        return text
    }

    private static func append(_ labels: [Label], to bytes: inout [UInt8]) {
        for label in labels { append(label.name, label.value, to: &bytes) }
    }

    /// `name="value"`, behind a comma where it is not the first.
    private static func append(_ name: String, _ value: String, to bytes: inout [UInt8]) {
        if let last = bytes.last, last != UInt8(ascii: "{") { bytes.append(UInt8(ascii: ",")) }
        bytes.append(contentsOf: name.utf8)
        bytes.append(UInt8(ascii: "="))
        bytes.append(UInt8(ascii: "\""))
        append(value, escapingQuotes: true, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    private static func append(_ text: String, escapingQuotes: Bool, to bytes: inout [UInt8]) {
        let isSpecial = { (byte: UInt8) in
            byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "\n") || (escapingQuotes && byte == UInt8(ascii: "\""))
        }
        // Nearly every text is plain, and goes over in one piece.
        guard text.utf8.contains(where: isSpecial) else { return bytes.append(contentsOf: text.utf8) }
        for byte in text.utf8 {
            if isSpecial(byte) { bytes.append(UInt8(ascii: "\\")) }
            bytes.append(byte == UInt8(ascii: "\n") ? UInt8(ascii: "n") : byte)
        }
    }

    private mutating func append(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}
