import DifyAPI

/// Reads one second that holds a page of rows or more, where nothing but offset pages is left.
///
/// Tied rows come in a new order with each answer, so one walk over the pages may show a row twice and another never.
/// Walks are repeated, with other page sizes (a database that sorts each page alike would repeat itself) and split by
/// status, until the distinct rows reach the server's count. That count is taken again when they do: an earlier one may
/// have been reached by a row that came later, in place of one that was never shown.
struct CrowdedSecondReader: Sendable {
    enum Progress: Equatable {
        case reading
        case complete
        /// The distinct rows never reached the server's count.
        case incomplete
    }

    let second: Int64
    private var seen: Set<LogID> = []
    /// The server's latest count of the whole second.
    private var total: Int64 = .max
    private var walk = 0
    private var page = 1
    private var isConfirming = false

    private static let walks: [(limit: Int, status: LogsQuery.Status?)] = [
        (100, nil), (97, nil), (100, .succeeded), (100, .failed), (100, .stopped), (91, nil), (100, nil), (83, nil),
        (95, nil), (100, .succeeded), (89, nil), (99, nil), (79, nil), (100, nil),
    ]

    init(second: Int64) {
        self.second = second
    }

    var request: PageRequest {
        guard !isConfirming else { return PageRequest(window: Window(second: second), limit: 1) }
        return PageRequest(
            window: Window(second: second), page: page, limit: Self.walks[walk].limit, status: Self.walks[walk].status)
    }

    /// Takes the ids of the answer to `request`.
    mutating func receive(_ ids: [LogID], _ answer: LogPage) -> Progress {
        guard !isConfirming else { return confirm(ids, answer) }
        let (limit, status) = Self.walks[walk]
        seen.formUnion(ids)
        if status == nil { total = answer.total }
        isConfirming = Int64(seen.count) >= total
        let isLastPage = answer.rowCount < limit || Int64(page * limit) >= answer.total || page == LogsQuery.maximumPage
        page = isLastPage ? 1 : page + 1
        if isLastPage { walk += 1 }
        return isConfirming || walk < Self.walks.count ? .reading : .incomplete
    }

    /// Compares what was seen before this answer with its count.
    private mutating func confirm(_ ids: [LogID], _ answer: LogPage) -> Progress {
        isConfirming = false
        total = answer.total
        if Int64(seen.count) == total { return .complete }
        // More than there are: rows have vanished, and nobody knows whether all of the others are among the seen.
        if Int64(seen.count) > total { seen = [] }
        seen.formUnion(ids)
        return walk < Self.walks.count ? .reading : .incomplete
    }
}
