import DifyAPI

/// Every row of an hour, read as collections read a window: cut by time, and each row once.
package enum HourListing {
    /// What came of it. `isWhole` is false where a part could not be read completely.
    package struct Result: Sendable {
        package let rows: [WorkflowLog]
        package let isWhole: Bool
    }

    /// A request that fails is repeated so often.
    private static let attempts = 4

    /// - Parameters:
    ///   - hour: the hour's first second divided by 3600.
    ///   - isLast: whether it reaches into the future.
    package static func read(
        _ source: some LogSource, _ filter: LogsQuery.Filter, hour: Int64, isLast: Bool
    ) async -> Swift.Result<Result, APIError> {
        let begin = hour * HourlyCounts.secondsInAnHour
        let end = begin + HourlyCounts.secondsInAnHour - 1
        var reader = WindowReader(Window(first: begin, last: isLast ? nil : end))
        var found: [LogID: WorkflowLog] = [:]
        var failures = 0
        while let request = reader.request {
            let answer = await source.logs(request.query(filter), .background(strain: 1))
            switch answer.result {
            case .success(let page):
                failures = 0
                for log in page.logs { found[LogID(log.id)] = log }
                _ = reader.receive(page)
            case .failure(.unreadableRow(let index)):
                _ = reader.receiveRefusal(index: index, at: answer.server.date?.second ?? end)
            case .failure(let error):
                failures += 1
                guard error.isTransient, failures < attempts else { return .failure(error) }
            }
        }
        return .success(Result(rows: Array(found.values), isWhole: reader.isWhole))
    }
}
