import Testing

@testable import LogCollection

@Suite struct ClockWatchTests {
    /// Whether each of these differences, one after the other, is news.
    private func news(_ differences: [Duration], measuredIn span: Duration = .milliseconds(20)) -> [Bool] {
        var watch = ClockWatch()
        return differences.map { watch.isNews($0, measuredIn: span) }
    }

    @Test func theFirstDifferenceIsNoNews() {
        #expect(news([.seconds(3600)]) == [false])
    }

    @Test func whatIsCutToSecondsAndDriftsIsNoNews() {
        #expect(!news([0, 900, -800, 2500, 4100].map { .milliseconds($0) }).contains(true))
    }

    @Test(arguments: [-300, -6, 6, 300]) func aClockThatIsSetIsNewsOnce(seconds: Int) {
        #expect(news([.seconds(2), .seconds(2 + seconds), .seconds(2 + seconds)]) == [false, true, false])
    }

    @Test func aSlowAnswerTellsLess() {
        #expect(news([.zero, .seconds(15)], measuredIn: .seconds(20)) == [false, false])
    }

    @Test func serversWithClocksOfTheirOwnAreNewsOnlyAtFirst() {
        #expect(news((0..<100).map { .seconds($0 % 3 * 30) }).filter { $0 }.count == 2)
    }

    @Test func whatWasLongAgoIsNewsAgain() {
        let set = Array(repeating: Duration.seconds(60), count: 16)
        #expect(news([.zero] + set + [.zero]).last == true)
        #expect(news([.zero] + set.dropLast() + [.zero]).last == false)
    }
}
