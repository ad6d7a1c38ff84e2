import Platform
import Testing

@testable import HTTPEndpoint

struct MemoryPeakTests {
    private let start = MonotonicTime.now

    /// Whether memory is given back, at each of these seconds with so many bytes in use.
    private func returns(_ steps: [(second: Int, bytes: Int)]) -> [Bool] {
        var peak = MemoryPeak()
        return steps.map { peak.isDueToReturn($0.bytes, at: start + .seconds($0.second)) }
    }

    @Test func `what a peak left is given back once, a while after it fell`() {
        let steps = [(0, 10 << 20), (1, 1 << 20), (1, 2 << 20), (9, 0), (10, 0)]
        #expect(returns(steps) == [false, false, false, true, false])
    }

    @Test func `the time to give back is told`() throws {
        var peak = MemoryPeak()
        _ = peak.isDueToReturn(10 << 20, at: start)
        #expect(peak.returnsAt == nil)
        _ = peak.isDueToReturn(0, at: start)
        let time = try #require(peak.returnsAt)
        let isDue = peak.isDueToReturn(0, at: time)
        #expect(isDue && time > start)
    }

    @Test func `a peak that rises again is waited for`() {
        let steps = [(0, 10 << 20), (0, 0), (9, 11 << 20), (10, 0), (20, 0)]
        #expect(returns(steps) == [false, false, false, false, true])
    }

    @Test func `everyday requests give nothing back`() {
        let steps = (0..<100).map { (second: $0, bytes: $0.isMultiple(of: 2) ? 100 << 10 : 0) }
        #expect(!returns(steps).contains(true))
    }
}
