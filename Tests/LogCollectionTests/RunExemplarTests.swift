import DifyAPI
import Metrics
import Testing

@testable import LogCollection

@Suite struct RunExemplarTests {
    private let runID = "5a9196f0-bd6b-481a-a8f6-e0bd0f977044"

    @Test func `a run is named by its ID and as a trace`() throws {
        let exemplar = try #require(Exemplar(run: WrittenID(runID), value: 2.5, finishedAt: 1500))
        #expect(exemplar.labels.map(\.name) == ["run_id", "trace_id"])
        #expect(exemplar.labels.map(\.value) == [runID, "5a9196f0bd6b481aa8f6e0bd0f977044"])
        #expect(exemplar.value == 2.5)
        #expect(exemplar.timestamp == 1_500_000)
    }

    @Test(arguments: ["", "run-1", "5a9196f0bd6b481aa8f6e0bd0f977044", String(repeating: "a", count: 100_000)])
    func `what is no UUID is no exemplar`(id: String) {
        #expect(Exemplar(run: WrittenID(id), value: 1, finishedAt: 1500) == nil)
    }

    @Test(arguments: [Int64.min, -1, .max])
    func `times that no server has are no exemplar`(second: Int64) {
        #expect(Exemplar(run: WrittenID(runID), value: 1, finishedAt: second) == nil)
    }

    @Test func `durations and failures show the latest run`() {
        var state = AppState.make()
        let older = "00000000-0000-4000-8000-000000000001"
        let log = { (id: String, run: String, end: Int64) in
            WorkflowLog.make(id, at: 1500, .failed, elapsed: 3, error: "429", finishedAt: end, runID: run)
        }
        _ = state.apply(log("a", runID, 1600))
        _ = state.apply(log("b", older, 1550))
        _ = state.apply(.make("c", at: 1500, .failed, elapsed: 3, error: "429", finishedAt: 1700))
        let shown = state.totals.byStatus[.failed]?.duration.exemplars.compactMap(\.self) ?? []
        #expect(shown.map(\.runID) == [runID])
        #expect(shown.map(\.value) == [3])
        #expect(state.totals.failures["rate_limit"] == 3)
        #expect(state.totals.failureExemplars["rate_limit"]?.runID == runID)
        #expect(state.totals.failureExemplars["rate_limit"]?.value == 1)
    }
}
