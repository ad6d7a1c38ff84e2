/// The buckets of a native histogram as they go over the wire: runs of neighbours, and counts as differences.
///
/// Source: prometheus/docs `native_histograms.md`, "Spans and deltas".
struct BucketLayout: Hashable {
    private(set) var spans: [Span] = []
    /// The first bucket's count, then each one's difference from the one before it.
    private(set) var deltas: [Int64] = []

    struct Span: Hashable {
        /// The index of the first span's first bucket; for later spans, how many buckets lie between it and the one before.
        let offset: Int32
        fileprivate(set) var length: UInt32
    }

    /// A gap of at most `filledGap` buckets is written as empty buckets, which are shorter than another span.
    init(_ buckets: [NativeHistogram.Bucket], filledGap: Int = 2) {
        var next: Int?
        var previous: Int64 = 0
        for bucket in buckets {
            let gap = bucket.index - (next ?? 0)
            if next == nil || gap > filledGap {
                spans.append(Span(offset: Int32(gap), length: 0))
            } else {
                for _ in 0..<gap { append(0, after: &previous) }
            }
            append(Int64(bucket.count), after: &previous)
            next = bucket.index + 1
        }
    }

    private mutating func append(_ count: Int64, after previous: inout Int64) {
        spans[spans.count - 1].length += 1
        deltas.append(count - previous)
        previous = count
    }
}
