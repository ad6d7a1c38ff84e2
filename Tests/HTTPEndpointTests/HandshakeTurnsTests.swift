import TestSupport
import Testing

@testable import HTTPEndpoint

/// Who takes a step of a handshake, and who is let in meanwhile.
struct HandshakeTurnsTests {
    private static let steps = HandshakeTurns.stepsAtOnce

    @Test(arguments: [0, 1, steps])
    func `where few are ready all go on, and newcomers are welcome`(count: Int) {
        var turns = HandshakeTurns()
        let ready = (0..<count).map { 3 * $0 }
        #expect(turns.begin(ready).elementsEqual(ready))
        #expect(turns.newcomersLeft == HandshakeTurns.newcomersAtOnce)
        turns.countNewcomer()
        #expect(turns.newcomersLeft == HandshakeTurns.newcomersAtOnce - 1)
    }

    @Test(arguments: [17, 100, 512])
    func `each who is ready has a turn before anybody has a second one`(count: Int) {
        var turns = HandshakeTurns()
        var taken = [Int](repeating: 0, count: count)
        for _ in 0..<(10 * count / Self.steps) {
            for place in turns.begin(Array(0..<count)) { taken[place] += 1 }
            #expect((taken.max() ?? 0) - (taken.min() ?? 0) <= 1)
            #expect(turns.newcomersLeft == HandshakeTurns.newcomersWhileSomeWait)
        }
    }

    /// Every client begins its handshake again as soon as it is served, as a flood does; one of them is not of the flood.
    @Test(arguments: [1, 2, 3])
    func `a handshake ends before its place is renewed`(seed: UInt64) {
        var random = Seeded(seed)
        let places = HTTPServer.Limits().sessions
        let everybody = Array(0..<places)
        for _ in 0..<40 {
            var turns = HandshakeTurns()
            for _ in 0..<Int.random(in: 0...40, using: &random) { _ = turns.begin(everybody) }
            let own = Int.random(in: 0..<places, using: &random)
            var stepsLeft = 3
            var newcomers = 0
            while stepsLeft > 0, newcomers < places {
                if turns.begin(everybody).contains(own) { stepsLeft -= 1 }
                newcomers += turns.newcomersLeft
            }
            #expect(stepsLeft == 0, "place \(own) was renewed before its handshake ended")
        }
    }
}
