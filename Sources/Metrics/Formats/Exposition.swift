import Bytes
import Platform

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
        let vocabulary = PageVocabulary.shared.withLock { $0 }
        let families = framed(parts, encoding, vocabulary.metrics)
        let end = Array(encoding.endOfPage)
        let size = families.reduce(end.count) { $0 + $1.size }
        return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            LargePages.prefer(for: UnsafeMutableRawBufferPointer(buffer))
            var page = PageBuffer(buffer)
            vocabulary.withHeads { heads in
                for family in families {
                    page.append(family.frame.before)
                    for (part, place) in family.pieces { parts[part].write(place, heads, to: &page) }
                    page.append(family.frame.after)
                }
            }
            page.append(end)
            count = page.count
        }
    }

    /// A family of a page, with the places of its series among the parts and their pieces.
    private struct FramedFamily {
        let frame: ExpositionFormat.Encoding.Frame
        let pieces: [(part: Int, place: Int)]
        let size: Int
    }

    private static func framed(
        _ parts: [EncodedFamilies], _ encoding: ExpositionFormat.Encoding, _ metrics: [Metric]
    ) -> [FramedFamily] {
        var families: [FramedFamily] = []
        var cursors = parts.map { _ in 0 }
        while let metric = parts.firstMetric(behind: cursors, metrics) {
            var pieces: [(part: Int, place: Int)] = []
            pieces.reserveCapacity(parts.count)
            var seriesBytes = 0
            for part in parts.indices {
                let place = cursors[part]
                guard place < parts[part].pieces.count,
                    metrics[Int(parts[part].pieces[place].metric)].name == metric.name
                else { continue }
                pieces.append((part, place))
                seriesBytes += Int(parts[part].pieces[place].size)
                cursors[part] += 1
            }
            let frame = encoding.frame(of: metric, seriesBytes: seriesBytes)
            families.append(
                FramedFamily(frame: frame, pieces: pieces, size: frame.before.count + seriesBytes + frame.after.count))
        }
        return families
    }
}

extension [EncodedFamilies] {
    /// Of the metrics that come next in each part, the first by name.
    fileprivate func firstMetric(behind cursors: [Int], _ metrics: [Metric]) -> Metric? {
        var first: Int?
        for part in indices {
            guard cursors[part] < self[part].pieces.count else { continue }
            let metric = Int(self[part].pieces[cursors[part]].metric)
            guard let other = first else {
                first = metric
                continue
            }
            if metric != other, metrics[metric].name < metrics[other].name { first = metric }
        }
        return first.map { metrics[$0] }
    }
}

/// A page that is being put together in memory of its size.
private struct PageBuffer {
    private let buffer: UnsafeMutableBufferPointer<UInt8>
    private(set) var count = 0

    init(_ buffer: UnsafeMutableBufferPointer<UInt8>) {
        self.buffer = buffer
    }

    /// Traps where the page would become larger than its memory.
    mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let source = bytes.baseAddress, let target = buffer.baseAddress else { return }
        precondition(buffer.count - count >= bytes.count)
        (target + count).update(from: source, count: bytes.count)
        count += bytes.count
    }

    mutating func append(_ bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { append($0) }
    }
}

/// Families whose series are encoded: a part of a page, complete but for what stands once for each family.
///
/// It is kept for as long as nothing changes. A part of text whose lines all have one label keeps of each line the number of its
/// beginning, which it shares with other parts, and its value: some tenth of the text.
package struct EncodedFamilies: Sendable {
    fileprivate struct Piece: Sendable {
        /// By its number in the vocabulary.
        let metric: UInt32
        let bytes: Range<Int32>
        /// Bytes on the page.
        let size: Int32
    }

    private let bytes: [UInt8]
    /// `name="value"` of the label that all lines begin with; nil where the bytes are those of the page.
    private let label: [UInt8]?
    /// In the order of the metrics' names.
    fileprivate let pieces: [Piece]

    /// Encodes the families that have series, those of one name as one, in the order of their names and label values. `label` is the
    /// first of the series, if all have the same.
    package init(_ families: [Family], as encoding: ExpositionFormat.Encoding, label: Label? = nil) {
        let families = families.expositionOrder
        switch encoding {
        case .text: (bytes, pieces, self.label) = Self.lines(of: families, PageWriter(.text004), label)
        case .openMetrics: (bytes, pieces, self.label) = Self.lines(of: families, PageWriter(.openMetrics), label)
        case .protobuf:
            var writer = ProtobufWriter()
            let ends = writer.write(families)
            pieces = PageVocabulary.shared.withLock { vocabulary in
                zip(families, ends).reduce(into: []) { pieces, family in
                    pieces.append(
                        Piece(
                            metric: vocabulary.number(of: family.0.metric),
                            bytes: (pieces.last?.bytes.upperBound ?? 0)..<Int32(family.1),
                            size: Int32(family.1) - (pieces.last?.bytes.upperBound ?? 0)))
                }
            }
            bytes = writer.bytes.withoutReserve
            self.label = nil
        }
    }

    private static func lines(
        of families: [Family], _ emptyWriter: PageWriter, _ label: Label?
    ) -> (bytes: [UInt8], pieces: [Piece], label: [UInt8]?) {
        var writer = emptyWriter
        let ends = writer.write(families)
        let text = label.map(PageWriter.text(of:))
        var bytes: [UInt8] = []
        var pieces: [Piece] = []
        PageVocabulary.shared.withLock { vocabulary in
            var lines = writer.lines[...]
            var familyStart = 0
            var previous: UInt16?
            for (family, familyEnd) in zip(families, ends) {
                let start = bytes.count
                while let text, let line = lines.first, line.start < familyEnd {
                    lines.removeFirst()
                    let whole = writer.bytes[line.start..<(lines.first?.start ?? writer.bytes.count)]
                    let head = head(of: whole, line, text, family.metric, following: previous, &vocabulary)
                    append(head == nil ? whole : whole[line.value...], behind: head, to: &bytes)
                    previous = head ?? previous
                }
                if text == nil { bytes += writer.bytes[familyStart..<familyEnd] }
                pieces.append(
                    Piece(
                        metric: vocabulary.number(of: family.metric), bytes: Int32(start)..<Int32(bytes.count),
                        size: Int32(familyEnd - familyStart)))
                familyStart = familyEnd
            }
        }
        return (bytes.withoutReserve, pieces, text)
    }

    /// Stands for a line that is kept whole.
    private static let wholeLine = UInt16.max

    /// The number of the line's beginning; nil where the line is kept whole.
    private static func head(
        of line: ArraySlice<UInt8>, _ places: PageWriter.Line, _ label: [UInt8], _ metric: Metric,
        following previous: UInt16?, _ vocabulary: inout PageVocabulary
    ) -> UInt16? {
        let labelEnd = places.labels + label.count
        // The labels of an info metric are of one app alone.
        guard !metric.name.hasSuffix("_info"), labelEnd <= places.value,
            line[places.labels..<labelEnd].elementsEqual(label)
        else { return nil }
        return vocabulary.number(
            ofHead: line[..<places.labels], after: line[labelEnd..<places.value], following: previous)
    }

    private static func append(_ rest: ArraySlice<UInt8>, behind head: UInt16?, to short: inout [UInt8]) {
        withUnsafeBytes(of: (head ?? wholeLine).littleEndian) { short.append(contentsOf: $0) }
        short.appendLEB128(UInt64(rest.count))
        short += rest
    }

    /// Writes one of the pieces.
    fileprivate func write(_ place: Int, _ heads: PageVocabulary.Heads, to page: inout PageBuffer) {
        let range = Int(pieces[place].bytes.lowerBound)..<Int(pieces[place].bytes.upperBound)
        bytes.withUnsafeBufferPointer { bytes in
            guard let label else { return page.append(UnsafeBufferPointer(rebasing: bytes[range])) }
            label.withUnsafeBufferPointer { label in
                var position = range.lowerBound
                while position < range.upperBound {
                    let number = UInt16(bytes[position]) | UInt16(bytes[position + 1]) << 8
                    position += 2
                    var (count, shift) = (0, 0)
                    repeat {
                        count |= Int(bytes[position] & 0x7f) << shift
                        shift += 7
                        position += 1
                    } while bytes[position - 1] & 0x80 != 0
                    if number != Self.wholeLine {
                        let (before, after) = heads[number]
                        page.append(before)
                        page.append(label)
                        page.append(after)
                    }
                    page.append(UnsafeBufferPointer(rebasing: bytes[position..<position + count]))
                    position += count
                }
            }
        }
    }
}

extension [UInt8] {
    /// The same in memory of its size.
    fileprivate var withoutReserve: [UInt8] { withUnsafeBufferPointer { Array($0) } }
}

/// Encodes the samples of series, one behind the other.
protocol SeriesWriter {
    /// What has been written.
    var bytes: [UInt8] { get }

    mutating func write(_ series: Series, of metric: Metric)
}

extension SeriesWriter {
    /// Writes the series of all families, and gives where each family ends.
    fileprivate mutating func write(_ families: [Family]) -> [Int] {
        families.map { family in
            for series in family.series { write(series, of: family.metric) }
            return bytes.count
        }
    }
}

extension ExpositionFormat.Encoding {
    /// What stands around the series of a family.
    fileprivate typealias Frame = (before: [UInt8], after: [UInt8])

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
