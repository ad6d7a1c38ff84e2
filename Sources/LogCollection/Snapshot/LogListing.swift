import DifyAPI

/// Reads the newest logs of a query, for people who want to see rows rather than numbers.
package enum LogListing {
    /// At most `limit` logs, newest first. Up to a page it is one request; beyond, the window is read as collections read it,
    /// so that no row is missed among ties.
    package static func read(
        _ source: some LogSource, _ query: LogsQuery, limit: Int
    ) async -> Result<[WorkflowLog], APIError> {
        guard limit > LogsQuery.maximumLimit else {
            var query = query
            query.limit = max(limit, 1)
            return await source.logs(query, .regular).result.map { Array($0.logs.prefix(limit)) }
        }
        var reader = WindowReader(Window(first: query.createdAtAfter ?? 0, last: query.createdAtBefore))
        var found: [WrittenID: WorkflowLog] = [:]
        while found.count < limit, let request = reader.request {
            switch await source.logs(request.query(query.filter), .regular).result {
            case .failure(let error): return .failure(error)
            case .success(let page):
                for log in page.logs { found[log.id] = log }
                _ = reader.receive(page)
            }
        }
        let newestFirst = found.values.sorted { ($1.createdAt, $1.id.text) < ($0.createdAt, $0.id.text) }
        return .success(Array(newestFirst.prefix(limit)))
    }
}
