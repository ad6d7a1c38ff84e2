import Metrics
import Testing

@testable import Exporter
@testable import LogCollection

@Suite struct RecentHourTests {
    private func hour(_ snapshot: AppSnapshot, until second: Int64 = SampleApps.noon) throws -> RecentHour {
        RecentHour(try #require(snapshot.numbers).totals.recent, until: second)
    }

    @Test func `it ends with the step of the present`() throws {
        let hour = try hour(SampleApps.busy("a"))
        #expect(hour.steps.count == 30)
        #expect(hour.start + 29 * 120 == SampleApps.noon - 60)
        #expect(hour.steps[29].runs == [.failed: 1, .succeeded: 1])
        #expect(hour.steps[28].runs == [.succeeded: 2])
        #expect(hour.runs == [.succeeded: 44, .failed: 5, .partialSucceeded: 1])
    }

    @Test func `it moves on with the clock`() throws {
        let later = try hour(SampleApps.busy("a"), until: SampleApps.noon + 1800)
        #expect(later.steps[29] == RecentHour.Step())
        #expect(later.steps[14].runs == [.failed: 1, .succeeded: 1])
        #expect(later.runs.total == 30)
        #expect(try hour(SampleApps.busy("a"), until: SampleApps.noon + 7200).runs.total == 0)
        #expect(try hour(SampleApps.busy("a"), until: SampleApps.noon - 7200).runs.total == 0)
    }

    @Test func `durations are those of the whole hour and of each step`() throws {
        let hour = try hour(SampleApps.busy("a"))
        let durations = try #require(hour.durations)
        #expect(abs(durations.median / 25 - 1) < 0.2)
        #expect(abs(durations.p95 / 48 - 1) < 0.2)
        let last = try #require(hour.steps[29].durations)
        #expect(abs(last.median / 2 - 1) < 0.2)
    }

    @Test func `without runs there is neither ratio nor duration`() throws {
        let hour = try hour(SampleApps.snapshot("a", []))
        #expect(hour.runs.failureRatio == nil)
        #expect(hour.durations == nil)
        #expect(hour.steps == Array(repeating: RecentHour.Step(), count: 30))
    }

    @Test func `a stopped run is no failure and is a run`() {
        #expect([FinalStatus.failed: 1, .stopped: 2, .partialSucceeded: 1].failureRatio == 0.25)
        #expect([FinalStatus.succeeded: 3].failureRatio == 0)
    }
}
