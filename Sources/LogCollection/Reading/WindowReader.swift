import DifyAPI

/// Reads every log of a window from a list that moves while it is read, without ever relying on offsets where time can
/// be cut instead.
///
/// The list is ordered by second, newest first, and ties are ordered anew for each answer (dify-logs-api §2). So one
/// answer is exact for every second but the oldest on a full page: what remains is the window up to that second. Only
/// when a single second fills a page are offset pages needed; `CrowdedSecondReader` sees to that. A page that the server refuses
/// because of one row is cut by time down to that row's second, which `UnreadableSecondReader` reads.
///
/// In the end each part of the window is complete, open, or a second that refused rows; nothing is left out.
struct WindowReader: Sendable {
    enum Progress: Equatable {
        case reading
        case finished
    }

    /// The whole window.
    let window: Window
    /// Every log that was in an answer.
    private(set) var seen: Set<LogID> = []
    /// The parts that could not be read completely.
    private(set) var open: [Window] = []
    /// The parts that were not read, since the reading was ended before.
    private(set) var unread: [Window] = []
    /// The server's count of each second in which rows could not be served when they were asked for one by one.
    private(set) var refusing: [Int64: Int] = [:]
    /// Whether an answer held fewer rows than its own count.
    private(set) var wasShort = false
    /// Whether an answer held a row that had not been read before. It may have become visible after the answer's count, whatever second
    /// stamps it, and make up for one that was counted and not shown.
    private(set) var hasNewRows = false
    /// What an answer that held the window's last rows counted, if it counted more than the window.
    private(set) var count: (window: Window, total: Int64)?
    /// How far the requests reach back beyond the window; nil if they do not, or no longer.
    private var counting: CountedReading?
    /// Enough to end early: when all of these have been seen. Nil means that only the whole window is enough.
    private let wanted: Set<LogID>?
    private let cutsByTime: Bool
    /// How often an answer may hold fewer rows than its own count before its part of the window is left open.
    private let patience: Int
    /// Whether counts lead to rows that cannot be served; not where they have led to a second without one.
    private var followsCounts: Bool
    /// Seconds that are not asked for: their rows are known to be unreadable.
    let skipped: [Int64]
    /// The logs that are known of a single second which was read before and is read again for its unreadable rows.
    private let known: Set<LogID>
    /// What is still to be read; the last is next.
    private var parts: [Part]
    private var shortAnswers = 0
    private var refusals = 0
    /// Those among them that were not of a second which is read row by row.
    private var refusedSpans = 0
    /// The server's second of the latest refusal: where a window without an end is taken to end.
    private var refusedAt: Int64 = .min
    /// So many seconds ahead of that rows were looked for last.
    private var stride: Int64 = 1
    private var hasEndedEarly = false
    /// The latest row that was found to be unreadable, and how many seconds lie between it and the one before.
    private var latestUnreadable: (second: Int64, spacing: Int64?)?

    private enum Part: Sendable {
        case span(Window)
        /// So many of the newest rows of a window: those before one that cannot be served.
        case newest(Window, rows: Int)
        /// The row after the newest one. Whether that one cannot be served, or whether it is not known which one is.
        case afterNewest(Window, isNewestRefused: Bool)
        /// The second of the newest row, which cannot be served.
        case dating(NewestRowSearch)
        /// The offset page that comes next, where cutting by time is switched off.
        case page(Int, of: Window)
        case crowded(CrowdedSecondReader)
        case withUnreadable(UnreadableSecondReader)

        var window: Window {
            switch self {
            case .span(let window), .newest(let window, _), .afterNewest(let window, _), .page(_, let window): window
            case .dating(let search): search.window
            case .crowded(let reader): Window(second: reader.second)
            case .withUnreadable(let reader): Window(second: reader.second)
            }
        }
    }

    private static let usualPatience = 3
    /// Refused pages before the rest is left unread: a server on which nothing can be read must not be asked for ever.
    private static let refusalLimit = 240
    private static let refusedSpanLimit = 45

    /// - Parameters:
    ///   - skipping: seconds with rows that are known to be unreadable, rising; they are left out, but where a wanted log may be.
    ///   - known: the logs that are known of a single second which was read before and is read again for its unreadable rows.
    ///   - counting: lets the requests count more than the window, as long as all goes well.
    ///   - trustsCounts: false where this server's counts lately disagreed with its rows; then nothing is asked again.
    init(
        _ window: Window, wanted: Set<LogID>? = nil, skipping: [Int64] = [], wantedSeconds: Set<Int64> = [],
        known: Set<LogID> = [], counting: CountedReading? = nil, trustsCounts: Bool = true, cutsByTime: Bool = true
    ) {
        self.window = window
        self.known = known
        self.counting = counting
        self.wanted = wanted
        self.cutsByTime = cutsByTime
        patience = trustsCounts ? Self.usualPatience : 1
        followsCounts = trustsCounts
        skipped = window.isSingleSecond ? [] : skipping.filter { window.contains($0) && !wantedSeconds.contains($0) }
        parts = []
        var next = window.first
        for second in skipping where window.contains(second) && !window.isSingleSecond {
            if next < second { parts.append(.span(Window(first: next, last: second - 1))) }
            if wantedSeconds.contains(second) { parts.append(.span(Window(second: second))) }
            next = second + 1
        }
        if next <= window.last ?? .max { parts.append(.span(Window(first: next, last: window.last))) }
    }

    /// Whether nothing has been answered yet.
    private(set) var isUntouched = true

    /// Whether every row of the window was in an answer, so that a known row that was in none is missing.
    var isWhole: Bool {
        parts.isEmpty && open.isEmpty && unread.isEmpty && !hasEndedEarly && skipped.isEmpty && refusing.isEmpty
    }

    /// The parts that have been read to the last row.
    var complete: [Window] {
        guard parts.isEmpty, !hasEndedEarly else { return [] }
        let gaps =
            open + unread + (skipped + refusing.keys).map { Window(second: $0) }
        var rest = [window]
        for gap in gaps { rest = rest.flatMap { $0.without(gap) } }
        return rest
    }

    /// Whether the next answer helps to tell rows that cannot be served from others, even if it brings no row: some were found here.
    var isIsolating: Bool {
        switch parts.last {
        case .newest, .afterNewest, .dating, .withUnreadable: true
        default: !refusing.isEmpty
        }
    }

    /// What to ask next; stays the same until the answer is received. Nil when the window has been read.
    var request: PageRequest? {
        switch parts.last {
        case .span(let window):
            if let counting {
                PageRequest(window: Window(first: counting.first, last: window.last), limit: counting.rows)
            } else {
                PageRequest(window: window)
            }
        case .newest(let window, let rows): PageRequest(window: window, limit: rows)
        case .afterNewest(let window, _): PageRequest(window: window, page: 2, limit: 1)
        case .dating(let search): search.request
        case .page(let page, let window): PageRequest(window: window, page: page)
        case .crowded(let reader): reader.request
        case .withUnreadable(let reader): reader.request
        case nil: nil
        }
    }

    /// Ends the reading, with what has not been read yet among `unread`.
    mutating func stop() {
        unread += parts.map(\.window)
        parts = []
    }

    // MARK: Answers

    /// Notes that the answer which was received last held a row that had not been read before.
    mutating func noteNewRows() {
        hasNewRows = true
    }

    /// Takes the answer to `request`.
    mutating func receive(_ page: LogPage) -> Progress {
        isUntouched = false
        let ids = page.logs.map { LogID($0.id) }
        seen.formUnion(ids)
        switch parts.popLast() {
        case .span(let span) where counting != nil: continueCounting(page, of: span)
        case .span(let span) where cutsByTime: continueAfter(page, of: span)
        case .span(let span): turnPage(after: 1, page, of: span)
        case .page(let number, let span): turnPage(after: number, page, of: span)
        case .newest(let span, let rows): continueBelow(page, rows: rows, of: span)
        case .afterNewest(let span, let isNewestRefused):
            let next = page.logs.first?.createdAt
            if isNewestRefused, followsCounts { date(span, next: next) } else { narrow(span, to: next) }
        case .dating(var search):
            search.receive(total: page.total)
            goOn(search)
        case .crowded(var reader):
            switch reader.receive(ids, page) {
            case .reading: parts.append(.crowded(reader))
            case .complete: break
            case .incomplete:
                wasShort = true
                open.append(Window(second: reader.second))
            }
        case .withUnreadable(var reader):
            let progress = reader.receive(ids, total: page.total)
            conclude(reader, progress)
        case nil: break
        }
        return endIfSatisfied()
    }

    /// The page was refused because of a row that cannot be served. `index` is the row's place on the page, from 0, if it is known;
    /// `now` is in Unix seconds on the server's clock.
    mutating func receiveRefusal(index: Int?, at now: Int64) -> Progress {
        isUntouched = false
        refusals += 1
        if !isReadingUnreadableSecond { refusedSpans += 1 }
        refusedAt = now
        let isEnough = refusals > Self.refusalLimit || refusedSpans > Self.refusedSpanLimit
        guard !isEnough || isReadingUnreadableSecond else {
            stop()
            return .finished
        }
        switch parts.popLast() {
        case .span(let span) where counting != nil:
            // The row may lie before the window.
            counting = nil
            parts.append(.span(span))
        case .span(let span) where span.isSingleSecond:
            parts.append(.withUnreadable(UnreadableSecondReader(second: span.first, known: known)))
        case .span(let span):
            if let index, (1..<LogsQuery.maximumLimit).contains(index) {
                parts.append(.newest(span, rows: index))
            } else {
                parts.append(.afterNewest(span, isNewestRefused: index == 0))
            }
        case .afterNewest(let span, true) where followsCounts:
            goOn(
                NewestRowSearch(
                    span, from: span.first, at: refusedAt, isNextRefused: true, spacing: latestUnreadable?.spacing))
        case .newest(let span, _), .afterNewest(let span, _): halve(span)
        case .dating(let search): open.append(search.window)
        case .page(_, let span): open.append(span)
        case .crowded(let reader):
            parts.append(.withUnreadable(UnreadableSecondReader(second: reader.second, known: known)))
        case .withUnreadable(var reader):
            let progress = reader.receiveRefusal()
            conclude(reader, progress)
        case nil: break
        }
        return endIfSatisfied()
    }

    /// Whether a second with rows that cannot be served is being read row by row.
    var isReadingUnreadableSecond: Bool {
        if case .withUnreadable = parts.last { return true }
        return false
    }

    /// Whether a second is being read that fills a page or more.
    var isReadingCrowdedSecond: Bool {
        if case .crowded = parts.last { return true }
        return false
    }

    private mutating func endIfSatisfied() -> Progress {
        guard !parts.isEmpty else { return .finished }
        guard let wanted, wanted.isSubset(of: seen) else { return .reading }
        parts = []
        hasEndedEarly = true
        return .finished
    }

    private mutating func conclude(_ reader: UnreadableSecondReader, _ progress: UnreadableSecondReader.Progress) {
        switch progress {
        case .reading: parts.append(.withUnreadable(reader))
        case .served:
            parts.append(.span(Window(second: reader.second)))
            noteServed(reader.second)
        case .finished(let total): refusing[reader.second] = total
        case .incomplete:
            open.append(Window(second: reader.second))
            noteServed(reader.second)
        }
    }

    /// No row of the second was refused for certain: if counts have led to it, they are wrong.
    private mutating func noteServed(_ second: Int64) {
        if latestUnreadable?.second == second { followsCounts = false }
    }

    /// Ends the reading where the page reaches down to rows before the window. That a count leaves none of the window unread says
    /// nothing: it is as low where a known row before the window was deleted, and one within is on no page yet.
    private mutating func continueCounting(_ page: LogPage, of span: Window) {
        guard var counting else { return }
        let seconds = page.logs.map(\.createdAt)
        let isFull = page.rowCount >= counting.rows
        // Fewer rows than were counted, or none that tells where the page ends.
        guard isFull ? !seconds.isEmpty : Int64(page.rowCount) >= page.total else {
            self.counting = nil
            return parts.append(.span(span))
        }
        let reachesDown = !isFull || seconds.contains { $0 < span.first }
        guard !reachesDown, let oldest = seconds.min() else {
            count = (Window(first: counting.first, last: span.last), page.total)
            return
        }
        // A second that fills a page takes pages of its own, and nothing is gained by a page of what was on the one before.
        let isFutile = counting.rows == LogsQuery.maximumLimit || span.last == oldest
        if isFutile, seconds.allSatisfy({ $0 == oldest }) {
            self.counting = nil
        } else {
            counting.goOn(total: page.total, read: seconds.count { $0 > oldest })
            self.counting = counting
        }
        append(Window(first: span.first, last: oldest))
    }

    private mutating func continueAfter(_ page: LogPage, of span: Window) {
        let rows = page.logs
        guard page.rowCount >= LogsQuery.maximumLimit, let oldest = rows.map(\.createdAt).min(),
            let newest = rows.map(\.createdAt).max()
        else {
            // The select returned less than a page, so it held all there was; the count, made just before, agrees
            // unless rows vanished in between.
            guard Int64(page.rowCount) < page.total else { return }
            shortAnswers += 1
            if shortAnswers < patience {
                parts.append(.span(span))
            } else {
                wasShort = true
                open.append(span)
            }
            return
        }
        if newest == oldest || span.isSingleSecond {
            append(Window(first: span.first, last: oldest - 1))
            parts.append(.crowded(CrowdedSecondReader(second: oldest)))
        } else {
            append(Window(first: span.first, last: oldest))
        }
    }

    private mutating func turnPage(after number: Int, _ page: LogPage, of span: Window) {
        if page.hasMore, number < LogsQuery.maximumPage { parts.append(.page(number + 1, of: span)) }
    }

    private mutating func append(_ span: Window) {
        if !span.isEmpty { parts.append(.span(span)) }
    }

    // MARK: Cutting down to a row that cannot be served

    /// Everything later than the oldest of these rows is complete.
    private mutating func continueBelow(_ page: LogPage, rows: Int, of span: Window) {
        guard page.logs.count == rows, let oldest = page.logs.map(\.createdAt).min(), span.contains(oldest) else {
            parts.append(.span(span))
            return
        }
        append(Window(first: span.first, last: oldest - 1))
        append(Window(second: oldest))
    }

    /// The newest row of the span is unreadable, and the next one is of `second`, if there is one.
    private mutating func narrow(_ span: Window, to second: Int64?) {
        guard let second, span.contains(second), second > span.first else { return halve(span) }
        append(Window(first: span.first, last: second - 1))
        let upper = Window(first: second, last: span.last)
        if upper.isSingleSecond { append(upper) } else { halve(upper) }
    }

    /// Searches the newest row of the span, which is unreadable; the next one is of the second `next`, if there is one.
    private mutating func date(_ span: Window, next: Int64?) {
        let first = next.flatMap { span.contains($0) ? $0 : nil } ?? span.first
        goOn(NewestRowSearch(span, from: first, at: refusedAt, rows: next == nil ? 1 : nil))
    }

    private mutating func goOn(_ search: NewestRowSearch) {
        guard let second = search.found else { return parts.append(.dating(search)) }
        latestUnreadable = (second, latestUnreadable.map { $0.second - second })
        let rest = Window(first: search.window.first, last: second - 1)
        if search.isNextRefused, search.rows == 1, !rest.isEmpty {
            parts.append(.afterNewest(rest, isNewestRefused: true))
        } else {
            append(rest)
        }
        parts.append(.withUnreadable(UnreadableSecondReader(second: second, total: search.rows)))
    }

    /// Where a window without an end is taken to end: at the present, or, if it begins later, further after its beginning each time.
    private mutating func presumedEnd(after first: Int64) -> Int64 {
        if refusedAt > first { return refusedAt }
        stride = min(stride * 2, NewestRowSearch.longestStride)
        return first.addingSaturating(stride)
    }

    private mutating func halve(_ span: Window) {
        guard !span.isSingleSecond else {
            parts.append(.withUnreadable(UnreadableSecondReader(second: span.first, known: known)))
            return
        }
        let last = span.last ?? presumedEnd(after: span.first)
        let middle = span.first + (last - span.first) / 2
        append(Window(first: span.first, last: middle))
        append(Window(first: middle + 1, last: span.last))
    }
}
