import CivilTime
import DifyAPI
import TestSupport
import Testing

@testable import LogCollection

@Suite struct FailureStreakTests {
    private typealias End = (status: FinalStatus, second: Int64)

    private func streak(_ ends: [End]) -> FailureStreak {
        var streak = FailureStreak()
        for end in ends { streak.note(end.status, endedAt: end.second) }
        return streak
    }

    /// The same by its definition.
    private func length(_ ends: [End]) -> UInt64 {
        let latestSuccess = ends.filter { $0.status == .succeeded || $0.status == .partialSucceeded }.map(\.second)
            .max()
        return UInt64(ends.count { $0.status == .failed && $0.second > latestSuccess ?? .min })
    }

    @Test func `it is 0 before the first run and before the first failure`() {
        #expect(FailureStreak().length == 0)
        #expect(streak([(.succeeded, 10), (.partialSucceeded, 20), (.stopped, 30), (.other, 40)]).length == 0)
    }

    @Test(
        arguments: [
            ([.failed, .failed], 2), ([.failed, .succeeded], 0), ([.failed, .partialSucceeded], 0),
            ([.failed, .stopped, .failed], 2), ([.failed, .other, .failed], 2), ([.succeeded, .failed, .failed], 2),
            ([.failed, .succeeded, .failed], 1),
        ] as [([FinalStatus], UInt64)])
    func `only runs that succeed, wholly or partly, end it`(statuses: [FinalStatus], length: UInt64) {
        #expect(streak(statuses.enumerated().map { ($1, Int64($0)) }).length == length)
    }

    @Test func `a success that ended in its middle and is seen late shortens it`() {
        let failures: [End] = (1...9).map { (.failed, $0 * 10) }
        #expect(streak(failures + [(.succeeded, 45)]).length == 5)
        #expect(streak(failures + [(.succeeded, 45), (.succeeded, 15)]).length == 5)
        #expect(streak(failures + [(.succeeded, 45), (.failed, 44), (.failed, 46)]).length == 6)
    }

    @Test func `of runs that end in one second the successful one counts as the last`() {
        #expect(streak([(.failed, 10), (.succeeded, 10)]).length == 0)
        #expect(streak([(.succeeded, 10), (.failed, 10)]).length == 0)
    }

    @Test func `it does not depend on the order in which runs become known`() {
        var generator = Seeded(5)
        let statuses: [FinalStatus] = [.failed, .failed, .failed, .succeeded, .partialSucceeded, .stopped]
        for _ in 0..<300 {
            let ends = (0..<Int.random(in: 0..<60, using: &generator)).map { _ -> End in
                (statuses.randomElement(using: &generator) ?? .failed, .random(in: 0..<40, using: &generator))
            }
            let ordered = streak(ends)
            #expect(ordered.length == length(ends))
            #expect(streak(ends.shuffled(using: &generator)) == ordered)
        }
    }

    @Test func `however long it is, its memory is bounded and its length exact`() {
        let failures: [End] = (1...10_000).flatMap { [(.failed, $0), (.failed, $0)] }
        var long = streak(failures)
        #expect(long.length == 20_000)
        #expect(long.ends.count == FailureStreak.secondLimit)
        long.note(.failed, endedAt: 17)
        #expect(long.length == 20_001)
        #expect(long.ends.count == FailureStreak.secondLimit)
    }

    @Test func `a success that is late by less than the limit is exact in a long streak, and an older one ends none`() {
        let failures: [End] = (1...10_000).map { (.failed, $0) }
        let limit = Int64(FailureStreak.secondLimit)
        for second in [10_000 - limit + 1, 9_000, 9_999, 10_000] {
            #expect(streak(failures + [(.succeeded, second)]).length == UInt64(10_000 - second))
        }
        #expect(streak(failures + [(.succeeded, 100)]).length == 10_000)
        #expect(streak(failures + [(.succeeded, 100), (.failed, 50)]).length == 10_000)
    }

    @Test func `an end in the far future does not hide the failures before it`() {
        var state = AppState.make()
        _ = state.apply(.make("a", at: 1500, finishedAt: 7_000_000_000), at: 1510)
        _ = state.apply(.make("b", at: 1520, .failed, finishedAt: 1525), at: 1530)
        #expect(state.failureStreak.length == 1)
        _ = state.apply(.make("c", at: 1540, .failed, finishedAt: 7_000_000_000), at: 1550)
        #expect(state.failureStreak.length == 2)
        _ = state.apply(.make("d", at: 1560, finishedAt: 1565), at: 1570)
        #expect(state.failureStreak.length == 0)
    }

    @Test func `it has runs of every status, whichever one is counted`() {
        var state = AppState.make()
        let settings = CollectionSettings(countedStatus: .failed)
        _ = state.apply(.make("a", at: 1500, .failed, finishedAt: 1501), at: 2000, settings: settings)
        _ = state.apply(.make("b", at: 1500, finishedAt: 1502), at: 2000, settings: settings)
        _ = state.apply(.make("c", at: 1500, .failed, finishedAt: 1503), at: 2000, settings: settings)
        #expect(state.failureStreak.length == 1)
        #expect(state.totals.byStatus[.failed]?.runs == 2)
    }

    @Test func `a run counts in it once, with its end`() {
        var state = AppState.make()
        _ = state.apply(.make("a", at: 1500, .running))
        #expect(state.failureStreak.length == 0)
        for _ in 0..<3 { _ = state.apply(.make("a", at: 1500, .failed, finishedAt: 1700)) }
        #expect(state.failureStreak.length == 1)
        _ = state.apply(.make("b", at: 1650, finishedAt: 1699))
        #expect(state.failureStreak.length == 1)
        _ = state.apply(.make("c", at: 1650, finishedAt: 1701))
        #expect(state.failureStreak.length == 0)
    }
}
