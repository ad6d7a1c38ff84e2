import CivilTime
import DifyAPI
import Platform
import Testing

@testable import LogCollection

@Suite struct FailureSpellTests {
    private func reading(_ minutes: Double) -> ClockReading {
        let span = Duration.milliseconds(Int64(minutes * 60_000))
        return ClockReading(monotonic: .zero + span, date: UnixTime(seconds: 1000) + span)
    }

    /// The minutes at which something was told, of failures every half minute.
    private func told(_ problems: [CollectionProblem]) -> [Double] {
        var spell = FailureSpell(at: reading(0))
        return problems.enumerated().compactMap { index, problem in
            let minutes = Double(index) / 2
            return spell.note(problem, at: reading(minutes)) == nil ? nil : minutes
        }
    }

    private let timeout = CollectionProblem.api(.timeout(after: .seconds(20)))
    private let refused = CollectionProblem.api(.connection(message: "refused"))

    @Test func `the same problem is told when it begins and at growing intervals`() {
        #expect(told(Array(repeating: timeout, count: 200)) == [0, 5, 15, 35, 75])
    }

    @Test func `problems that take turns are each told once`() {
        #expect(told([timeout, refused, timeout, refused, timeout]) == [0, 0.5])
    }

    @Test func `another reason that the operator must mend is told`() {
        let problems = ["the key is wrong", "the workspace is gone"].map { text in
            CollectionProblem.api(.authentication(message: text))
        }
        #expect(told([problems[0], problems[0], problems[1], problems[1]]) == [0, 1])
    }

    @Test func `a summary says how many failed and since when`() {
        var spell = FailureSpell(at: reading(0))
        for half in 0..<7 { _ = spell.note(timeout, at: reading(Double(half) / 2)) }
        let summary = spell.summary(at: reading(3.5))
        #expect(summary.collections == 7)
        #expect(summary.since == UnixTime(seconds: 1000))
        #expect(summary.lasting == .seconds(210))
    }
}

@Suite struct CatchUpTests {
    private let begin = MonotonicTime.zero + .seconds(50)

    @Test func `the estimate follows the pace`() {
        let catchUp = CatchUp(from: 1000, rows: 10, requests: 5, at: begin)
        let progress = catchUp.progress(
            frontier: 2000, present: 5000, rows: 410, requests: 25, at: begin + .seconds(60))
        #expect(progress.readUntil == 2000)
        #expect(progress.rows == 400)
        #expect(progress.requests == 20)
        #expect(progress.elapsed == .seconds(60))
        #expect(progress.remaining == .seconds(180))
    }

    @Test func `without a pace there is no estimate, and absurd ones are bounded`() {
        let catchUp = CatchUp(from: 0, rows: 0, requests: 0, at: begin)
        #expect(catchUp.progress(frontier: 0, present: 9, rows: 0, requests: 1, at: begin).remaining == nil)
        let slow = catchUp.progress(
            frontier: 1, present: .max, rows: 0, requests: 1, at: begin + .seconds(1_000_000))
        #expect(slow.remaining == .seconds(365 * 86_400))
    }

    @Test func `it is told at most once a minute and not in the first`() {
        var catchUp = CatchUp(from: 0, rows: 0, requests: 0, at: begin)
        let told = stride(from: 0, through: 200, by: 10).filter { catchUp.isWorthTelling(at: begin + .seconds($0)) }
        #expect(told == [60, 120, 180])
    }
}
