/// Families in, the page of a scrape out, in any format that Prometheus reads.
///
/// A page is put together from parts, and each part is encoded for itself: what has not changed since the last page need
/// not be encoded again.
package enum Exposition {
    /// The page of these families alone, in the order of their names and label values.
    package static func encode(_ families: [Family], as format: ExpositionFormat) -> [UInt8] {
        page(of: [EncodedFamilies(families, as: format.encoding)], as: format.encoding)
    }

    /// The page with the series of all parts: one block or message for each family, in the order of their names, with the
    /// series of the parts in the order of the parts. All must be of this encoding.
    package static func page(of parts: [EncodedFamilies], as encoding: ExpositionFormat.Encoding) -> [UInt8] {
        var page: [UInt8] = []
        // A family's comments take less than this.
        page.reserveCapacity(parts.reduce(1 << 14) { $0 + $1.bytes.count })
        var cursors = parts.map { _ in 0 }
        while let metric = parts.firstMetric(behind: cursors) {
            var holders: [(part: Int, piece: EncodedFamilies.Piece)] = []
            holders.reserveCapacity(parts.count)
            for part in parts.indices {
                guard let piece = parts[part].piece(cursors[part]), piece.metric.name == metric.name else { continue }
                holders.append((part, piece))
                cursors[part] += 1
            }
            let frame = encoding.frame(of: metric, seriesBytes: holders.reduce(0) { $0 + $1.piece.bytes.count })
            page += frame.before
            for (part, piece) in holders { page += parts[part].bytes[piece.bytes] }
            page += frame.after
        }
        page += encoding.endOfPage
        return page
    }
}

extension [EncodedFamilies] {
    /// Of the metrics that come next in each part, the first by name.
    fileprivate func firstMetric(behind cursors: [Int]) -> Metric? {
        var first: Metric?
        for part in indices {
            guard let piece = self[part].piece(cursors[part]) else { continue }
            if first.map({ piece.metric.name < $0.name }) ?? true { first = piece.metric }
        }
        return first
    }
}

/// Families whose series are encoded: a part of a page, complete but for what stands once for each family.
package struct EncodedFamilies: Sendable {
    fileprivate struct Piece: Sendable {
        let metric: Metric
        let bytes: Range<Int>
    }

    fileprivate let bytes: [UInt8]
    /// In the order of the metrics' names.
    private let pieces: [Piece]

    /// Encodes the families that have series, those of one name as one, in the order of their names and label values.
    package init(_ families: [Family], as encoding: ExpositionFormat.Encoding) {
        var writer = encoding.writer
        var pieces: [Piece] = []
        for family in families.expositionOrder {
            let start = writer.bytes.count
            for series in family.series { writer.write(series, of: family.metric) }
            pieces.append(Piece(metric: family.metric, bytes: start..<writer.bytes.count))
        }
        // Kept for as long as nothing changes: without what the writer holds in reserve.
        bytes = Array(writer.bytes[...])
        self.pieces = pieces
    }

    fileprivate func piece(_ place: Int) -> Piece? {
        place < pieces.count ? pieces[place] : nil
    }
}

/// Encodes the samples of series, one behind the other.
protocol SeriesWriter {
    /// What has been written.
    var bytes: [UInt8] { get }

    mutating func write(_ series: Series, of metric: Metric)
}

extension ExpositionFormat.Encoding {
    /// What stands around the series of a family.
    fileprivate typealias Frame = (before: [UInt8], after: [UInt8])

    fileprivate var writer: any SeriesWriter {
        switch self {
        case .text: PageWriter(.text004)
        case .openMetrics: PageWriter(.openMetrics)
        case .protobuf: ProtobufWriter()
        }
    }

    fileprivate func frame(of metric: Metric, seriesBytes: Int) -> Frame {
        switch self {
        case .text: (PageWriter.textComments(of: metric), [])
        case .openMetrics: (PageWriter.openMetricsComments(of: metric), [])
        case .protobuf: ProtobufWriter.frame(of: metric, seriesBytes: seriesBytes)
        }
    }

    fileprivate var endOfPage: String.UTF8View {
        switch self {
        case .text, .protobuf: "".utf8
        case .openMetrics: "# EOF\n".utf8
        }
    }
}
