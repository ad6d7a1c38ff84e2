import DifyAPI

/// Reads one second that holds rows which the server cannot serve: every page with one of them is refused.
///
/// Refused pages are cut into smaller ones, down to single rows. Tied rows come in any order, so what counts is not how many
/// pages were refused but how many of the second's rows were in none that was served. Source: dify-logs-api §0b.
struct UnreadableSecondReader: Sendable {
    enum Progress: Equatable {
        case reading
        /// As many rows were served as there were: the second can be read like any other, or has more rows by now.
        case served
        /// All rows were served that can be, of so many.
        case finished(total: Int)
        /// Too many rows, or requests, or fewer rows than the count says: the second stays open.
        case incomplete
    }

    let second: Int64
    private let known: Set<LogID>
    private var seen: Set<LogID> = []
    /// The server's count; nil until it was asked, by a page past the end, which is never refused.
    private var total: Int?
    /// Pages still to be asked for, by their place in `limits`; the last is next.
    private var pages: [(level: Int, page: Int)] = []
    private var walks = 0
    private var seenBefore = 0
    /// How many walks in a row have shown nothing new.
    private var futileWalks = 0
    /// Single rows that were refused in this walk.
    private var refusedRows = 0
    private var requests = 0
    /// What became of the pages of walks that were not quick, by their place in `limits`.
    private var answers: [(served: Int, refused: Int)] = limits.map { _ in (0, 0) }
    /// Whether this walk leaves refused pages as they are.
    private var isQuick = false
    private var futileQuickWalks = 0

    /// Rows on a page. Each is a multiple of the next, so that a page is cut without remainder.
    private static let limits = [100, 20, 5, 1]
    private static let requestLimit = 600
    private static let walkLimit = 12
    private static let rowLimit = 5000

    /// - Parameters:
    ///   - known: rows that were read before the second came to be known for its unreadable ones; empty at the first try.
    ///   - total: the server's count of the second, if it is known.
    init(second: Int64, known: Set<LogID> = [], total: Int64? = nil) {
        self.second = second
        self.known = known
        if let total, (1...Int64(Self.rowLimit)).contains(total) { begin(total: Int(total)) }
    }

    var request: PageRequest {
        guard total != nil, let next = pages.last else { return .count(of: Window(second: second)) }
        return PageRequest(window: Window(second: second), page: next.page, limit: Self.limits[next.level])
    }

    /// Takes the answer to `request`.
    mutating func receive(_ ids: [LogID], total count: Int64) -> Progress {
        requests += 1
        seen.formUnion(ids)
        if let total {
            if let served = pages.popLast() {
                if !isQuick { answers[served.level].served += 1 }
                // The list ends before its count: that count would be walked for nothing, and rows that are not there be remembered
                // as unreadable.
                let limit = Self.limits[served.level]
                if ids.count < min(limit, total - (served.page - 1) * limit) { return .incomplete }
            }
        } else {
            guard count <= Self.rowLimit else { return .incomplete }
            begin(total: Int(count))
        }
        return conclude()
    }

    /// The page was refused.
    mutating func receiveRefusal() -> Progress {
        requests += 1
        guard let total, let refused = pages.popLast() else { return .incomplete }
        guard !isQuick else { return conclude() }
        answers[refused.level].refused += 1
        if refused.level + 1 < Self.limits.count {
            let (outer, inner) = (Self.limits[refused.level], Self.limits[refused.level + 1])
            let first = (refused.page - 1) * outer
            for offset in stride(from: first, to: min(first + outer, total), by: inner).reversed() {
                pages.append((refused.level + 1, offset / inner + 1))
            }
        } else {
            refusedRows += 1
        }
        return conclude()
    }

    private mutating func conclude() -> Progress {
        guard let total, pages.isEmpty else { return requests < Self.requestLimit ? .reading : .incomplete }
        let hasNews = seen.count > seenBefore
        if isQuick, seen.count < total {
            futileQuickWalks = hasNews ? 0 : futileQuickWalks + 1
            beginWalk(over: total, quickly: futileQuickWalks < 2)
            return .reading
        }
        // Tied rows may come in a new order with each answer: one that moved between two pages was on none of them, and
        // an unreadable one may have been on both. So a walk proves nothing that another does not confirm.
        futileWalks = hasNews || walks == 1 ? 0 : futileWalks + 1
        // Where all but one were served and one was refused, that is the one. And where nothing is new since the latest try, the
        // next try is soon enough.
        let isConfirmed =
            seen.count + refusedRows == total && (futileWalks > 0 || refusedRows == 1)
            || !known.isEmpty && seen.isSubset(of: known)
        if seen.count < total, !isConfirmed, futileWalks < 3, walks < Self.walkLimit {
            futileQuickWalks = 0
            beginWalk(over: total, quickly: hasNews && quickLevel != nil)
            return .reading
        }
        return seen.count < total ? .finished(total: total) : .served
    }

    /// The place in `limits` of the largest pages of which at least half were served; nil where only single rows were.
    private var quickLevel: Int? {
        answers.indices.dropLast().first { answers[$0].served > 0 && answers[$0].served >= answers[$0].refused }
    }

    private mutating func begin(total count: Int) {
        total = count
        beginWalk(over: count, quickly: false)
    }

    /// A quick walk leaves refused pages as they are: on the others, the order of ties brings rows that no page has shown yet.
    private mutating func beginWalk(over rows: Int, quickly: Bool) {
        isQuick = quickly
        seenBefore = seen.count
        // Pages that hold the whole second were refused before this reader was asked.
        var level = Self.limits.firstIndex { $0 < rows } ?? Self.limits.count - 1
        if quickly, let quickLevel {
            level = max(level, quickLevel)
        } else {
            walks += 1
            refusedRows = 0
        }
        let limit = Self.limits[level]
        pages = stride(from: 0, to: rows, by: limit).reversed().map { (level, $0 / limit + 1) }
    }
}
