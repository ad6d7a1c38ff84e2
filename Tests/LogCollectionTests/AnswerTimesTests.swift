import CivilTime
import TestSupport
import Testing

@testable import LogCollection

@Suite struct AnswerTimesTests {
    /// Answers of a server with these costs, whose rows and noise `random` chooses.
    private func answers(
        _ count: Int, request: Double, row: Double, rows: ClosedRange<Int>, noise: Double = 0, seed: UInt64 = 1
    ) -> AnswerTimes {
        var random = Seeded(seed)
        var times = AnswerTimes()
        for _ in 0..<count {
            let rows = Int.random(in: rows, using: &random)
            let factor = 1 + Double.random(in: -noise...noise, using: &random)
            times.note(rows: rows, took: .seconds((request + row * Double(rows)) * factor))
        }
        return times
    }

    @Test(arguments: [(0.017, 0.0017), (0.162, 0.0017), (0.001, 0.0017), (0.9, 0.0017)])
    func `what a request and a row cost is learnt from the answers`(request: Double, row: Double) throws {
        let price = try #require(answers(48, request: request, row: row, rows: 0...30, noise: 0.02).price)
        #expect(abs(price.row - row) < 0.001)
        #expect(abs(price.request - request) < 0.02)
    }

    @Test func `before anything was answered there is no price and no strain`() {
        #expect(AnswerTimes().price == nil)
        #expect(AnswerTimes().strain == 1)
    }

    @Test func `answers of one length give a price that expects what they took`() throws {
        let price = try #require(answers(48, request: 0.017, row: 0.0017, rows: 100...100).price)
        #expect(abs(price.request + price.row * 100 - 0.187) < 1e-3)
        #expect(price.row > 0 && price.request > 0)
    }

    @Test(arguments: [0, 0.1, 0.3]) func `answers that differ as ever are no strain`(noise: Double) {
        var strained = 0
        for seed in 1...50 as ClosedRange<UInt64> {
            let times = answers(200, request: 0.017, row: 0.0017, rows: 90...100, noise: noise, seed: seed)
            if times.strain > 2 { strained += 1 }
        }
        #expect(strained <= 2)
    }

    /// A process that takes its turn, or the collector of garbage, makes one answer in six of such a server twice as slow.
    @Test func `a server that answers within milliseconds is not spared for milliseconds`() {
        var times = AnswerTimes()
        for number in 0..<300 { times.note(rows: 100, took: .milliseconds(number % 6 == 0 ? 9 : 4)) }
        #expect(times.strain == 1)
        for _ in 0..<4 { times.note(rows: 100, took: .milliseconds(90)) }
        #expect(times.strain == AnswerTimes.greatestStrain)
    }

    @Test func `slower answers than usual are a strain, and it goes when they are as fast as before`() {
        var times = answers(48, request: 0.017, row: 0.0017, rows: 100...100, noise: 0.05)
        for _ in 0..<5 { times.note(rows: 100, took: .milliseconds(280)) }
        #expect(times.strain == AnswerTimes.greatestStrain)
        for _ in 0..<40 { times.note(rows: 100, took: .milliseconds(187)) }
        #expect(times.strain == 1)
    }

    @Test func `a server that is slower for good is usual in the end`() {
        var times = answers(48, request: 0.017, row: 0.0017, rows: 100...100, noise: 0.05)
        for _ in 0..<150 { times.note(rows: 100, took: .milliseconds(400)) }
        #expect(times.strain == 1)
    }

    @Test func `a request that failed is a strain`() {
        var times = answers(48, request: 0.017, row: 0.0017, rows: 100...100)
        times.noteFailure()
        #expect(times.strain == 2)
    }
}
