import Testing

@testable import Exporter

@Suite struct DiskTurnsTests {
    /// The ids of all that waits, in the order of their turns.
    private func order(_ turns: DiskTurns) -> [UInt64] {
        var turns = turns
        var order: [UInt64] = []
        while let work = turns.take() { order.append(work.id) }
        return order
    }

    @Test func `an app that begins or ends goes before those that save again, and each in its order`() {
        var turns = DiskTurns()
        for isUrgent in [false, true, false, true] {
            turns.add(.init(id: turns.newID(), run: {}), isUrgent: isUrgent)
        }
        #expect(order(turns) == [2, 4, 1, 3])
    }

    @Test func `the save of an app that is told to end goes before those that save again`() {
        var turns = DiskTurns()
        for _ in 1...4 { turns.add(.init(id: turns.newID(), run: {}), isUrgent: false) }
        turns.hasten(3)
        #expect(order(turns) == [3, 1, 2, 4])
        // Neither what is hastened again nor what has had its turn changes anything.
        turns.hasten(3)
        turns.hasten(9)
        #expect(order(turns) == [3, 1, 2, 4])
    }
}
