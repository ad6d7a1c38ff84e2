import CivilTime
import DifyAPI

/// Collects one app: says which page to ask for next and takes the answer in. It knows no socket, no file and no clock,
/// so production, demo and simulation run the same decisions.
///
/// A collection is `begin`, then `nextQuery` and `receive` until there is no query left, then `end`. An error in between
/// is `end` as well: what has been read stays, what has not is read by the next collection. The state is consistent, and
/// may be written down, between any two calls.
package struct Collector: Sendable {
    package let settings: CollectionSettings
    package private(set) var state: AppState
    package private(set) var tally = Tally()
    private var round = Round()
    private var oddRows = OddRows()

    /// What collecting has cost, since the collector was made.
    package struct Tally: Hashable, Sendable {
        package fileprivate(set) var rows = 0
        package fileprivate(set) var repeatedRows = 0
        package fileprivate(set) var lateLogs = 0
        package fileprivate(set) var incompleteWindows = 0
    }

    /// The collection under way.
    private struct Round: Sendable {
        /// What is still to be asked; the last is next.
        var jobs: [Job] = []
        /// The frontier when the collection began: newer logs are not late.
        var startFrontier: Int64 = .min
        /// The server's second when the last forward window was first asked for.
        var presentAt: Int64?
        /// The server's second of the latest answer.
        var latestAt: Int64?
        /// Whether all between what was settled before and the present has been read or compared as late as the present.
        var settlesPresent = true
        /// Whether every window that may still get late rows is compared.
        var includesFarAudit = false
        /// Whether the collection was begun in distrust, which it ends when it succeeds.
        var endsDistrust = false
        /// Windows that may still be closed in this collection while it catches up.
        var windowsLeft = Collector.catchUpWindows
        var isDurableStep = false
    }

    private enum Job: Sendable {
        case read(WindowReader, Purpose)
        /// Counts the rows from a second on, to choose the width of the windows that catch up.
        case gauge(from: Int64)
        /// Compares the server's count of a window with the ledger's; `chunks` of its newest rows were read already.
        case audit(Window, chunks: Int)
    }

    private enum Purpose: Sendable {
        case forward, look, late
    }

    /// How many windows one collection closes while it catches up, before it lets others see the result.
    static let catchUpWindows = 20
    /// Rows whose created_at is this many seconds old are visible as a rule: rounding and a slow commit (dify-logs-api §4.4).
    private var settlingSeconds: Int64 { settings.protections.contains(.overlap) ? 2 : 0 }
    /// How late rows may be and still be part of what is called complete.
    private var overlap: Int64 { settings.protections.contains(.overlap) ? settings.overlap.wholeSeconds : 0 }
    /// What is older than the overlap and may still get late rows is compared this often, in seconds.
    private static let farAuditInterval: Int64 = 120

    /// Rows a second, from what was read last; nil before anything was.
    private var rate: Double?

    /// `tally` is what collecting the app has cost before.
    package init(settings: CollectionSettings, state: AppState, tally: Tally = .init()) {
        self.settings = settings
        self.state = state
        self.tally = tally
    }

    /// Whether the list had been read up to the present when the last collection ended.
    package private(set) var hasReachedPresent = false

    /// Whether the server's clock may have been set since the state was last proven: rows may then be stamped anywhere
    /// among seconds that were complete.
    private var distrusts = false

    /// From now on until everything that the ledger remembers has been compared with the server's counts, nothing more is
    /// called complete. For when the server's clock was seen to jump, or was not watched for a while.
    package mutating func distrust() {
        distrusts = true
    }

    /// Plans a collection. `now` is the server's clock as well as it is known.
    package mutating func begin(at now: UnixTime) {
        state.rewind(to: now.second - settlingSeconds)
        round = Round(startFrontier: state.frontier, endsDistrust: distrusts)
        distrusts = false
        if now.second - state.frontier > catchUpAfter {
            planCatchUp()
        } else {
            let isFarAuditDue =
                round.endsDistrust || now.second - lateLimit - state.provenUntil >= Self.farAuditInterval
            round.includesFarAudit = isFarAuditDue
            let plan = RoundPlan(state: state, at: now.second, includesFarAudit: isFarAuditDue, audits: audits)
            let looks = plan.looks.reversed().map { Job.read(reader($0.window, wanted: $0.runs), .look) }
            let openSeconds = state.openSeconds.sorted(by: >).map { Job.read(reader(Window(second: $0)), .late) }
            round.jobs = plan.audits.reversed().map { .audit($0, chunks: 0) } + openSeconds + looks
            round.jobs.append(.read(reader(Window(first: plan.forwardStart)), .forward))
        }
    }

    /// The page to ask for, or nil when the collection has nothing more to ask. The same until the answer is received.
    package func nextQuery() -> LogsQuery? {
        guard let job = round.jobs.last else { return nil }
        switch job {
        case .read(let reader, _): return reader.request.map { $0.query(settings.filter) }
        case .gauge(let second): return PageRequest(window: Window(first: second), limit: 1).query(settings.filter)
        case .audit(let window, _): return PageRequest(window: window, limit: 1).query(settings.filter)
        }
    }

    /// Takes the answer to `nextQuery`. `now` is a moment on the server's clock that was not later than the one in which
    /// it read the rows.
    package mutating func receive(_ page: LogPage, at now: UnixTime) {
        guard let job = round.jobs.popLast() else { return }
        round.latestAt = now.second
        for log in page.logs { apply(log, at: now.second) }
        oddRows.noteRefused(page.refusedRows)
        switch job {
        case .gauge(let second): startCatchUp(from: second, total: page.total, at: now.second)
        case .audit(let window, let chunks): compare(window, total: page.total, chunks: chunks)
        case .read(var reader, let purpose):
            if purpose == .forward, reader.window.last == nil, round.presentAt == nil { round.presentAt = now.second }
            let progress = reader.receive(page)
            guard progress != .reading else {
                round.jobs.append(.read(reader, purpose))
                return
            }
            finish(reader, purpose, progress, at: now.second)
        }
    }

    /// Whether so much has come together that it is worth writing down before the collection goes on.
    package mutating func takeDurableStep() -> Bool {
        defer { round.isDurableStep = false }
        return round.isDurableStep
    }

    /// Ends the collection. `succeeded` is false when an error cut it short.
    package mutating func end(succeeded: Bool) {
        if let now = round.latestAt { state.abandonRuns(olderThan: settings.giveUpAfter.wholeSeconds, at: now) }
        if succeeded {
            hasReachedPresent = round.presentAt != nil
            if let present = round.presentAt {
                if round.settlesPresent { settle(until: present - overlap) }
                if round.includesFarAudit { prove(until: present - lateLimit) }
                state.isCaughtUp = true
            }
        } else if round.endsDistrust {
            distrusts = true
        }
        round = Round()
        state.forget()
        oddRows.keep { state.unfinished[$0] != nil }
    }

    /// What was odd in rows since this was last called, each value once for each row.
    package mutating func takeOddValues() -> [OddValue] {
        oddRows.takeValues()
    }

    // MARK: Rows

    private mutating func apply(_ log: WorkflowLog, at now: Int64) {
        tally.rows += 1
        let id = LogID(log.id)
        let wasOpen = state.unfinished[id] != nil
        let application = state.apply(log, at: now, settings: settings)
        switch application {
        case .new where log.createdAt < round.startFrontier: tally.lateLogs += 1
        case .new: break
        case .known, .settled: tally.repeatedRows += 1
        }
        guard !log.oddValues.isEmpty else { return }
        oddRows.note(
            log.oddValues, of: id, isNew: application == .new, wasOpen: wasOpen,
            isOpen: state.unfinished[id] != nil)
    }

    // MARK: Windows

    private func reader(_ window: Window, wanted: Set<LogID>? = nil) -> WindowReader {
        WindowReader(window, wanted: wanted, cutsByTime: settings.protections.contains(.cutByTime))
    }

    private mutating func finish(
        _ reader: WindowReader, _ purpose: Purpose, _ progress: WindowReader.Progress, at now: Int64
    ) {
        if case .incomplete(let seconds) = progress {
            tally.incompleteWindows += 1
            state.openSeconds.formUnion(seconds)
        } else if reader.isWhole {
            state.concludeRead(of: reader.window, seen: reader.seen)
            state.openSeconds = state.openSeconds.filter { !reader.window.contains($0) }
        }
        if purpose == .forward { close(reader.window, rows: reader.seen.count, at: now) }
    }

    /// Moves the frontier past a forward window.
    private mutating func close(_ window: Window, rows: Int, at now: Int64) {
        guard let last = window.last else {
            let present = (round.presentAt ?? now) - settlingSeconds
            noteRate(rows: rows, seconds: present - window.first)
            state.frontier = max(state.frontier, present)
            return
        }
        noteRate(rows: rows, seconds: last - window.first + 1)
        // Whatever the plan thought, nothing is read that the server has not reached yet.
        state.frontier = max(state.frontier, min(last + 1, now - settlingSeconds))
        if window.first <= state.settledUntil { settle(until: now - overlap) }
        // What is younger than the overlap may still get late rows, and this collection does not look there again.
        round.settlesPresent = state.settledUntil >= state.frontier
        if window.first <= state.provenUntil { prove(until: now - lateLimit) }
        state.forget()
        round.isDurableStep = true
        round.windowsLeft -= 1
        if round.windowsLeft > 0 { catchUp(at: now) }
    }

    private mutating func settle(until second: Int64) {
        if !distrusts { state.settle(until: second) }
    }

    private mutating func prove(until second: Int64) {
        if !distrusts { state.prove(until: second) }
    }

    // MARK: Catching up

    /// A gap longer than this is read in windows of its own, oldest first and each durable, instead of in one go.
    private var catchUpAfter: Int64 { max(120, 4 * settings.interval.wholeSeconds) }

    /// Compares what late rows may still have reached since the last collection, then counts what has come together.
    private mutating func planCatchUp() {
        state.frontier = min(state.frontier, max(state.settledUntil, state.ledger.floor))
        round.jobs = [.gauge(from: state.frontier)]
        if audits {
            appendAudit(Window(first: max(state.provenUntil, state.ledger.floor), last: state.frontier - 1), chunks: 0)
        }
    }

    private mutating func startCatchUp(from second: Int64, total: Int64, at now: Int64) {
        // The audit before this has found what there was to find below.
        prove(until: min(second, now - lateLimit))
        noteRate(rows: Int(clamping: total), seconds: now - second)
        catchUp(at: now)
    }

    private mutating func catchUp(at now: Int64) {
        let rows = max(rate ?? 0, 1e-6)
        let width = max(1, Int64(Double(RoundPlan.rowsInAWindow) / rows))
        let isLast = state.frontier + width > now - settlingSeconds
        let window = Window(first: state.frontier, last: isLast ? nil : state.frontier + width - 1)
        round.jobs.append(.read(reader(window), .forward))
    }

    /// Follows the density of the list: up at once, down by half, so that a quiet stretch widens the windows soon and a
    /// busy one does not overfill many.
    private mutating func noteRate(rows: Int, seconds: Int64) {
        guard seconds > 0 else { return }
        let seen = Double(rows) / Double(seconds)
        rate = max(seen, (rate ?? seen) / 2)
    }

    // MARK: Audits

    private var audits: Bool { settings.protections.contains(.audit) }

    /// How late rows can be at most, in seconds: those of plugin triggers wait for a call of 600 s (dify-logs-api §4.4), and
    /// five minutes more are for a server whose clock is set forward meanwhile.
    private var lateLimit: Int64 { max(960, settings.overlap.wholeSeconds) }

    private mutating func compare(_ window: Window, total: Int64, chunks: Int) {
        guard total != Int64(state.ledger.count(in: window)), let last = window.last else { return }
        if total <= RoundPlan.rowsInAWindow || window.isSingleSecond {
            round.jobs.append(.read(reader(window), .late))
        } else if chunks < 2 {
            // Late rows are mostly a little late, so the newest known rows are read first.
            let start = state.ledger.start(ofNewest: RoundPlan.rowsInAWindow - 10, in: window)
            appendAudit(Window(first: window.first, last: start - 1), chunks: chunks + 1)
            round.jobs.append(.read(reader(Window(first: start, last: last)), .late))
        } else {
            let middle = window.first + (last - window.first) / 2
            appendAudit(Window(first: window.first, last: middle), chunks: chunks)
            appendAudit(Window(first: middle + 1, last: last), chunks: chunks)
        }
    }

    private mutating func appendAudit(_ window: Window, chunks: Int) {
        if !window.isEmpty { round.jobs.append(.audit(window, chunks: chunks)) }
    }
}
