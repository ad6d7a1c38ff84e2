import DifyAPI

/// What was counted of a span of time against what Dify lists of it now, status by status, with each difference explained.
///
/// It is told the rows of one hour after the other. What is left without an explanation in any hour is `unexplained`: rows that were
/// missed, or stored numbers that are wrong.
package struct Reconciliation: Hashable, Sendable {
    package private(set) var statuses: [FinalStatus: Line] = [:]
    /// Runs without an end: what is waited for, and what Dify lists.
    package private(set) var unfinished = Line()
    /// What the stored numbers themselves contradict each other in; empty where they agree.
    package let contradictions: [Contradiction]

    package struct Line: Hashable, Sendable {
        package fileprivate(set) var counted: UInt64 = 0
        package fileprivate(set) var listed: UInt64 = 0
        /// Why they differ, with how many runs.
        package fileprivate(set) var reasons: [Reason: UInt64] = [:]

        /// What Dify lists beyond what was counted; negative where it lists less.
        package var difference: Int64 { Int64(clamping: listed) - Int64(clamping: counted) }
    }

    package enum Reason: String, CaseIterable, Hashable, Sendable {
        /// Not over when it was last looked at; the next look counts it.
        case unfinished
        /// Logged after the end of what has been read.
        case notYetRead = "not_yet_read"
        /// Appeared after its second had been read; a comparison of counts finds it within minutes.
        case late
        /// Counted, and no longer listed by Dify.
        case deleted
        /// Given up before it ended: it was unfinished for too long.
        case givenUp = "given_up"
        /// Of a status that the app's filter does not count.
        case filtered
        /// Logged before counting began.
        case beforeCounting = "before_counting_began"
        /// Counted with another status than the one that Dify shows now.
        case changed
        /// In rows that Dify cannot serve, or in a window that could not be read completely: it is tried again.
        case unreadable
        /// Nothing that is known explains it.
        case unexplained
    }

    package enum Contradiction: Hashable, Sendable {
        /// The runs of a status, and their sum over all origins.
        case origins(FinalStatus, runs: UInt64, byOrigin: UInt64)
        /// All runs, and the count of a histogram of theirs.
        case histogram(String, runs: UInt64, count: UInt64)
        /// The runs of a status, and more of them in the latest hours alone.
        case hours(FinalStatus, runs: UInt64, inHours: UInt64)
    }

    private let state: AppState
    private let settings: CollectionSettings

    package init(_ state: AppState, settings: CollectionSettings) {
        self.state = state
        self.settings = settings
        contradictions = state.contradictions
        for status in FinalStatus.allCases { statuses[status] = Line() }
    }

    package var isExplained: Bool {
        contradictions.isEmpty && (Array(statuses.values) + [unfinished]).allSatisfy { $0.reasons[.unexplained] == nil }
    }

    /// Takes every row that Dify lists of an hour, each once.
    package mutating func take(_ rows: [WorkflowLog], ofHour hour: Int64) {
        let counts = state.hourlyCounts.hours[hour]
        var rest: [FinalStatus: Int64] = [:]
        for status in FinalStatus.allCases {
            let counted = counts?.runs[status] ?? 0
            statuses[status]?.counted += counted
            rest[status] = -Int64(clamping: counted)
        }
        let expired = counts?.abandoned[.expired] ?? 0
        var givenUp: UInt64 = 0
        var begunAgain: UInt64 = 0
        for row in rows {
            switch RunOutcome(row) {
            case .finished(let run):
                statuses[run.status]?.listed += 1
                if let reason = reason(notToCount: row, run) {
                    statuses[run.status]?.reasons[reason, default: 0] += 1
                } else {
                    rest[run.status, default: 0] += 1
                }
            case .open:
                unfinished.listed += 1
                if let reason = reason(notToWaitFor: row) {
                    unfinished.reasons[reason, default: 0] += 1
                    if reason == .givenUp { givenUp += 1 }
                    if reason == .changed { begunAgain += 1 }
                }
            }
        }
        noteWaiting(rows, ofHour: hour)
        explain(
            rest, expired: expired > givenUp ? expired - givenUp : 0, unread: unread(in: hour), begunAgain: begunAgain)
    }

    /// Why a finished row is not in the counts; nil where it should be.
    private func reason(notToCount row: WorkflowLog, _ run: FinishedRun) -> Reason? {
        let id = LogID(row.id)
        if row.createdAt < state.hourlyCounts.completeFrom { return .beforeCounting }
        if state.unfinished[id] != nil { return .unfinished }
        if row.createdAt >= state.frontier { return .notYetRead }
        if let counted = settings.countedStatus, counted != run.status { return .filtered }
        if state.ledger.remembers(row.createdAt), !state.ledger.contains(id, second: row.createdAt) {
            return isOpen(row.createdAt) ? .unreadable : .late
        }
        return nil
    }

    /// Why an unfinished row is not waited for; nil where it is.
    private func reason(notToWaitFor row: WorkflowLog) -> Reason? {
        let id = LogID(row.id)
        if state.unfinished[id] != nil { return nil }
        if row.createdAt < state.hourlyCounts.completeFrom { return .beforeCounting }
        if row.createdAt >= state.frontier { return .notYetRead }
        if state.ledger.remembers(row.createdAt), !state.ledger.contains(id, second: row.createdAt) {
            return isOpen(row.createdAt) ? .unreadable : .late
        }
        let abandoned = state.hourlyCounts.hours[HourlyCounts.hour(of: row.createdAt)]?.abandoned[.expired] ?? 0
        // Otherwise it was counted, and Dify shows it as begun again.
        return abandoned > 0 ? .givenUp : .changed
    }

    private func isOpen(_ second: Int64) -> Bool {
        state.openWindows.windows.contains { $0.window.contains(second) } || state.unreadable.seconds[second] != nil
    }

    /// The runs of an hour that are waited for, and what Dify shows of them.
    private mutating func noteWaiting(_ rows: [WorkflowLog], ofHour hour: Int64) {
        let waiting = state.unfinished.filter { HourlyCounts.hour(of: $0.value.second) == hour }
        unfinished.counted += UInt64(waiting.count)
        guard !waiting.isEmpty else { return }
        let listed = Dictionary(rows.map { (LogID($0.id), $0) }) { first, _ in first }
        for id in waiting.keys {
            guard let row = listed[id] else {
                unfinished.reasons[.deleted, default: 0] += 1
                continue
            }
            if case .finished = RunOutcome(row) { unfinished.reasons[.unfinished, default: 0] += 1 }
        }
    }

    /// Rows of an hour that are known not to have been read.
    private func unread(in hour: Int64) -> UInt64 {
        let first = hour * HourlyCounts.secondsInAnHour
        let window = Window(first: first, last: first + HourlyCounts.secondsInAnHour - 1)
        return UInt64(state.unreadable.count(in: window))
    }

    /// Explains what is left of an hour: for each status, rows beyond what was counted, or below 0 where fewer are listed.
    private mutating func explain(
        _ rest: [FinalStatus: Int64], expired: UInt64, unread: UInt64, begunAgain: UInt64
    ) {
        let missing = rest.values.reduce(UInt64(0)) { $0 + ($1 < 0 ? $1.magnitude : 0) }
        let surplus = rest.values.reduce(UInt64(0)) { $0 + ($1 > 0 ? $1.magnitude : 0) }
        var changed = (more: min(missing, surplus), less: min(missing, surplus + begunAgain))
        var (expired, unread) = (expired, unread)
        for status in FinalStatus.allCases {
            var left = rest[status] ?? 0
            func note(_ reason: Reason, _ pool: inout UInt64) {
                let part = min(left.magnitude, pool)
                guard part > 0 else { return }
                pool -= part
                left += left > 0 ? -Int64(part) : Int64(part)
                statuses[status]?.reasons[reason, default: 0] += part
            }
            if left > 0 {
                note(.changed, &changed.more)
                note(.givenUp, &expired)
                note(.unreadable, &unread)
                var all = left.magnitude
                note(.unexplained, &all)
            } else if left < 0 {
                note(.changed, &changed.less)
                var all = left.magnitude
                note(.deleted, &all)
            }
        }
    }
}

extension AppState {
    /// What the totals contradict each other in. They are one state, written down together, so nothing but a fault, or a hand that
    /// changed them, makes them differ.
    fileprivate var contradictions: [Reconciliation.Contradiction] {
        var found: [Reconciliation.Contradiction] = []
        var inHours: [FinalStatus: UInt64] = [:]
        for hour in hourlyCounts.hours.values {
            for (status, count) in hour.runs { inHours[status, default: 0] += count }
        }
        for status in FinalStatus.allCases {
            let runs = totals.byStatus[status]?.runs ?? 0
            let byOrigin = totals.byOrigin.filter { $0.key.status == status }.values.saturatingSum
            if runs != byOrigin { found.append(.origins(status, runs: runs, byOrigin: byOrigin)) }
            let latest = inHours[status] ?? 0
            // Where all hours since the beginning are remembered, they are all there is.
            let isAll = hourlyCounts.completeFrom == start
            if latest > runs || (isAll && latest != runs) { found.append(.hours(status, runs: runs, inHours: latest)) }
        }
        let all = totals.byStatus.values.map(\.runs).saturatingSum
        // One that was begun anew for other buckets has fewer.
        if totals.since.tokens == totals.since.counters, totals.tokens.count != all {
            found.append(.histogram("tokens", runs: all, count: totals.tokens.count))
        }
        if totals.since.steps == totals.since.counters, totals.steps.count != all {
            found.append(.histogram("steps", runs: all, count: totals.steps.count))
        }
        return found
    }
}

extension Sequence<UInt64> {
    /// A checkpoint that somebody made up may hold any numbers.
    fileprivate var saturatingSum: UInt64 {
        reduce(0) { sum, number in
            let (next, overflows) = sum.addingReportingOverflow(number)
            return overflows ? .max : next
        }
    }
}
