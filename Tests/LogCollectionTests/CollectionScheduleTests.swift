import DifyAPI
import Platform
import Testing

@testable import LogCollection

@Suite struct CollectionScheduleTests {
    private let start = MonotonicTime.zero + .seconds(1_000_000)

    private func next(_ schedule: inout CollectionSchedule, at now: MonotonicTime, _ problem: CollectionProblem? = nil)
        -> Duration
    {
        schedule.next(began: now, now: now, problem: problem, hasReachedPresent: true) - now
    }

    @Test func `collections keep to their place in the interval`() {
        var schedule = CollectionSchedule(interval: .seconds(30), position: 0.5, start: start)
        #expect(next(&schedule, at: start + .seconds(16)) == .seconds(29))
        #expect(next(&schedule, at: start + .seconds(44)) == .seconds(31))
    }

    @Test func `what only the operator can mend is tried ever more seldom`() {
        var schedule = CollectionSchedule(interval: .seconds(30), position: 0, start: start)
        let problem = CollectionProblem.api(.authentication(message: ""))
        let pauses = (0..<6).map { _ in next(&schedule, at: start, problem) }
        #expect(pauses == [60, 120, 240, 300, 300, 300].map { .seconds($0) })
        #expect(next(&schedule, at: start) <= .seconds(45))
        #expect(next(&schedule, at: start, problem) == .seconds(60))
    }

    @Test func `catching up goes on at once`() {
        var schedule = CollectionSchedule(interval: .seconds(30), position: 0, start: start)
        #expect(schedule.next(began: start, now: start, problem: nil, hasReachedPresent: false) == start)
    }

    @Test func `the first collection comes soon whatever the place`() {
        let schedule = CollectionSchedule(interval: .seconds(3600), position: 0.99, start: start)
        #expect(schedule.firstDelay < .seconds(10))
    }
}
