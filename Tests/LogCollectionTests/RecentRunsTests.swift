import DifyAPI
import Metrics
import Testing

@testable import LogCollection

@Suite struct RecentRunsTests {
    private static let hour = Int64(RecentRuns.spanLimit) * RecentRuns.Span.seconds
    private let noon: Int64 = 1_700_049_600

    private func run(
        _ status: RunStatus = .succeeded, endedAt second: Int64, elapsed: Double? = 2
    ) -> FinishedRun? {
        let log = WorkflowLog.make("a", at: second, status, elapsed: elapsed, finishedAt: second)
        guard case .finished(let run) = RunOutcome(log) else { return nil }
        return run
    }

    private func recent(_ runs: FinishedRun?...) throws -> RecentRuns {
        var recent = RecentRuns()
        for run in runs { recent.count(try #require(run)) }
        return recent
    }

    @Test func `runs are counted where they ended`() throws {
        let recent = try recent(
            run(endedAt: noon), run(.failed, endedAt: noon + 119), run(endedAt: noon + 120), run(endedAt: noon + 1))
        #expect(recent.spans.map(\.start) == [noon + 120, noon])
        #expect(recent.spans.last?.runs == [.succeeded: 2, .failed: 1])
        #expect(recent.spans.first?.runs == [.succeeded: 1])
    }

    @Test func `durations are those of runs that did their work`() throws {
        let recent = try recent(
            run(.succeeded, endedAt: noon, elapsed: 1), run(.partialSucceeded, endedAt: noon, elapsed: 2),
            run(.failed, endedAt: noon, elapsed: 300), run(.stopped, endedAt: noon, elapsed: 400),
            run(.succeeded, endedAt: noon, elapsed: nil))
        #expect(recent.spans[0].durations.count == 2)
        #expect(recent.spans[0].runs.values.reduce(0, +) == 5)
    }

    @Test func `the last hour is kept when logs come in the order in which they began`() throws {
        var recent = RecentRuns()
        for second in stride(from: noon, to: noon + 3 * Self.hour, by: 30) {
            recent.count(try #require(run(endedAt: second)))
            // Each fourth run takes twenty minutes, so it is read before many that end before it.
            if second % 120 == 0, second < noon + 3 * Self.hour - 1200 {
                recent.count(try #require(run(endedAt: second + 1200)))
            }
        }
        let starts = Set(recent.spans.map(\.start))
        #expect(starts == Set(stride(from: noon + 2 * Self.hour, to: noon + 3 * Self.hour, by: 120)))
    }

    @Test func `a clock that was wrong for an hour is forgotten in the next`() throws {
        var recent = RecentRuns()
        for second in stride(from: noon, to: noon + Self.hour, by: 60) {
            recent.count(try #require(run(endedAt: second + 500_000)))
        }
        for second in stride(from: noon, to: noon + Self.hour, by: 60) {
            recent.count(try #require(run(endedAt: second)))
        }
        #expect(recent.spans.allSatisfy { (noon..<noon + Self.hour).contains($0.start) })
    }

    @Test func `its size is bounded`() throws {
        var random = SystemRandomNumberGenerator()
        var recent = RecentRuns()
        for _ in 0..<20_000 {
            let second = Int64.random(in: .min ... .max, using: &random)
            let elapsed = Double(bitPattern: UInt64.random(in: 0...UInt64.max, using: &random))
            let isBusy = second % 2 == 0
            recent.count(try #require(run(endedAt: isBusy ? noon : second, elapsed: elapsed.isNaN ? 1 : elapsed)))
        }
        #expect(recent.spans.count == RecentRuns.spanLimit)
        #expect(recent.spans.allSatisfy { $0.durations.buckets.count <= NativeHistogram.bucketLimit })
    }

    @Test func `a restart begins anew`() throws {
        var state = AppState.make()
        _ = state.apply(.make("a", at: 1500))
        #expect(state.totals.recent.spans.count == 1)
        let identity = Checkpoint.Identity(name: "a", baseURL: "b", difyName: nil)
        let next = try Checkpoint(encoded: Checkpoint(identity: identity, state: state).encoded).state
        #expect(next.totals.recent == RecentRuns())
        #expect(next.totals.byStatus == state.totals.byStatus)
    }
}
