import TestSupport
import Testing

@testable import LogCollection

@Suite struct LogIDsTests {
    @Test func `it is a set, however many are in it`() {
        var random = Seeded(6)
        var ids = LogIDs()
        var plain: Set<LogID> = []
        for _ in 0..<5000 {
            let id = LogID(high: 0, low: UInt64(random.below(5)))
            if random.below(2) == 0 {
                #expect(ids.insert(id) == plain.insert(id).inserted)
            } else {
                let others: Set = [id, LogID(high: 0, low: UInt64(random.below(5)))]
                ids.subtract(others)
                plain.subtract(others)
            }
            #expect(ids.all == plain && ids.count == plain.count && ids.contains(id) == plain.contains(id))
            #expect(ids == LogIDs(plain))
        }
    }
}
