import DifyAPI

/// A span of created_at in whole seconds, both ends included, as the server's bounds are. Without a `last` it reaches
/// into the future.
package struct Window: Hashable, Sendable {
    package var first: Int64
    package var last: Int64?

    package init(first: Int64, last: Int64? = nil) {
        self.first = first
        self.last = last
    }

    package init(second: Int64) {
        self.init(first: second, last: second)
    }

    package func contains(_ second: Int64) -> Bool {
        second >= first && second <= last ?? .max
    }

    /// What is left of it outside another window.
    func without(_ other: Window) -> [Window] {
        let (last, otherLast) = (last ?? .max, other.last ?? .max)
        guard other.first <= last, otherLast >= first else { return [self] }
        var rest: [Window] = []
        if first < other.first { rest.append(Window(first: first, last: other.first - 1)) }
        if otherLast < last { rest.append(Window(first: otherLast + 1, last: self.last)) }
        return rest
    }

    var isSingleSecond: Bool { last == first }
    var isEmpty: Bool { last ?? .max < first }
}

/// One page of one window: what a request asks for, whatever the app's filter.
struct PageRequest: Hashable, Sendable {
    var window: Window
    var page = 1
    var limit = LogsQuery.maximumLimit
    /// Splits a second with too many rows further; never used otherwise, because it hides unfinished runs.
    var status: LogsQuery.Status?

    /// A page past the end, which tells the count of a window and holds no row that could be refused.
    static func count(of window: Window) -> PageRequest {
        PageRequest(window: window, page: LogsQuery.maximumPage, limit: 1)
    }

    /// The request for logs that have `filter` in common. A status in the filter stays: splitting by another would ask for
    /// nothing.
    func query(_ filter: LogsQuery.Filter) -> LogsQuery {
        var filter = filter
        filter.status = filter.status ?? status
        return LogsQuery(
            filter: filter, createdAtAfter: window.first, createdAtBefore: window.last, page: page, limit: limit)
    }
}
