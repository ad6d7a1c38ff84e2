import DifyAPI
import Testing

@testable import LogCollection

@Suite struct RunFindingTests {
    /// Counting began at 1000, the ledger reaches back to 2000, all is read up to 3000.
    private func state(_ logs: WorkflowLog...) -> AppState {
        var state = AppState.make(start: 1000)
        for log in logs { _ = state.apply(log, at: 2500) }
        (state.frontier, state.completeUntil, state.finalUntil) = (3000, 3000, 2000)
        _ = state.apply(.make("newest", at: 2999), at: 3000)
        state.forget(lateLimit: 0)
        return state
    }

    private func finding(
        _ log: WorkflowLog?, in state: AppState?, settings: CollectionSettings = CollectionSettings(),
        run: String = "run-a"
    ) -> RunFinding {
        RunFinding(ofRun: run, state: state, log: log, settings: settings)
    }

    private func labels(_ status: FinalStatus, reason: String? = nil) -> RunLabels {
        RunLabels(
            status: status, origin: RunOrigin(createdFrom: "service-api", triggeredFrom: "app-run"), reason: reason)
    }

    @Test func `an unfinished run is known without asking dify`() {
        let state = state(.make("a", at: 2400, .paused))
        #expect(
            finding(nil, in: state) == .waiting(.paused, second: 2400, nextLook: 2530, endedSince: nil))
        #expect(
            finding(.make("a", at: 2400, .stopped), in: state)
                == .waiting(.paused, second: 2400, nextLook: 2530, endedSince: labels(.stopped)))
    }

    @Test func `a log that waits for its run is found by itself`() {
        let state = state(.make("a", at: 2400, nil))
        #expect(finding(nil, in: state) == .unknown)
        #expect(
            finding(.make("a", at: 2400, .running), in: state)
                == .waiting(.pending, second: 2400, nextLook: 2530, endedSince: nil))
    }

    @Test func `a counted run is shown with its labels`() {
        let failed = WorkflowLog.make("a", at: 2400, .failed, error: "429 Too Many Requests")
        #expect(finding(failed, in: state(failed)) == .counted(labels(.failed, reason: "rate_limit")))
        let succeeded = WorkflowLog.make("a", at: 2400)
        #expect(finding(succeeded, in: state(succeeded)) == .counted(labels(.succeeded)))
        var settings = CollectionSettings()
        settings.countedStatus = .failed
        #expect(
            finding(succeeded, in: state(succeeded), settings: settings)
                == .leftOut(labels(.succeeded), countedStatus: .failed))
    }

    @Test func `a run that nobody waits for was decided`() {
        var state = state(.make("a", at: 2400, .running))
        state.abandonRuns(olderThan: 10, at: 3000)
        #expect(finding(.make("a", at: 2400, .running), in: state) == .decided(.running))
    }

    @Test func `time tells what the ledger does not`() {
        let state = state()
        #expect(finding(.make("a", at: 999), in: state) == .beforeCounting(start: 1000))
        #expect(finding(.make("a", at: 1999), in: state) == .decidedLongAgo(labels(.succeeded), floor: 2000))
        #expect(finding(.make("a", at: 1999, .running), in: state) == .decidedLongAgo(nil, floor: 2000))
        #expect(finding(.make("a", at: 2000), in: state) == .appearedLate)
        #expect(finding(.make("a", at: 3000), in: state) == .notYetRead(collectedUntil: 3000))
    }

    @Test func `a run outside the filter is not expected`() {
        var settings = CollectionSettings()
        settings.filter.createdByEndUserSessionID = "vip-7"
        var log = WorkflowLog.make("a", at: 2400)
        #expect(finding(log, in: state(), settings: settings) == .outsideFilter)
        log.createdByEndUser = .init(id: nil, type: nil, isAnonymous: nil, sessionID: "vip-7")
        #expect(finding(log, in: state(), settings: settings) == .appearedLate)
    }

    @Test func `without anything it is unknown`() {
        #expect(finding(nil, in: nil) == .unknown)
        #expect(finding(nil, in: state()) == .unknown)
        #expect(finding(.make("a", at: 2400), in: nil) == .nothingStored)
    }
}
