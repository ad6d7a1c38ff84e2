import DifyAPI
import Testing

@testable import LogCollection

@Suite struct ReconciliationTests {
    /// The beginning of an hour.
    private static let hour: Int64 = 500_000
    private static let start = hour * 3600
    private static let settings = CollectionSettings(giveUpAfter: .seconds(86_400))

    /// A state that has read these rows up to half an hour after the beginning.
    private func state(
        _ rows: [WorkflowLog], start: Int64 = start, settings: CollectionSettings = settings
    ) -> AppState {
        var state = AppState.make(start: start)
        for row in rows { _ = state.apply(row, at: Self.start + 1800, settings: settings) }
        state.frontier = Self.start + 1800
        return state
    }

    private func compared(
        _ state: AppState, _ rows: [WorkflowLog], settings: CollectionSettings = settings
    ) -> Reconciliation {
        var reconciliation = Reconciliation(state, settings: settings)
        reconciliation.take(rows, ofHour: Self.hour)
        return reconciliation
    }

    private func row(_ id: String, _ second: Int64, _ status: RunStatus? = .succeeded) -> WorkflowLog {
        .make(id, at: Self.start + second, status, finishedAt: Self.start + second + 5)
    }

    private func reasons(_ reconciliation: Reconciliation) -> [Reconciliation.Reason: UInt64] {
        reconciliation.statuses.values.map(\.reasons).reduce(into: reconciliation.unfinished.reasons) { sum, reasons in
            sum.merge(reasons) { $0 + $1 }
        }
    }

    @Test func `equal counts need no explanation`() {
        let rows = [row("a", 10), row("b", 20, .failed), row("c", 30, .running)]
        let reconciliation = compared(state(rows), rows)
        #expect(reconciliation.isExplained)
        #expect(reasons(reconciliation).isEmpty)
        #expect(reconciliation.statuses[.failed]?.counted == 1)
        #expect(reconciliation.statuses[.failed]?.listed == 1)
        #expect(reconciliation.unfinished.counted == 1)
        #expect(reconciliation.unfinished.listed == 1)
    }

    @Test func `a run that has ended since the last look is unfinished`() {
        let reconciliation = compared(state([row("a", 10, .running)]), [row("a", 10)])
        #expect(reconciliation.isExplained)
        #expect(reconciliation.statuses[.succeeded]?.difference == 1)
        #expect(reconciliation.statuses[.succeeded]?.reasons == [.unfinished: 1])
    }

    @Test func `a row behind the frontier is not read yet, one before it is late`() {
        let reconciliation = compared(state([]), [row("a", 10), row("b", 1801, .failed)])
        #expect(reconciliation.isExplained)
        #expect(reconciliation.statuses[.succeeded]?.reasons == [.late: 1])
        #expect(reconciliation.statuses[.failed]?.reasons == [.notYetRead: 1])
    }

    @Test func `rows that are gone are deleted, counted or waited for`() {
        let reconciliation = compared(state([row("a", 10), row("b", 20, .paused)]), [])
        #expect(reconciliation.isExplained)
        #expect(reconciliation.statuses[.succeeded]?.reasons == [.deleted: 1])
        #expect(reconciliation.unfinished.reasons == [.deleted: 1])
    }

    @Test(arguments: [true, false]) func `a run that was given up stays so, whether it ends later or not`(ends: Bool) {
        var state = state([row("a", 10, .running)])
        state.abandonRuns(olderThan: 86_400, at: Self.start + 100_000)
        state.ledger.raiseFloor(to: Self.start + 1700)
        let reconciliation = compared(state, [row("a", 10, ends ? .stopped : .running)])
        #expect(reconciliation.isExplained)
        #expect(reasons(reconciliation) == [.givenUp: 1])
    }

    @Test func `runs of a status that the filter leaves out are filtered`() {
        var settings = Self.settings
        settings.countedStatus = .failed
        let rows = [row("a", 10), row("b", 20, .failed)]
        let reconciliation = compared(state(rows, settings: settings), rows, settings: settings)
        #expect(reconciliation.isExplained)
        #expect(reconciliation.statuses[.succeeded]?.reasons == [.filtered: 1])
        #expect(reconciliation.statuses[.failed]?.reasons == [:])
    }

    @Test func `rows before the beginning are named so`() {
        let reconciliation = compared(state([], start: Self.start + 100), [row("a", 99), row("b", 99, .running)])
        #expect(reconciliation.isExplained)
        #expect(reasons(reconciliation) == [.beforeCounting: 2])
    }

    @Test func `a run that has another status since it was counted explains both`() {
        var state = state([row("a", 10, .failed)])
        state.ledger.raiseFloor(to: Self.start + 1700)
        let reconciliation = compared(state, [row("a", 10)])
        #expect(reconciliation.isExplained)
        #expect(reconciliation.statuses[.succeeded]?.reasons == [.changed: 1])
        #expect(reconciliation.statuses[.failed]?.reasons == [.changed: 1])
    }

    @Test func `a run that has begun again since it was counted is neither deleted nor given up`() {
        var state = state([row("a", 10)])
        state.ledger.raiseFloor(to: Self.start + 1700)
        let reconciliation = compared(state, [row("a", 10, .running)])
        #expect(reconciliation.isExplained)
        #expect(reasons(reconciliation) == [.changed: 2])
    }

    @Test func `a row that nothing explains is found`() {
        var state = state([row("a", 10)])
        state.ledger.raiseFloor(to: Self.start + 1700)
        let reconciliation = compared(state, [row("a", 10), row("b", 10)])
        #expect(!reconciliation.isExplained)
        #expect(reasons(reconciliation) == [.unexplained: 1])
    }

    @Test func `totals that somebody changed contradict the others`() {
        var state = state([row("a", 10), row("b", 20)])
        #expect(Reconciliation(state, settings: Self.settings).contradictions.isEmpty)
        state.totals.byStatus[.succeeded]?.runs += 5
        let found = Reconciliation(state, settings: Self.settings).contradictions
        #expect(found.contains(.origins(.succeeded, runs: 7, byOrigin: 2)))
        #expect(found.contains(.hours(.succeeded, runs: 7, inHours: 2)))
        #expect(found.contains(.histogram("tokens", runs: 7, count: 2)))
    }

    @Test func `hours beyond the limit are forgotten, oldest first, and no longer called complete`() {
        var counts = HourlyCounts(since: 0)
        for hour in 0..<Int64(HourlyCounts.hourLimit + 10) {
            counts.count(.succeeded, isCounted: true, second: hour * 3600 + 7)
        }
        #expect(counts.hours.count == HourlyCounts.hourLimit)
        #expect(counts.completeFrom == 10 * 3600)
        #expect(counts.hours[9] == nil)
    }
}
