import Platform

/// What the parts of pages have in common, each kept once: a thousand apps have the same metrics, and the same beginnings of sample
/// lines but for the label that names the app.
struct PageVocabulary: Sendable {
    /// A beginning: the bytes before the label, and those behind it.
    fileprivate struct Head {
        let before: Range<Int>
        let after: Range<Int>
        /// That of the line which came after one with this beginning, when it was last asked for: apps have the same lines in the same order.
        var next: UInt16?
    }

    /// All beginnings, for as long as a page is put together.
    struct Heads {
        fileprivate let bytes: UnsafeBufferPointer<UInt8>
        fileprivate let places: UnsafeBufferPointer<Head>

        /// By the number that `number(ofHead:after:)` gave.
        subscript(number: UInt16) -> (before: UnsafeBufferPointer<UInt8>, after: UnsafeBufferPointer<UInt8>) {
            let head = places[Int(number)]
            return (UnsafeBufferPointer(rebasing: bytes[head.before]), UnsafeBufferPointer(rebasing: bytes[head.after]))
        }
    }

    /// Of all beginnings.
    private var bytes: [UInt8] = []
    private var heads: [Head] = []
    private(set) var metrics: [Metric] = []
    private var headNumbers: [Key: UInt16] = [:]
    /// By their bytes: texts that Swift takes for equal may be written in several ways.
    private var metricNumbers: [[UInt8]: UInt32] = [:]

    private struct Key: Hashable {
        let before: ArraySlice<UInt8>
        let after: ArraySlice<UInt8>
    }

    /// More than an exporter has at its usual settings; lines beyond are kept whole.
    static let headLimit = 4096

    /// Those of this program.
    static let shared = Locked(PageVocabulary())

    /// The beginnings may be used only within `body`.
    func withHeads(_ body: (Heads) -> Void) {
        bytes.withUnsafeBufferPointer { bytes in
            heads.withUnsafeBufferPointer { body(Heads(bytes: bytes, places: $0)) }
        }
    }

    /// The number of a metric, which is taken in where it is new. There are as many as the program has.
    mutating func number(of metric: Metric) -> UInt32 {
        let key = metric.bytes
        if let number = metricNumbers[key] { return number }
        let number = UInt32(metrics.count)
        metrics.append(metric)
        metricNumbers[key] = number
        return number
    }

    /// The number of a beginning, which is taken in where it is new; nil where there are too many. `previous` is the number of the line
    /// before, by which it is mostly found at once.
    mutating func number(
        ofHead before: ArraySlice<UInt8>, after: ArraySlice<UInt8>, following previous: UInt16?
    ) -> UInt16? {
        if let next = previous.flatMap({ heads[Int($0)].next }), isHead(next, before, after) { return next }
        let number = number(ofHead: before, after: after)
        if let previous, let number { heads[Int(previous)].next = number }
        return number
    }

    private func isHead(_ number: UInt16, _ before: ArraySlice<UInt8>, _ after: ArraySlice<UInt8>) -> Bool {
        let head = heads[Int(number)]
        return isEqual(head.before, before) && isEqual(head.after, after)
    }

    private func isEqual(_ range: Range<Int>, _ other: ArraySlice<UInt8>) -> Bool {
        guard range.count == other.count else { return false }
        return bytes[range].withUnsafeBytes { bytes in
            other.withUnsafeBytes { other in
                guard let one = bytes.baseAddress, let two = other.baseAddress else { return true }
                return memcmp(one, two, other.count) == 0
            }
        }
    }

    private mutating func number(ofHead before: ArraySlice<UInt8>, after: ArraySlice<UInt8>) -> UInt16? {
        if let number = headNumbers[Key(before: before, after: after)] { return number }
        guard heads.count < Self.headLimit else { return nil }
        let start = bytes.count
        bytes += before
        bytes += after
        heads.append(
            Head(before: start..<start + before.count, after: start + before.count..<start + before.count + after.count)
        )
        // Copies: a slice would keep all that it is of.
        let key = Key(before: Array(before)[...], after: Array(after)[...])
        let number = UInt16(headNumbers.count)
        headNumbers[key] = number
        return number
    }
}

extension Metric {
    /// All that tells it from others.
    fileprivate var bytes: [UInt8] {
        // No UTF-8 has the byte that stands between them.
        Array(([name, type.rawValue, help] + labels).map(\.utf8).joined(separator: [0xff]))
    }
}
