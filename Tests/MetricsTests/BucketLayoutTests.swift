import Testing

@testable import Metrics

@Suite struct BucketLayoutTests {
    private func layout(_ counts: KeyValuePairs<Int, UInt64>, filledGap: Int = 2) -> BucketLayout {
        BucketLayout(counts.map { .init(index: $0.key, count: $0.value) }, filledGap: filledGap)
    }

    private func spans(_ layout: BucketLayout) -> [[Int]] {
        layout.spans.map { [Int($0.offset), Int($0.length)] }
    }

    /// The example of Prometheus' description of native histograms.
    @Test func `the known example`() {
        let example: KeyValuePairs<Int, UInt64> = [-2: 3, -1: 5, 2: 1, 4: 3, 5: 2]
        let bare = layout(example, filledGap: 0)
        #expect(spans(bare) == [[-2, 2], [2, 1], [1, 2]])
        #expect(bare.deltas == [3, 2, -4, 2, -1])

        let filled = layout(example)
        #expect(spans(filled) == [[-2, 8]])
        #expect(filled.deltas == [3, 2, -5, 0, 1, -1, 3, -1])
    }

    @Test func `no buckets no spans`() {
        #expect(layout([:]) == BucketLayout([]))
        #expect(layout([:]).spans.isEmpty)
    }

    @Test func `gaps of two are filled and of three are not`() {
        #expect(spans(layout([10: 1, 13: 1])) == [[10, 4]])
        #expect(layout([10: 1, 13: 1]).deltas == [1, -1, 0, 1])
        #expect(spans(layout([10: 1, 14: 1])) == [[10, 1], [3, 1]])
        #expect(layout([10: 1, 14: 1]).deltas == [1, 0])
    }

    @Test func `the first span starts anywhere`() {
        #expect(spans(layout([0: 1])) == [[0, 1]])
        #expect(spans(layout([1: 1])) == [[1, 1]])
        #expect(spans(layout([-1000: 1])) == [[-1000, 1]])
    }

    @Test func `the greatest counts have differences`() {
        #expect(layout([0: UInt64(Int64.max), 1: 1]).deltas == [.max, 1 - .max])
    }
}
