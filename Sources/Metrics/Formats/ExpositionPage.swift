import Platform

/// Families in, the page of a scrape out, in any format that Prometheus reads.
///
/// A page is put together from parts, and each part is encoded for itself: what has not changed since the last page need
/// not be encoded again.
package enum Exposition {
    /// The page of these families alone, in the order of their names and label values.
    package static func encode(_ families: [Family], as format: ExpositionFormat) -> [UInt8] {
        ExpositionPage(of: [EncodedFamilies(families, as: format.encoding)], as: format.encoding).bytes
    }
}

/// The page of a scrape: one block or message for each family, in the order of their names, with the series of the parts in the order
/// of the parts.
///
/// It is a plan: its bytes are put together when they are wanted, as a whole or piece by piece. The plan of a thousand apps takes 1.5 MB,
/// and their page thirteen.
package struct ExpositionPage: Sendable {
    /// A stretch of the page that comes from one place.
    private struct Step {
        /// Where it ends on the page.
        let end: Int
        /// The part whose piece it is; -1 where it stands around families.
        let part: Int32
        /// Of the part's, or of `frames`.
        let bytes: Range<Int32>
    }

    private let parts: [EncodedFamilies]
    private var frames: [UInt8] = []
    private var steps: [Step] = []
    private static let frame: Int32 = -1

    /// All parts must be of this encoding.
    package init(of parts: [EncodedFamilies], as encoding: ExpositionFormat.Encoding) {
        self.parts = parts
        let metrics = PageVocabulary.shared.withLock { $0.metrics }
        var cursors = parts.map { _ in 0 }
        steps.reserveCapacity(parts.reduce(0) { $0 + $1.pieces.count } + 2 * metrics.count + 1)
        while let metric = parts.firstMetric(behind: cursors, metrics) {
            var pieces: [(part: Int, piece: EncodedFamilies.Piece)] = []
            pieces.reserveCapacity(parts.count)
            var seriesBytes = 0
            for (part, cursor) in cursors.enumerated() where cursor < parts[part].pieces.count {
                let piece = parts[part].pieces[cursor]
                guard piece.metric == metric || metrics[Int(piece.metric)].name == metrics[Int(metric)].name else {
                    continue
                }
                pieces.append((part, piece))
                seriesBytes += Int(piece.size)
                cursors[part] += 1
            }
            let frame = encoding.frame(of: metrics[Int(metric)], seriesBytes: seriesBytes)
            append(frame.before)
            for (part, piece) in pieces {
                steps.append(Step(end: count + Int(piece.size), part: Int32(part), bytes: piece.bytes))
            }
            append(frame.after)
        }
        append(Array(encoding.endOfPage))
    }

    private mutating func append(_ frame: [UInt8]) {
        guard !frame.isEmpty else { return }
        let start = Int32(frames.count)
        frames += frame
        steps.append(Step(end: count + frame.count, part: Self.frame, bytes: start..<Int32(frames.count)))
    }

    /// Bytes in all.
    package var count: Int { steps.last?.end ?? 0 }

    /// Bytes of memory that the plan holds, its parts among them.
    package var memory: Int {
        parts.reduce(frames.count + steps.count * MemoryLayout<Step>.stride) { $0 + $1.memory }
    }

    /// The whole page.
    package var bytes: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, count in
            write(from: 0, to: UnsafeMutableRawBufferPointer(buffer))
            count = self.count
        }
    }

    /// Fills the buffer with what follows the first `offset` bytes. Traps where that is less.
    package func write(from offset: Int, to buffer: UnsafeMutableRawBufferPointer) {
        let first = firstStep(behind: offset)
        var page = PageBuffer(buffer, behind: offset - (first == 0 ? 0 : steps[first - 1].end))
        // All beginnings that the parts have are in it: it only grows.
        let vocabulary = PageVocabulary.shared.withLock { $0 }
        vocabulary.withHeads { heads in
            for step in steps[first...] {
                let range = Int(step.bytes.lowerBound)..<Int(step.bytes.upperBound)
                if step.part == Self.frame {
                    frames.withUnsafeBufferPointer { page.append(UnsafeBufferPointer(rebasing: $0[range])) }
                } else {
                    parts[Int(step.part)].write(range, heads, to: &page)
                }
                if page.isFull { break }
            }
        }
        precondition(page.isFull)
    }

    /// The place of the step that the byte behind the first `offset` ones is of.
    private func firstStep(behind offset: Int) -> Int {
        var (low, high) = (0, steps.count)
        while low < high {
            let middle = (low + high) / 2
            if steps[middle].end <= offset { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension [EncodedFamilies] {
    /// Of the metrics that come next in each part, the first by name.
    fileprivate func firstMetric(behind cursors: [Int], _ metrics: [Metric]) -> UInt32? {
        var first: UInt32?
        for (part, cursor) in zip(self, cursors) where cursor < part.pieces.count {
            let metric = part.pieces[cursor].metric
            guard let other = first else {
                first = metric
                continue
            }
            if metric != other, metrics[Int(metric)].name < metrics[Int(other)].name { first = metric }
        }
        return first
    }
}

/// A stretch of a page that is being put together: what lies before and behind it is left out.
struct PageBuffer {
    private let buffer: UnsafeMutableRawBufferPointer
    private var count = 0
    private var skipped: Int

    /// The stretch begins behind the first `skipped` bytes of what is appended.
    init(_ buffer: UnsafeMutableRawBufferPointer, behind skipped: Int) {
        self.buffer = buffer
        self.skipped = skipped
    }

    var isFull: Bool { count == buffer.count }

    @inline(__always)
    mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        // Nearly all that is appended belongs to the stretch as a whole.
        if skipped == 0, bytes.count <= buffer.count - count, let source = bytes.baseAddress,
            let target = buffer.baseAddress
        {
            (target + count).copyMemory(from: source, byteCount: bytes.count)
            count += bytes.count
        } else {
            appendPart(of: bytes)
        }
    }

    private mutating func appendPart(of bytes: UnsafeBufferPointer<UInt8>) {
        let start = min(skipped, bytes.count)
        skipped -= start
        let length = min(bytes.count - start, buffer.count - count)
        guard length > 0, let source = bytes.baseAddress, let target = buffer.baseAddress else { return }
        (target + count).copyMemory(from: source + start, byteCount: length)
        count += length
    }
}
