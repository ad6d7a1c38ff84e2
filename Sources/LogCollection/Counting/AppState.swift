import CivilTime
import DifyAPI

/// All that must outlive a process for one app: the logs that were read, the runs that are waited for, the totals, and
/// how far the list has been read. A value, consistent after each row.
package struct AppState: Hashable, Sendable {
    /// Where counting began (Unix seconds on the server's clock): older logs are none of this app's numbers.
    package let start: Int64
    package internal(set) var ledger: Ledger
    package internal(set) var unfinished: [LogID: UnfinishedRun] = [:]
    package internal(set) var totals: RunTotals
    package internal(set) var failureStreak = FailureStreak()
    package internal(set) var latestFailures = LatestFailures()
    /// The first second that has not been read completely (Unix seconds on the server's clock).
    package internal(set) var frontier: Int64
    /// Every log created before this second is in the numbers, late ones within the overlap included.
    package internal(set) var completeUntil: Int64
    /// The same, and so late that no row is later: what is older need not be remembered.
    package internal(set) var finalUntil: Int64
    /// Windows before the frontier that could not be read completely.
    package internal(set) var openWindows = OpenWindows()
    /// Rows that the server cannot serve.
    package internal(set) var unreadable = UnreadableRows()
    /// Whether the list has been read up to the present once.
    package internal(set) var isCaughtUp = false
    /// Samples that went to the label value `other` for want of room. Not in the checkpoint: it is about this process.
    package internal(set) var divertedSamples: UInt64 = 0
    package internal(set) var hourlyCounts: HourlyCounts
    /// What became of runs since this was last taken, for whoever tells totals of the past; nil where nobody does. Not in the
    /// checkpoint.
    var changes: [RunChange]?

    /// An app that is seen for the first time counts from `start` on (Unix seconds on the server's clock). `now` is the same
    /// moment on the exporter's clock.
    package init(start: Int64, buckets: RunTotals.Buckets, at now: UnixTime) {
        self.start = start
        ledger = Ledger(floor: start)
        totals = RunTotals(buckets: buckets, at: now)
        frontier = start
        completeUntil = start
        finalUntil = start
        hourlyCounts = HourlyCounts(since: start)
    }

    /// Every log created before this second is in the numbers.
    package var collectedUntil: Int64 {
        min(completeUntil, openWindows.first ?? .max)
    }

    /// What must always hold and does not; nil if all does.
    package var brokenInvariant: String? {
        if ledger.floor > finalUntil { return "the ledger's floor \(ledger.floor) is after \(finalUntil)" }
        if finalUntil > completeUntil { return "final until \(finalUntil), complete only until \(completeUntil)" }
        if completeUntil > frontier { return "complete until \(completeUntil), read only until \(frontier)" }
        if let first = openWindows.first, first < ledger.floor {
            return "an open window begins before the ledger's floor"
        }
        if let last = openWindows.windows.last?.last, last >= frontier {
            return "an open window ends after the frontier"
        }
        return nil
    }

    /// Whether a log of that second has been read; true as well for what is older than the ledger remembers.
    package func knows(_ id: LogID, second: Int64) -> Bool {
        !ledger.remembers(second) || unfinished[id] != nil || ledger.contains(id, second: second)
    }

    /// What a row came to.
    enum Application: Equatable {
        /// Read for the first time.
        case new
        /// In the numbers, or on the list of unfinished runs, already.
        case known
        /// Older than what the ledger remembers, so decided before.
        case forgotten
    }

    /// Takes one row in. Counting is for ever: whatever the row says later changes nothing.
    mutating func apply(_ log: WorkflowLog, at now: Int64, settings: CollectionSettings) -> Application {
        let id = LogID(log.id)
        let outcome = RunOutcome(log)
        if unfinished[id] != nil {
            switch outcome {
            case .finished(let run):
                unfinished[id] = nil
                count(run, id, second: log.createdAt, at: now, settings)
            case .open(let status):
                unfinished[id]?.update(
                    status: status, runID: log.run?.id?.text, seenAt: now, interval: settings.interval)
            }
            return .known
        }
        guard ledger.remembers(log.createdAt) else { return .forgotten }
        guard ledger.insert(id, second: log.createdAt) else {
            if !settings.safeguards.contains(.stickyCounting), case .open(let status) = outcome {
                unfinished[id] = UnfinishedRun(
                    second: log.createdAt, runID: log.run?.id?.text, status: status, seenAt: now,
                    interval: settings.interval)
            }
            return .known
        }
        unreadable.noteRead(second: log.createdAt)
        switch outcome {
        case .finished(let run):
            count(run, id, second: log.createdAt, at: now, settings)
        case .open(let status):
            let run = UnfinishedRun(
                second: log.createdAt, runID: log.run?.id?.text, status: status, seenAt: now,
                interval: settings.interval)
            unfinished[id] = run
            changes?.append(.began(id, run))
        }
        return .new
    }

    /// Draws the conclusions from a window that has been read to the last row: a known row that was not in it is missing. Tells whether
    /// any was.
    @discardableResult
    mutating func concludeRead(of window: Window, seen: Set<LogID>) -> Bool {
        let known = ledger.count(in: window)
        ledger.retain(seen, in: window)
        for (id, run) in unfinished where window.contains(run.second) && !seen.contains(id) {
            abandon(id, .deleted)
        }
        return ledger.count(in: window) != known
    }

    /// Stops waiting for runs older than `age` seconds.
    mutating func abandonRuns(olderThan age: Int64, at now: Int64) {
        for (id, run) in unfinished where now.subtractingSaturating(run.second) > age {
            abandon(id, .expired)
        }
    }

    /// Forgets what can no longer change, as rows are at most `lateLimit` seconds late. The border follows rows, not clocks: a clock
    /// that runs wild must not declare the present final.
    mutating func forget(lateLimit: Int64) {
        guard let newest = ledger.newestSecond else { return }
        let settled = newest.subtractingSaturating(lateLimit)
        ledger.raiseFloor(to: min(settled, finalUntil, openWindows.first ?? .max))
    }

    /// Notes that every log created before `second` and the frontier is in the numbers, late ones within the overlap included.
    mutating func complete(until second: Int64) {
        completeUntil = max(completeUntil, min(frontier, second))
    }

    /// Notes that no row can be late any more before `second`.
    mutating func finalize(until second: Int64) {
        finalUntil = max(finalUntil, min(completeUntil, second))
    }

    /// Reads again from `second` on, where the frontier is later.
    mutating func goBack(to second: Int64) {
        frontier = min(frontier, second)
        openWindows.drop(from: frontier)
    }

    /// Lets all unreadable rows be tried again, and gives the second that comes first.
    mutating func retryUnreadable(at now: Int64) -> Int64? {
        unreadable.retryAll(at: now)
        return unreadable.due(at: now).first
    }

    /// Tries the unreadable rows of a second again later.
    mutating func postponeUnreadable(_ second: Int64, at now: Int64) {
        guard let entry = unreadable.seconds[second] else { return }
        _ = unreadable.note(entry.rows, second: second, at: now)
    }

    /// Lets runs whose look is due wait where their window could not be read: in a crowded second the next look costs hundreds of requests
    /// again, and whatever else is to be read would never have its turn.
    mutating func postponeLooks(in window: Window, at now: Int64, interval: Duration) {
        for (id, run) in unfinished where window.contains(run.second) && run.isDue(at: now) {
            unfinished[id]?.noteVainLook(at: now, interval: interval)
        }
    }

    /// Brings everything forward that waits for a moment which the server's clock will not show for long: it was planned when that
    /// clock was ahead.
    mutating func hasten(at now: Int64, interval: Duration) {
        for (id, run) in unfinished {
            var hastened = run
            hastened.hasten(at: now, interval: interval)
            if hastened != run { unfinished[id] = hastened }
        }
        openWindows.hasten(at: now)
        unreadable.hasten(at: now)
    }

    /// Goes back to `second` where the frontier lies behind it: the server's clock was set back, and what it stamps now lies
    /// among what was called complete. What was called final by a clock that was ahead is compared again as far as it is remembered.
    mutating func rewind(to second: Int64) {
        let target = max(second, ledger.floor)
        goBack(to: target)
        guard completeUntil > frontier else { return }
        completeUntil = frontier
        doubtFinal()
    }

    /// Lets everything that is remembered be compared again: it was called final by a clock that may have been wrong.
    mutating func doubtFinal() {
        finalUntil = ledger.floor
    }

    /// Remembers logs again that were decided and forgotten, and goes back to `second`, behind which no other was decided.
    mutating func recall(_ logs: [(id: LogID, second: Int64)], from second: Int64) {
        ledger.lowerFloor(to: second)
        for log in logs { ledger.insert(log.id, second: log.second) }
        rewind(to: second)
    }

    /// Notes how many rows of a second could not be served, and gives how many of them are newly so. Of seconds that the ledger
    /// has forgotten nothing is noted: all their rows would pass for new once the bad one is repaired.
    mutating func noteUnreadable(_ rows: Int, second: Int64, at now: Int64) -> Int {
        guard ledger.remembers(second) else { return 0 }
        defer { ledger.pin(Set(unreadable.seconds.keys)) }
        return unreadable.note(rows, second: second, at: now)
    }

    /// Notes that a window was read to the last row.
    mutating func closeUnreadable(in window: Window) {
        guard !unreadable.isEmpty else { return }
        unreadable.close(window)
        ledger.pin(Set(unreadable.seconds.keys))
    }

    /// Stops trying rows that are older than `age` seconds.
    mutating func forgetUnreadable(olderThan age: Int64, at now: Int64) {
        guard !unreadable.isEmpty else { return }
        unreadable.forget(before: now.subtractingSaturating(age))
        ledger.pin(Set(unreadable.seconds.keys))
    }

    private mutating func abandon(_ id: LogID, _ reason: RunTotals.AbandonReason) {
        if let run = unfinished.removeValue(forKey: id) { hourlyCounts.abandon(reason, second: run.second) }
        totals.abandon(reason)
        changes?.append(.abandoned(id, reason))
    }

    /// `second` is the log's created_at, and `now` a moment on the server's clock at which the run had ended.
    private mutating func count(
        _ run: FinishedRun, _ id: LogID, second: Int64, at now: Int64, _ settings: CollectionSettings
    ) {
        let counted = CountedRun(run, seenAt: now, settings)
        noteFailures(counted)
        hourlyCounts.count(run.status, isCounted: counted.isCounted, second: second)
        divertedSamples += totals.count(counted, seriesLimit: settings.seriesLimit)
        changes?.append(.ended(id, second: second, counted))
    }

    /// Whatever status is counted: a streak has runs of one that ends before runs of another, and where only failed runs are
    /// counted it would never end.
    private mutating func noteFailures(_ counted: CountedRun) {
        let run = counted.run
        failureStreak.note(run.status, endedAt: counted.end)
        guard let reason = counted.reason, latestFailures.mayTake(endedAt: counted.end) else { return }
        latestFailures.note(
            FailedRun(
                id: run.id?.text, endedAt: counted.end, reason: reason, elapsed: run.elapsed, tokens: run.tokens,
                steps: run.steps))
    }
}
