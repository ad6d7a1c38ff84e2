import DifyAPI

/// Reads one second that holds rows which the server cannot serve: every page with one of them is refused.
///
/// Refused pages are cut into smaller ones, down to single rows. Tied rows come in any order, so what counts is not how many
/// pages were refused but how many of the second's rows were in none that was served. Source: dify-logs-api §0b.
struct UnreadableSecondReader: Sendable {
    enum Progress: Equatable {
        case reading
        /// All rows were served that can be, of so many.
        case finished(total: Int)
        /// Too many rows, or requests, or fewer rows than the count says: the second stays open.
        case incomplete
    }

    let second: Int64
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

    /// Rows on a page. Each is a multiple of the next, so that a page is cut without remainder.
    private static let limits = [100, 20, 5, 1]
    private static let requestLimit = 600
    private static let walkLimit = 12
    private static let rowLimit = 5000

    init(second: Int64) {
        self.second = second
    }

    var request: PageRequest {
        guard total != nil, let next = pages.last else { return .count(of: Window(second: second)) }
        return PageRequest(window: Window(second: second), page: next.page, limit: Self.limits[next.level])
    }

    /// Takes the answer to `request`.
    mutating func receive(_ ids: [LogID], total count: Int64) -> Progress {
        requests += 1
        seen.formUnion(ids)
        if total == nil {
            guard count <= Self.rowLimit else { return .incomplete }
            total = Int(count)
            beginWalk(over: Int(count))
        } else {
            _ = pages.popLast()
            // The list ends before its count: that count would be walked for nothing.
            if ids.isEmpty { return .incomplete }
        }
        return conclude()
    }

    /// The page was refused.
    mutating func receiveRefusal() -> Progress {
        requests += 1
        guard let total, let refused = pages.popLast() else { return .incomplete }
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
        // Tied rows may come in a new order with each answer: one that moved between two pages was on none of them, and
        // an unreadable one may have been on both. So a walk proves nothing that another does not confirm.
        futileWalks = seen.count > seenBefore || walks == 1 ? 0 : futileWalks + 1
        let isConfirmed = futileWalks > 0 && seen.count + refusedRows == total
        if seen.count < total, !isConfirmed, futileWalks < 3, walks < Self.walkLimit {
            beginWalk(over: total)
            return .reading
        }
        return .finished(total: total)
    }

    private mutating func beginWalk(over rows: Int) {
        walks += 1
        refusedRows = 0
        seenBefore = seen.count
        // Pages that hold the whole second were refused before this reader was asked.
        let level = Self.limits.firstIndex { $0 < rows } ?? Self.limits.count - 1
        let limit = Self.limits[level]
        pages = stride(from: 0, to: rows, by: limit).reversed().map { (level, $0 / limit + 1) }
    }
}
