import DifyAPI
import DifySimulator
import TestSupport
import Testing

@testable import LogCollection

@Suite struct LatestFailuresTests {
    private let runID = "5a9196f0-bd6b-481a-a8f6-e0bd0f977044"

    private func failure(_ place: Int, endedAt second: Int64) -> FailedRun {
        FailedRun(
            id: RandomUUID(of: "\(place)").text, endedAt: second, reason: "code", elapsed: 1, tokens: 2, steps: 3)
    }

    @Test func `the twenty that ended last are kept, the last one first, in whatever order they become known`() {
        var generator = Seeded(3)
        let failures = (0..<60).map { failure($0, endedAt: Int64($0 / 3)) }
        for _ in 0..<50 {
            var latest = LatestFailures()
            for run in failures.shuffled(using: &generator) { latest.note(run) }
            #expect(
                latest.runs.map(\.endedAt) == [
                    19, 19, 19, 18, 18, 18, 17, 17, 17, 16, 16, 16, 15, 15, 15, 14, 14, 14, 13, 13,
                ])
            let ends = latest.runs.map { ($0.endedAt, $0.id ?? "") }
            #expect(zip(ends, ends.dropFirst()).allSatisfy { $0 > $1 })
        }
    }

    @Test func `a failed run is kept with the values of its end and without its error text`() {
        var state = AppState.make()
        let error = "429: the key sk-secret of Ms Example is out of quota"
        _ = state.apply(
            .make(
                "a", at: 1500, .failed, elapsed: 7, tokens: 500, steps: 4, error: error, finishedAt: 1600, runID: runID)
        )
        _ = state.apply(.make("b", at: 1500, .stopped))
        let expected = FailedRun(id: runID, endedAt: 1600, reason: "quota", elapsed: 7, tokens: 500, steps: 4)
        #expect(state.latestFailures.runs == [expected])
        let identity = Checkpoint.Identity(name: "a", baseURL: "b", difyName: nil)
        let bytes = Checkpoint(identity: identity, state: state).encoded
        #expect(!String(decoding: bytes, as: UTF8.self).contains("sk-secret"))
    }

    @Test func `an id that is no UUID is not kept, since it may be any text`() {
        var state = AppState.make()
        _ = state.apply(.make("a", at: 1500, .failed, error: "timeout", runID: "<b>the error text</b>"))
        #expect(state.latestFailures.runs.map(\.id) == [nil])
        #expect(state.latestFailures.runs.map(\.reason) == ["timeout"])
    }
}
