import Bytes

/// One family at many moments, as OpenMetrics text with timestamps: the samples of each series together, oldest first.
///
/// Only changes are kept, so that a series which seldom changes takes next to nothing. Exemplars, native histograms and start
/// times are left out: `promtool tsdb create-blocks-from openmetrics` reads none of them (prometheus/docs `storage.md`).
package struct FamilyHistory: Sendable {
    package let metric: Metric
    private var series: [Key: Columns] = [:]

    fileprivate struct Key: Hashable, Sendable {
        let labelValues: [String]
        let extraLabels: [Label]
    }

    /// The samples of one series.
    fileprivate struct Columns: Sendable {
        /// Of a histogram; nil for a number.
        let bounds: [Double]?
        /// The buckets, the sum and the count, or the number.
        var columns: [Column]
        /// The last place at which the series was there.
        var lastPlace: Int
    }

    /// One sample line over time: its values from each place on at which it changes. NaN where it is not there.
    fileprivate struct Column: Sendable {
        var places: [Int32] = []
        var values: [Double] = []

        mutating func note(_ value: Double, at place: Int) {
            if let last = values.last, last == value || (last.isNaN && value.isNaN) { return }
            places.append(Int32(place))
            values.append(value)
        }
    }

    package init(_ metric: Metric) {
        self.metric = metric
    }

    /// Takes the family at one of the moments, by the moment's place among them. Places rise, and each is given once; a series that
    /// the family does not have there is absent at that moment.
    package mutating func add(_ family: Family, at place: Int) {
        for one in family.series {
            let key = Key(labelValues: one.labelValues, extraLabels: one.extraLabels)
            let (bounds, values) = Self.samples(of: one.value)
            if series[key]?.bounds != bounds || series[key] == nil {
                series[key] = Columns(
                    bounds: bounds, columns: Array(repeating: Column(), count: values.count), lastPlace: -1)
            }
            series[key]?.note(values, at: place)
        }
    }

    private static func samples(of value: Series.Value) -> (bounds: [Double]?, values: [Double]) {
        switch value {
        case .number(let number): (nil, [number])
        case .histogram(let histogram):
            (
                histogram.bounds,
                histogram.cumulativeCounts.map { Double($0) } + [histogram.sum, Double(histogram.count)]
            )
        }
    }

    // MARK: Text

    /// The comment lines that begin a family.
    package static func head(of metric: Metric) -> [UInt8] {
        PageWriter.openMetricsComments(of: metric)
    }

    /// The line that ends a file.
    package static let end = Array("# EOF\n".utf8)

    /// The sample lines, handed out piece by piece, with `labels` behind those of the series. `moments` are in Unix seconds, as many
    /// as there were places.
    package func write<Failure: Error>(
        at moments: [Int64], labels: [Label], to take: ([UInt8]) throws(Failure) -> Void
    ) throws(Failure) {
        let times = moments.map { Array(" \($0)\n".utf8) }
        let keys = series.keys.sorted { $0.labelValues.lexicographicallyPrecedes($1.labelValues) }
        var text: [UInt8] = []
        for key in keys {
            guard let columns = series[key] else { continue }
            let heads = PageWriter.sampleHeads(
                metric, labelValues: key.labelValues, extraLabels: key.extraLabels + labels, bounds: columns.bounds)
            for (column, head) in zip(columns.columns, heads) {
                text.removeAll(keepingCapacity: true)
                column.write(head, times, until: columns.lastPlace, to: &text)
                try take(text)
            }
        }
    }
}

extension FamilyHistory.Columns {
    fileprivate mutating func note(_ values: [Double], at place: Int) {
        let wasAway = lastPlace >= 0 && lastPlace + 1 < place
        for index in columns.indices {
            if wasAway { columns[index].note(.nan, at: lastPlace + 1) }
            columns[index].note(values[index], at: place)
        }
        lastPlace = place
    }
}

extension FamilyHistory.Column {
    fileprivate func write(_ head: [UInt8], _ times: [[UInt8]], until last: Int, to text: inout [UInt8]) {
        for (index, value) in values.enumerated() where !value.isNaN {
            let first = Int(places[index])
            let end = index + 1 < places.count ? Int(places[index + 1]) : last + 1
            var start = head
            FloatText.append(sample: value, to: &start)
            for place in first..<min(end, times.count) {
                text.append(contentsOf: start)
                text.append(contentsOf: times[place])
            }
        }
    }
}

// A family's history as bytes, so that those of many apps need not all be in memory.
extension FamilyHistory {
    package var encoded: [UInt8] {
        var writer = ByteWriter()
        writer.list(series) { writer, entry in
            writer.list(entry.key.labelValues) { $0.text($1) }
            writer.list(entry.key.extraLabels) { writer, label in
                writer.text(label.name)
                writer.text(label.value)
            }
            writer.optional(entry.value.bounds) { $0.list($1) { $0.double($1) } }
            writer.signed(Int64(entry.value.lastPlace))
            writer.list(entry.value.columns) { writer, column in
                writer.list(column.places) { $0.unsigned(UInt64($1)) }
                writer.list(column.values) { $0.sample($1) }
            }
        }
        return writer.bytes
    }

    /// Throws where the bytes are none that `encoded` gave.
    package init(_ metric: Metric, encoded: [UInt8]) throws(ByteReader.Malformed) {
        self.metric = metric
        var reader = ByteReader(encoded[...])
        let entries = try reader.list { reader throws(ByteReader.Malformed) in
            let values = try reader.list { reader throws(ByteReader.Malformed) in try reader.text() }
            let labels = try reader.list { reader throws(ByteReader.Malformed) in
                Label(name: try reader.text(), value: try reader.text())
            }
            let bounds = try reader.optional { reader throws(ByteReader.Malformed) in
                try reader.list { reader throws(ByteReader.Malformed) in try reader.double() }
            }
            let lastPlace = Int(try reader.signed())
            let columns = try reader.list { reader throws(ByteReader.Malformed) in try Column(from: &reader) }
            return (
                Key(labelValues: values, extraLabels: labels),
                Columns(bounds: bounds, columns: columns, lastPlace: lastPlace)
            )
        }
        guard reader.isAtEnd else { throw ByteReader.Malformed() }
        series = Dictionary(entries) { first, _ in first }
    }
}

extension FamilyHistory.Column {
    fileprivate init(from reader: inout ByteReader) throws(ByteReader.Malformed) {
        places = try reader.list { reader throws(ByteReader.Malformed) in
            Int32(truncatingIfNeeded: try reader.unsigned())
        }
        values = try reader.list { reader throws(ByteReader.Malformed) in try reader.sample() }
        guard places.count == values.count, places.allSatisfy({ $0 >= 0 }) else { throw ByteReader.Malformed() }
    }
}

extension ByteWriter {
    /// Whole numbers from 0 on in as few bytes as they need, others in nine.
    fileprivate mutating func sample(_ value: Double) {
        if let whole = UInt64(exactly: value), whole < UInt64(1) << 53, value.sign == .plus {
            unsigned(whole + 1)
        } else {
            unsigned(0)
            double(value)
        }
    }
}

extension ByteReader {
    fileprivate mutating func sample() throws(Malformed) -> Double {
        let whole = try unsigned()
        return whole == 0 ? try double() : Double(whole - 1)
    }
}
