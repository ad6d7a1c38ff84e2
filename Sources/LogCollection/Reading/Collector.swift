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
    /// How long the server takes for its answers.
    private(set) var answerTimes = AnswerTimes()
    private var round = Round()
    private var oddRows = OddRows()

    /// What collecting has cost, since the collector was made.
    package struct Tally: Hashable, Sendable {
        package fileprivate(set) var rows = 0
        package fileprivate(set) var repeatedRows = 0
        package fileprivate(set) var lateLogs = 0
        package fileprivate(set) var incompleteWindows = 0
        package fileprivate(set) var windowsGivenUp = 0
        package fileprivate(set) var unreadableRows = 0
    }

    /// What an operator may want to read about in the log.
    package enum Finding: Equatable, Sendable {
        /// A window could not be read completely; it is tried again.
        case leftOpen(Window)
        /// An open window was given up: rows of it may be missing for ever.
        case gaveUp(Window)
        /// So many more rows of a second cannot be served.
        case unreadable(second: Int64, rows: Int)
        /// The server's clock was set back to among what was forgotten; these logs were read again, to be told from new ones.
        case recalled(Window)
        /// They could not be: logs that the server stamps within the window are not counted.
        case notRecalled(Window)
    }

    /// The collection under way.
    private struct Round: Sendable {
        /// Whether a page was refused because of a row that cannot be served.
        var hasMetUnreadable = false
        /// What is still to be asked; the last is next.
        var jobs: [Job] = []
        /// The frontier when the collection began: newer logs are not late.
        var startFrontier: Int64 = .min
        /// The server's second by which it was planned.
        var plannedAt: Int64 = .max
        /// The server's second when the last forward window was first asked for.
        var presentAt: Int64?
        /// The server's second of the latest answer.
        var latestAt: Int64?
        /// True if no gap remains between completeUntil and the present once the collection has ended.
        var completesPresent = true
        /// Whether every window that may still get late rows is compared.
        var includesFarAudit = false
        /// The windows to be compared if the count that comes with the newest rows does not agree.
        var auditsInReserve: [Window] = []
        /// How that count agreed; nil if there was none, or it did not.
        var agreement: CountedReading.Agreement?
        /// Whether the collection compares everything that the ledger remembers; if it succeeds, no full audit is required any more.
        var isFullAudit = false
        /// Windows that may still be closed in this collection while it catches up.
        var windowsLeft = Collector.catchUpWindows
        var answers = 0
        /// How many of the answers helped to isolate rows that cannot be served: refusals, and what cuts a page down.
        var isolations = 0
        var isDurableStep = false
        /// How many more seconds may be tried because one with unreadable rows was repaired.
        var retriesAfterRepair = 50
        /// The logs of forgotten seconds, while they are recalled.
        var recalled: [(id: LogID, second: Int64)] = []
    }

    private enum Job: Sendable {
        case read(WindowReader, Purpose)
        /// Counts the rows from a second on, to choose the width of the windows that catch up.
        case gauge(from: Int64)
        /// Compares the server's count of a window with the ledger's; `chunks` of its newest rows were read already, or nil: all rows
        /// but those of seconds with unreadable ones.
        case audit(Window, chunks: Int?, retried: OpenWindow?)
    }

    private enum Purpose: Sendable {
        /// Reads on from the frontier; `since` is the server's second of the first answer, nil before it.
        case forward(since: Int64?)
        case look
        /// Looks for rows that a count says are missing; `counted` is that count where it is of just this window.
        case late(retried: OpenWindow?, counted: Int64?)
        /// Reads what the ledger has forgotten, as the server's clock was set back to among it.
        case recall

        var isForward: Bool {
            if case .forward = self { return true }
            return false
        }

        /// The same once an answer of that second has come.
        func begun(at now: Int64) -> Purpose {
            if case .forward(nil) = self { return .forward(since: now) }
            return self
        }

        var retried: OpenWindow? {
            if case .late(let retried, _) = self { return retried }
            return nil
        }
    }

    /// So many seconds with unreadable rows are tried again in one round.
    private static let unreadableRetries = 2

    /// How many windows one collection closes while it catches up, before it lets others see the result.
    static let catchUpWindows = 4
    /// And after how many answers it closes no further one: windows with crowded seconds take many.
    private static let catchUpAnswers = 60
    /// After so many answers of that kind in one round, what needs more of them is left open, but for a second that is being read row
    /// by row: rows that cannot be served in great number must not make a round endless.
    private static let isolationLimit = 240
    /// Rows whose created_at is this many seconds old are visible as a rule: rounding and a slow commit (dify-logs-api §4.4).
    private var youngSeconds: Int64 { settings.safeguards.contains(.overlap) ? 2 : 0 }
    /// How late rows may be and still be part of what is called complete.
    private var overlap: Int64 { settings.safeguards.contains(.overlap) ? settings.overlap.wholeSeconds : 0 }
    /// What is older than the overlap and may still get late rows is compared this often, in seconds.
    private static let farAuditInterval: Int64 = 120

    private var rate = RowRate()
    /// Whether the rate is that of the gap which is being read.
    private var knowsRate = false

    /// `tally` is what collecting the app has cost before.
    package init(settings: CollectionSettings, state: AppState, tally: Tally = .init()) {
        self.settings = settings
        self.state = state
        self.tally = tally
    }

    /// Whether the list had been read up to the present when the last collection ended.
    package private(set) var hasReachedPresent = false

    /// Whether the collection reads a long gap in windows of its own.
    private(set) var isCatchingUp = false

    private var counts = CountTrust()
    private var lateRows = LateRows()
    /// The server's second in which all counts agreed last; nil if they have not since the clock was last in doubt.
    private var agreedAt: Int64?
    private var recallPause = RecallPause()
    private var findings: [Finding] = []

    /// More logs are not recalled.
    private static let recallLimit: Int64 = 20_000
    /// Rows are stamped at most so many seconds ahead of the server's clock, unless it was set.
    private static let stampedAhead: Int64 = 60
    /// Rows are looked for so many seconds after the newest one that is known, while the server's clock lies before it.
    private static let auditedAhead: Int64 = 86_400

    /// Whether the server's clock may have been set since the last full audit: rows may then be stamped anywhere
    /// among seconds that were complete.
    private var fullAuditRequired = false

    /// From now on until everything that the ledger remembers has been compared with the server's counts, nothing more is
    /// called complete. For when the server's clock was seen to jump, or was not watched for a while.
    package mutating func requireFullAudit() {
        agreedAt = nil
        fullAuditRequired = true
    }

    /// Plans a collection. `now` is the server's clock as well as it is known.
    package mutating func begin(at now: UnixTime) {
        let forgotten = Window(first: max(now.second - youngSeconds, state.start), last: state.ledger.floor - 1)
        if !forgotten.isEmpty, recallPause.isOver(at: now.second) {
            round = Round()
            counts.beginRound()
            isCatchingUp = false
            round.jobs = [.read(reader(forgotten), .recall)]
        } else {
            plan(at: now)
        }
    }

    private mutating func plan(at now: UnixTime) {
        state.rewind(to: now.second - youngSeconds)
        if fullAuditRequired { state.doubtFinal() }
        state.hasten(at: now.second, interval: settings.interval)
        round = Round(startFrontier: state.frontier, plannedAt: now.second, isFullAudit: fullAuditRequired)
        counts.beginRound()
        fullAuditRequired = false
        isCatchingUp = now.second - state.frontier > catchUpAfter
        if isCatchingUp {
            planCatchUp(at: now.second)
        } else {
            let isFarAuditDue =
                round.isFullAudit || now.second - lateLimit - state.finalUntil >= Self.farAuditInterval
            let plan = RoundPlan(
                state: state, at: now.second, includesFarAudit: isFarAuditDue,
                audits: audits ? (counts.isInDoubt ? 1 : RoundPlan.auditLimit) : 0,
                mayCount: mayCountForward(at: now.second))
            round.includesFarAudit = isFarAuditDue || plan.counting != nil
            for window in plan.deferred { leaveOpen(window, .found, at: now.second, isNew: false) }
            if plan.counting == nil {
                round.jobs = Self.auditJobs(plan.audits)
            } else {
                round.auditsInReserve = plan.audits
            }
            let end = presentEnd(from: plan.forwardStart, at: now.second)
            // Should it be `Date` that is wrong, and not the clock that stamps rows, new ones are among these.
            if audits, let end, let newest = state.ledger.newestSecond {
                appendAudit(Window(first: end + 1, last: newest + Self.auditedAhead), chunks: 0)
            }
            planRetries(at: now.second)
            for look in plan.looks.reversed() {
                round.jobs.append(.read(reader(look.window, wanted: look.runs), .look))
            }
            let forward = reader(Window(first: plan.forwardStart, last: end), counting: plan.counting)
            round.jobs.append(.read(forward, .forward(since: nil)))
        }
    }

    private static func auditJobs(_ windows: [Window]) -> [Job] {
        windows.reversed().map { .audit($0, chunks: 0, retried: nil) }
    }

    /// Whether the newest rows and the count of all that may still get late rows can come by one request. Where rows are late or
    /// stamped ahead, or the clock or the counts are in doubt, or nothing has agreed yet, counts of their own are exact.
    private func mayCountForward(at now: Int64) -> Bool {
        let ahead = Window(first: now.addingSaturating(Self.stampedAhead + 1))
        return agreedAt != nil && !round.isFullAudit && counts.isBelieved && !lateRows.areExpected(at: now)
            && !state.ledger.hasLogs(in: ahead) && settings.safeguards.contains(.cutByTime)
    }

    /// Whether the server's clock turned out to be so far ahead of what the plan went by that there is a gap to catch up.
    private func isOutrun(at now: Int64) -> Bool {
        !isCatchingUp && now.subtractingSaturating(round.plannedAt) > catchUpAfter
            && now.subtractingSaturating(state.frontier) > catchUpAfter
    }

    private mutating func planAgain(at now: UnixTime) {
        fullAuditRequired = fullAuditRequired || round.isFullAudit
        plan(at: now)
    }

    /// Where a window that reaches to the present ends: nowhere, or in a minute where many known rows are stamped later still, from
    /// before the server's clock was set back.
    private func presentEnd(from first: Int64, at now: Int64) -> Int64? {
        let end = now.addingSaturating(Self.stampedAhead)
        guard first <= end, state.ledger.count(in: Window(first: end)) > RoundPlan.rowsWorthARequest else { return nil }
        return end
    }

    /// From here on, forgotten logs are told from new ones, if all of them were read.
    private mutating func recall(_ reader: WindowReader, at now: Int64) {
        let logs = round.recalled
        round = Round()
        if reader.isWhole {
            state.recall(logs, from: reader.window.first)
            findings.append(.recalled(reader.window))
            recallPause.end()
        } else if recallPause.begin(reader.window, at: now) {
            findings.append(.notRecalled(reader.window))
        }
        plan(at: UnixTime(seconds: now))
    }

    /// Tries open windows and unreadable rows again whose time has come, a few of them.
    private mutating func planRetries(at now: Int64) {
        for second in state.unreadable.due(at: now).prefix(Self.unreadableRetries).reversed() {
            round.jobs.append(.read(reader(Window(second: second)), .look))
        }
        let due = state.openWindows.due(at: now, lateLimit: lateLimit)
        for open in due.prefix(CountTrust.usualFutileRequests).reversed() {
            if state.ledger.count(in: open.window) > RoundPlan.rowsInAWindow {
                round.jobs.append(.audit(open.window, chunks: 0, retried: open))
            } else {
                read(reader(open.window, retried: open), .late(retried: open, counted: nil), at: now)
            }
        }
    }

    /// The page to ask for, or nil when the collection has nothing more to ask. The same until the answer is received.
    package func nextQuery() -> LogsQuery? {
        guard let job = round.jobs.last else { return nil }
        switch job {
        case .read(let reader, _): return reader.request.map { $0.query(settings.filter) }
        case .gauge(let second): return count(of: Window(first: second)).query(settings.filter)
        case .audit(let window, _, _): return count(of: window).query(settings.filter)
        }
    }

    /// Asks for a window's count in a way that rows which cannot be served do not disturb.
    private func count(of window: Window) -> PageRequest {
        state.unreadable.isEmpty && !round.hasMetUnreadable ? PageRequest(window: window, limit: 1) : .count(of: window)
    }

    /// Takes the answer to `nextQuery`. `now` is a moment on the server's clock that was not later than the one in which
    /// it read the rows; `span` is what the answer took, nil where that says nothing of the server.
    package mutating func receive(_ page: LogPage, at now: UnixTime, took span: Duration? = nil) {
        guard let job = round.jobs.popLast() else { return }
        if let span { answerTimes.note(rows: page.rowCount, took: span) }
        round.latestAt = now.second
        round.answers += 1
        let news = page.logs.reduce(0) { $0 + (apply($1, at: now.second) ? 1 : 0) }
        oddRows.noteRefused(page.refusedRows)
        switch job {
        case .gauge(let second): startCatchUp(from: second, total: page.total, at: now.second)
        case .audit(let window, let chunks, let retried):
            compare(window, total: page.total, chunks: chunks, retried: retried, at: now.second)
            putOffSearches(at: now.second)
        case .read(var reader, let purpose):
            let purpose = purpose.begun(at: now.second)
            if purpose.isForward, isOutrun(at: now.second) { return planAgain(at: now) }
            if isCatchingUp, purpose.isForward, reader.isUntouched, narrowCatchUp(reader.window, page, at: now.second) {
                return
            }
            notePresent(reader.window, purpose, at: now.second)
            if case .recall = purpose {
                round.recalled += page.logs.map { (id: LogID($0.id), second: $0.createdAt) }
                if page.total > Self.recallLimit { reader.stop() }
            }
            let (isIsolating, mayGoOn) = (reader.isIsolating, reader.isReadingUnreadableSecond)
            let progress = reader.receive(page)
            if news > 0 { reader.noteNewRows() }
            if isIsolating, !mayGoOn { noteIsolation(&reader, mayGoOn: false, at: now.second) }
            resume(reader, purpose, progress, isFutile: news == 0 && !isIsolating, at: now.second)
            putOffSearches(at: now.second)
        }
    }

    /// Notes that the server gave no answer to `nextQuery`, which is asked again or given up.
    mutating func noteFailure() {
        answerTimes.noteFailure()
    }

    /// Takes a refusal of `nextQuery` because of a row that cannot be served; `index` is the row's place on the page, from 0,
    /// if it is known. False where nothing can be made of it: then the collection has failed.
    package mutating func receiveRefusal(index: Int?, at now: UnixTime) -> Bool {
        guard let job = round.jobs.popLast() else { return false }
        round.latestAt = now.second
        round.answers += 1
        defer { round.hasMetUnreadable = true }
        switch job {
        case .gauge, .audit:
            // Asked once more, by a page that holds no row.
            guard !round.hasMetUnreadable else { return false }
            round.isolations += 1
            round.jobs.append(job)
        case .read(var reader, let purpose):
            let purpose = purpose.begun(at: now.second)
            notePresent(reader.window, purpose, at: now.second)
            let mayGoOn = reader.isReadingUnreadableSecond
            let progress = reader.receiveRefusal(index: index, at: now.second)
            noteIsolation(&reader, mayGoOn: mayGoOn, at: now.second)
            resume(reader, purpose, progress, isFutile: false, at: now.second)
        }
        return true
    }

    /// Counts an answer that helped to isolate unreadable rows, and stops isolating once the round has done enough of it.
    /// `mayGoOn`: whether the answer was about a second that is already read row by row; such a second is read to its end.
    private mutating func noteIsolation(_ reader: inout WindowReader, mayGoOn: Bool, at now: Int64) {
        round.isolations += 1
        guard round.isolations >= Self.isolationLimit else { return }
        putOffSearches(at: now)
        if !mayGoOn || !reader.isReadingUnreadableSecond { reader.stop() }
    }

    private mutating func resume(
        _ reader: WindowReader, _ purpose: Purpose, _ progress: WindowReader.Progress, isFutile: Bool, at now: Int64
    ) {
        var reader = reader
        if case .late(let retried, _) = purpose {
            // An open window that is closed is something as well.
            let isClosed = retried != nil && reader.request == nil && reader.isWhole
            if !isFutile { counts.noteFound() } else if !isClosed { counts.noteFutileRequest() }
        }
        if case .late = purpose, progress == .reading, counts.isExhausted, !isToEnd(reader, purpose) {
            reader.stop()
        }
        guard reader.request != nil else { return finish(reader, purpose, at: now) }
        round.jobs.append(.read(reader, purpose))
    }

    /// What was found since this was last asked.
    package mutating func takeFindings() -> [Finding] {
        defer { findings = [] }
        return findings
    }

    /// Whether so much has come together that it is worth writing down before the collection goes on.
    package mutating func takeDurableStep() -> Bool {
        defer { round.isDurableStep = false }
        return round.isDurableStep
    }

    /// Ends the collection. `succeeded` is false when an error cut it short.
    package mutating func end(succeeded: Bool) {
        if let now = round.latestAt {
            let giveUpAfter = settings.giveUpAfter.wholeSeconds
            state.abandonRuns(olderThan: giveUpAfter, at: now)
            state.forgetUnreadable(olderThan: giveUpAfter, at: now)
        }
        counts.endRound(succeeded: succeeded)
        if succeeded {
            hasReachedPresent = round.presentAt != nil
            if hasReachedPresent { knowsRate = false }
            if let present = round.presentAt {
                completePresent(present)
                if round.includesFarAudit { finalize(until: present - lateLimit) }
                state.isCaughtUp = true
            }
        } else if round.isFullAudit {
            fullAuditRequired = true
        }
        round = Round()
        state.forget(lateLimit: lateLimit)
        oddRows.keep { state.unfinished[$0] != nil }
    }

    /// A count that is only likely to agree proves what was visible when an earlier one agreed: a late row would be missing in both.
    private mutating func completePresent(_ present: Int64) {
        guard round.completesPresent else { return }
        if round.agreement != .likely {
            complete(until: present - overlap)
        } else if let agreedAt, agreedAt <= present {
            complete(until: agreedAt - overlap)
        }
        agreedAt = present
    }

    /// What was odd in rows since this was last called, each value once for each row.
    package mutating func takeOddValues() -> [OddValue] {
        oddRows.takeValues()
    }

    /// Keeps what becomes of runs from now on, for `takeChanges`.
    mutating func keepChanges() {
        state.changes = state.changes ?? []
    }

    /// What became of runs since this was last called, in the order in which it was read. Empty unless they are kept.
    mutating func takeChanges() -> [RunChange] {
        guard let changes = state.changes, !changes.isEmpty else { return [] }
        state.changes = []
        return changes
    }

    // MARK: Rows

    /// Whether the row was new.
    private mutating func apply(_ log: WorkflowLog, at now: Int64) -> Bool {
        tally.rows += 1
        let id = LogID(log.id)
        let wasOpen = state.unfinished[id] != nil
        let application = state.apply(log, at: now, settings: settings)
        switch application {
        case .new where log.createdAt < round.startFrontier:
            tally.lateLogs += 1
            lateRows.note(at: now)
        case .new: break
        case .known, .forgotten: tally.repeatedRows += 1
        }
        if !log.oddValues.isEmpty {
            oddRows.note(
                log.oddValues, of: id, isNew: application == .new, wasOpen: wasOpen,
                isOpen: state.unfinished[id] != nil)
        }
        return application == .new
    }

    // MARK: Windows

    private func reader(
        _ window: Window, wanted: Set<LogID>? = nil, retried: OpenWindow? = nil, counting: CountedReading? = nil
    ) -> WindowReader {
        let unreadable = state.unreadable.seconds(in: window)
        let wantedSeconds = Set(unreadable.isEmpty ? [] : (wanted ?? []).compactMap { state.unfinished[$0]?.second })
        // A second that was read before: what is known of it need not be proven once more.
        let isReadAgain = !unreadable.isEmpty || (retried?.attempts ?? 0) > 0
        let known = window.isSingleSecond && isReadAgain ? state.ledger.logs(of: window.first) : []
        return WindowReader(
            window, wanted: wanted, skipping: unreadable, wantedSeconds: wantedSeconds, known: known,
            counting: counting, trustsCounts: counts.isBelieved, cutsByTime: settings.safeguards.contains(.cutByTime))
    }

    private mutating func finish(_ reader: WindowReader, _ purpose: Purpose, at now: Int64) {
        if case .recall = purpose { return recall(reader, at: now) }
        if reader.wasShort { counts.disagree() }
        // These are remembered as unreadable.
        for second in reader.skipped { state.openWindows.close(Window(second: second)) }
        let wasUnreadable = reader.window.isSingleSecond && state.unreadable.seconds[reader.window.first] != nil
        if case .forward(let since) = purpose {
            advance(past: reader.window, rows: reader.seen.count, at: since ?? now)
        }
        for (second, total) in reader.refusing.sorted(by: { $0.key < $1.key }) {
            let rows = max(0, total - state.ledger.count(in: Window(second: second)))
            state.openWindows.close(Window(second: second))
            let more = state.noteUnreadable(rows, second: second, at: now)
            guard more > 0 else { continue }
            tally.unreadableRows += more
            findings.append(.unreadable(second: second, rows: more))
        }
        for part in reader.open + reader.refusing.keys.map({ Window(second: $0) }) {
            state.postponeLooks(in: part, at: now, interval: settings.interval)
        }
        for part in reader.complete {
            if !reader.hasNewRows, state.concludeRead(of: part, seen: reader.seen) { counts.noteFound() }
            state.openWindows.close(part)
            state.closeUnreadable(in: part)
        }
        let retried = purpose.retried
        for part in reader.open {
            leaveOpen(part, .inVain(retried), at: now, isNew: reader.wasShort)
        }
        // A try that leaves all as it was is one in vain, however it ended: the next would be no better.
        let isInVain = reader.complete.isEmpty && reader.refusing.isEmpty
        for part in reader.unread {
            leaveOpen(
                part, isInVain ? .inVain(retried) : .unread(retried), at: now, isNew: false)
        }
        for part in reader.open + reader.unread {
            for second in state.unreadable.seconds(in: part) { state.postponeUnreadable(second, at: now) }
        }
        if wasUnreadable, state.unreadable.seconds[reader.window.first] == nil { retryUnreadable(at: now) }
        if case .late(let retried, let counted) = purpose { concludeSearch(reader, counted: counted, retried) }
        if case .forward(let since) = purpose {
            let leftOut = reader.skipped.filter { $0 >= state.completeUntil && $0 < (since ?? now) - overlap }
            conclude(reader.window, since: since ?? now, at: now)
            // They are about to be called complete, and may have got other rows since they were tried.
            for second in leftOut { appendAudit(Window(second: second), chunks: nil) }
            concludeCount(reader, at: now)
        }
    }

    /// Draws the conclusions from the count that came with the newest rows. If it does not agree, counts of their own tell more.
    private mutating func concludeCount(_ reader: WindowReader, at now: Int64) {
        guard !round.auditsInReserve.isEmpty else { return }
        if let count = reader.count {
            round.agreement = CountedReading.agreement(
                total: count.total, known: state.ledger.count(in: count.window),
                young: state.ledger.count(in: Window(first: now, last: count.window.last)))
        }
        if round.agreement == nil { round.jobs = Self.auditJobs(round.auditsInReserve) + round.jobs }
        round.auditsInReserve = []
    }

    /// Draws the conclusions from what was read because a count said that rows are missing.
    private mutating func concludeSearch(_ reader: WindowReader, counted: Int64?, _ retried: OpenWindow?) {
        if let counted, reader.isWhole, counted != state.ledger.count(in: reader.window) { counts.disagree() }
        // What is missing may be a late row in a second that was left out.
        guard let first = reader.skipped.first, let last = reader.skipped.last, reader.open.isEmpty,
            reader.unread.isEmpty, counted != known(in: reader.window)
        else { return }
        appendAudit(Window(first: first, last: last), chunks: nil, retried)
    }

    /// How many rows the server should count in a window.
    private func known(in window: Window) -> Int64 {
        Int64(state.ledger.count(in: window) + state.unreadable.count(in: window))
    }

    /// Reads a window, or is done with it at once where all of its seconds are known to be unreadable.
    private mutating func read(_ reader: WindowReader, _ purpose: Purpose, at now: Int64) {
        guard reader.request != nil else { return finish(reader, purpose, at: now) }
        round.jobs.append(.read(reader, purpose))
    }

    /// A second with unreadable rows was repaired: whoever did that has probably repaired others.
    private mutating func retryUnreadable(at now: Int64) {
        guard round.retriesAfterRepair > 0, let second = state.retryUnreadable(at: now) else { return }
        round.retriesAfterRepair -= 1
        round.jobs.append(.read(reader(Window(second: second)), .look))
    }

    /// Remembers a part of the list that could not be read completely. `isNew`: whether that was found now, not only put off.
    private mutating func leaveOpen(_ window: Window, _ cause: OpenWindows.Cause, at now: Int64, isNew: Bool) {
        let first = max(window.first, state.ledger.floor)
        let last = min(window.last ?? .max, state.frontier - 1)
        guard first <= last else { return }
        let isKnown = state.openWindows.parts(of: first...last).isEmpty
        let ledger = state.ledger
        noteGivenUp(
            state.openWindows.open(first...last, at: now, cause, lateLimit: lateLimit) { ledger.count(in: $0) })
        guard case .found = cause, isNew, !isKnown else { return }
        tally.incompleteWindows += 1
        // On a server that disagrees in each round, once is enough.
        guard !counts.isInDoubt else { return }
        findings.append(.leftOpen(Window(first: first, last: last)))
    }

    private mutating func noteGivenUp(_ windows: [Window]) {
        tally.windowsGivenUp += windows.count
        findings += windows.map { .gaveUp($0) }
    }

    /// Whether a search goes on though too many requests have brought nothing: a crowded second needs more than a doubtful round
    /// has, and before it is given up it is read to its end once.
    private func isToEnd(_ reader: WindowReader, _ purpose: Purpose) -> Bool {
        reader.isReadingCrowdedSecond && purpose.retried?.isAtLastTry == true
    }

    /// Puts off what is left of the search for missing rows, once too many requests have brought nothing.
    private mutating func putOffSearches(at now: Int64) {
        guard counts.isExhausted || round.isolations >= Self.isolationLimit else { return }
        let jobs = round.jobs
        round.jobs = []
        for job in jobs {
            switch job {
            // An open window that was not begun waits as it is.
            case .audit(let window, _, let retried) where window != retried?.window:
                leaveOpen(window, .unread(retried), at: now, isNew: false)
            case .read(let reader, let purpose) where isToEnd(reader, purpose): round.jobs.append(job)
            case .read(let reader, .late(let retried, _)) where reader.window != retried?.window:
                leaveOpen(reader.window, .unread(retried), at: now, isNew: false)
            case .audit, .read(_, .late): break
            case .read, .gauge: round.jobs.append(job)
            }
        }
    }

    /// Moves the frontier past a forward window. What is not complete in it has to be remembered before anything is concluded.
    private mutating func advance(past window: Window, rows: Int, at now: Int64) {
        let present = (round.presentAt ?? now) - youngSeconds
        guard let last = window.last else {
            rate.note(rows: rows, seconds: present - window.first)
            state.frontier = max(state.frontier, present)
            return
        }
        rate.note(rows: rows, seconds: last - window.first + 1)
        // Whatever the plan thought, nothing is read that the server has not reached yet.
        state.frontier = max(state.frontier, min(last + 1, now - youngSeconds))
    }

    /// Draws the conclusions from a forward window of a catch-up, and goes on to the next. Its newest rows were read when the
    /// first answer came, at `since`: what became visible later is not among them.
    private mutating func conclude(_ window: Window, since: Int64, at now: Int64) {
        guard round.presentAt == nil else { return }
        if window.first <= state.completeUntil { complete(until: since - overlap) }
        // What is younger than the overlap may still get late rows, and this collection does not look there again.
        round.completesPresent = state.completeUntil >= state.frontier
        if window.first <= state.finalUntil { finalize(until: since - lateLimit) }
        state.forget(lateLimit: lateLimit)
        round.isDurableStep = true
        round.windowsLeft -= 1
        let goesOn = round.windowsLeft > 0 && round.answers < Self.catchUpAnswers
        if goesOn { catchUp(at: now) }
    }

    private mutating func complete(until second: Int64) {
        if !fullAuditRequired { state.complete(until: second) }
    }

    private mutating func finalize(until second: Int64) {
        if !fullAuditRequired { state.finalize(until: second) }
    }

    // MARK: Catching up

    /// A gap longer than this is read in windows of its own, oldest first and each durable, instead of in one go.
    private var catchUpAfter: Int64 { max(120, 4 * settings.interval.wholeSeconds) }

    /// Compares what late rows may still have reached since the last collection, then counts what has come together.
    private mutating func planCatchUp(at now: Int64) {
        state.goBack(to: max(state.completeUntil, state.ledger.floor))
        if knowsRate { catchUp(at: now) } else { round.jobs = [.gauge(from: state.frontier)] }
        planRetries(at: now)
        let first = max(state.finalUntil, state.ledger.floor)
        guard audits, first < state.frontier else { return }
        for part in state.openWindows.parts(of: first...(state.frontier - 1)) {
            appendAudit(Window(first: part.lowerBound, last: part.upperBound), chunks: 0)
        }
    }

    private mutating func startCatchUp(from second: Int64, total: Int64, at now: Int64) {
        // The audit before this has found what there was to find below.
        finalize(until: min(second, now - lateLimit))
        let seconds = now.subtractingSaturating(second)
        if rate.isUnknown || !counts.isInDoubt { rate.note(total: total, seconds: seconds) }
        catchUp(at: now)
    }

    private mutating func catchUp(at now: Int64) {
        knowsRate = true
        let width = rate.windowWidth
        let isLast = state.frontier + width > now - youngSeconds
        let window = Window(
            first: state.frontier, last: isLast ? presentEnd(from: state.frontier, at: now) : state.frontier + width - 1
        )
        round.jobs.append(.read(reader(window), .forward(since: nil)))
    }

    /// Cuts a window that holds far more rows than was expected, so that memory and what an error costs stay bounded. False
    /// where it need not be cut, or cannot be.
    private mutating func narrowCatchUp(_ window: Window, _ page: LogPage, at now: Int64) -> Bool {
        let seconds = (window.last ?? now).subtractingSaturating(window.first).addingSaturating(1)
        guard page.total > 2 * Int64(RowRate.rowsInAWindow), seconds > 1, counts.isBelieved else { return false }
        rate.note(total: page.total, seconds: seconds)
        catchUp(at: now)
        return true
    }

    private mutating func notePresent(_ window: Window, _ purpose: Purpose, at now: Int64) {
        if purpose.isForward, window.last ?? .max >= now, round.presentAt == nil { round.presentAt = now }
    }

    // MARK: Audits

    private var audits: Bool { settings.safeguards.contains(.audit) }

    /// How late rows can be at most, in seconds: those of plugin triggers wait for a call of 600 s (dify-logs-api §4.4), and
    /// five minutes more are for a server whose clock is set forward meanwhile.
    private var lateLimit: Int64 { max(960, settings.overlap.wholeSeconds) }

    private mutating func compare(_ window: Window, total: Int64, chunks: Int?, retried: OpenWindow?, at now: Int64) {
        guard total != known(in: window), let last = window.last else {
            state.openWindows.close(window)
            return
        }
        if counts.isInDoubt { counts.noteFutileRequest() }
        guard !counts.isExhausted else {
            counts.disagree()
            return leaveOpen(window, .unread(retried), at: now, isNew: retried == nil)
        }
        guard let chunks else { return splitAudit(window, retried, at: now) }
        if total <= RoundPlan.rowsInAWindow || window.isSingleSecond {
            read(reader(window, retried: retried), .late(retried: retried, counted: total), at: now)
        } else if chunks < 2 {
            // Late rows are mostly a little late, so the newest known rows are read first.
            let start = state.ledger.start(ofNewest: RoundPlan.rowsInAWindow - 10, in: window)
            appendAudit(Window(first: window.first, last: start - 1), chunks: chunks + 1, retried)
            read(reader(Window(first: start, last: last)), .late(retried: retried, counted: nil), at: now)
        } else {
            counts.noteFutileRequest()
            let middle = window.first + (last - window.first) / 2
            appendAudit(Window(first: window.first, last: middle), chunks: chunks, retried)
            appendAudit(Window(first: middle + 1, last: last), chunks: chunks, retried)
        }
    }

    /// Goes on to find the second with unreadable rows in which another row is: that of the window, or those of its halves.
    private mutating func splitAudit(_ window: Window, _ retried: OpenWindow?, at now: Int64) {
        counts.noteFutileRequest()
        let seconds = state.unreadable.seconds(in: window)
        guard seconds.count > 1 else {
            for second in seconds {
                read(reader(Window(second: second)), .late(retried: retried, counted: nil), at: now)
            }
            return
        }
        let middle = seconds[seconds.count / 2]
        appendAudit(Window(first: window.first, last: middle - 1), chunks: nil, retried)
        appendAudit(Window(first: middle, last: seconds.last), chunks: nil, retried)
    }

    private mutating func appendAudit(_ window: Window, chunks: Int?, _ retried: OpenWindow? = nil) {
        if !window.isEmpty { round.jobs.append(.audit(window, chunks: chunks, retried: retried)) }
    }
}
