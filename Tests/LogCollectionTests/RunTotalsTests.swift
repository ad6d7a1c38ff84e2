import CivilTime
import DifyAPI
import Metrics
import Testing

@testable import LogCollection

@Suite struct RunTotalsTests {
    private let runID = "5a9196f0-bd6b-481a-a8f6-e0bd0f977044"

    private func busyState() -> AppState {
        var state = AppState.make()
        for (index, elapsed) in [0, 0.3, 2, 2.1, 700, 5000].enumerated() {
            let status: RunStatus = index == 2 ? .failed : .succeeded
            _ = state.apply(
                .make("\(index)", at: 1500 + Int64(index), status, elapsed: elapsed, error: "timeout", runID: runID))
        }
        return state
    }

    /// All that a restart leaves of a state.
    private func durable(_ state: AppState) -> AppState {
        var state = state
        state.totals.recent = RecentRuns()
        return state
    }

    private func restarted(_ state: AppState) throws -> AppState {
        let identity = Checkpoint.Identity(name: "a", baseURL: "b", difyName: "c")
        return try Checkpoint(encoded: Checkpoint(identity: identity, state: state).encoded).state
    }

    @Test func `they outlive a restart with native buckets exemplars and start times`() throws {
        let state = busyState()
        let duration = try #require(state.totals.byStatus[.succeeded]?.duration)
        #expect(duration.native?.count == 5)
        #expect(duration.exemplars.contains { $0 != nil })
        #expect(state.totals.since.counters == 5_000_000)
        #expect(try restarted(state) == durable(state))
    }

    @Test func `the same settings change nothing`() throws {
        let state = busyState()
        var second = try restarted(state)
        second.totals.adopt(CollectionSettings(), at: UnixTime(seconds: 9000))
        #expect(second == durable(state))
    }

    @Test func `a histogram with other bounds begins anew`() throws {
        var totals = busyState().totals
        let (runs, tokens) = (totals.byStatus[.succeeded]?.runs, totals.tokens)
        totals.adopt(CollectionSettings(buckets: .init(duration: [1, 2], steps: [7])), at: UnixTime(seconds: 9000))
        for status in FinalStatus.allCases {
            #expect(totals.byStatus[status]?.duration == Histogram(bounds: [1, 2], native: true))
        }
        #expect(totals.steps == Histogram(bounds: [7], native: true))
        #expect(totals.tokens == tokens)
        #expect(totals.byStatus[.succeeded]?.runs == runs)
        #expect(
            totals.since == .init(counters: 5_000_000, duration: 9_000_000, tokens: 5_000_000, steps: 9_000_000))
    }

    @Test func `a histogram that was classic only begins anew`() {
        var totals = busyState().totals
        let bounds = totals.tokens.bounds
        totals.tokens = Histogram(bounds: bounds)
        totals.tokens.observe(5)
        totals.adopt(CollectionSettings(), at: UnixTime(seconds: 9000))
        #expect(totals.tokens == Histogram(bounds: bounds, native: true))
        #expect(totals.since.tokens == 9_000_000)
        #expect(totals.since.steps == 5_000_000)
    }
}
