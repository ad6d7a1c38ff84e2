import Platform
import Testing

@testable import HTTPEndpoint

struct DeadlinesTests {
    private func at(_ second: Int) -> MonotonicTime {
        .zero + .seconds(second)
    }

    /// Places with these deadlines.
    private func deadlines(_ seconds: [Int?]) -> Deadlines {
        var deadlines = Deadlines()
        for (slot, second) in seconds.enumerated() {
            deadlines.addPlace()
            deadlines[slot] = second.map(at)
        }
        return deadlines
    }

    @Test func `those are due whose deadline has come`() {
        var deadlines = deadlines([3, nil, 1, 2])
        #expect(deadlines.due(at: at(0), limit: 9).isEmpty)
        #expect(deadlines.due(at: at(2), limit: 9) == [2, 3])
    }

    @Test func `a turn takes so many, and the next the others`() {
        var deadlines = deadlines([1, 1, 1])
        #expect(deadlines.due(at: at(1), limit: 2) == [0, 1])
        deadlines[0] = nil
        deadlines[1] = at(5)
        #expect(deadlines.due(at: at(1), limit: 2) == [2])
    }

    @Test func `no deadline is before the bound, and one that has moved is looked for once`() {
        var deadlines = deadlines([1, 4])
        deadlines[0] = at(9)
        #expect(deadlines.bound == at(1))
        #expect(deadlines.due(at: at(1), limit: 9).isEmpty)
        #expect(deadlines.bound == at(4))
        deadlines[1] = nil
        deadlines[0] = nil
        #expect(deadlines.due(at: at(4), limit: 9).isEmpty)
        #expect(deadlines.bound == nil)
    }
}
