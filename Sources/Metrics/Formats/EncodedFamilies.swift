import Bytes
import Platform

/// Families whose series are encoded: a part of a page, complete but for what stands once for each family.
///
/// It is kept for as long as nothing changes. A part of text whose lines all have one label keeps of each line the number of its
/// beginning, which it shares with other parts, and its value: some tenth of the text.
package struct EncodedFamilies: Sendable {
    struct Piece: Sendable {
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
    let pieces: [Piece]

    /// Bytes of memory.
    var memory: Int { bytes.count + pieces.count * MemoryLayout<Piece>.stride }

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

    /// Writes what the bytes of one of the pieces stand for.
    func write(_ range: Range<Int>, _ heads: PageVocabulary.Heads, to page: inout PageBuffer) {
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
    typealias Frame = (before: [UInt8], after: [UInt8])

    func frame(of metric: Metric, seriesBytes: Int) -> Frame {
        switch self {
        case .text: (PageWriter.textComments(of: metric), [])
        case .openMetrics: (PageWriter.openMetricsComments(of: metric), [])
        case .protobuf: ProtobufWriter.frame(of: metric, seriesBytes: seriesBytes)
        }
    }

    var endOfPage: String.UTF8View {
        switch self {
        case .text, .protobuf: "".utf8
        case .openMetrics: "# EOF\n".utf8
        }
    }
}
