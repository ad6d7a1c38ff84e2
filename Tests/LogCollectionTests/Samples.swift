import CivilTime
import DifyAPI
import TestSupport

@testable import LogCollection

extension WorkflowLog {
    /// A log of the second `createdAt` whose run has the given status and otherwise unremarkable values.
    static func make(
        _ id: String, at createdAt: Int64, _ status: RunStatus? = .succeeded, elapsed: Double? = 2,
        tokens: Int64? = 100,
        steps: Int64? = 3, exceptions: Int64? = 0, error: String? = nil, finishedAt: Int64? = nil,
        runID: String? = nil, trigger: String = "app-run"
    ) -> WorkflowLog {
        let run = WorkflowRun(
            id: runID ?? "run-\(id)", status: status, triggeredFrom: trigger, error: error, elapsedTime: elapsed,
            totalTokens: tokens, totalSteps: steps, exceptionsCount: exceptions, createdAt: createdAt,
            finishedAt: finishedAt)
        return WorkflowLog(id: id, run: status == nil ? nil : run, createdFrom: "service-api", createdAt: createdAt)
    }
}

extension LogPage {
    static func make(_ logs: [WorkflowLog], total: Int64? = nil) -> LogPage {
        LogPage(total: total ?? Int64(logs.count), logs: logs)
    }
}

extension AppState {
    static func make(start: Int64 = 1000) -> AppState {
        AppState(start: start, buckets: .init(), at: UnixTime(seconds: 5000))
    }

    mutating func apply(_ log: WorkflowLog, at now: Int64 = 2000) -> Application {
        apply(log, at: now, settings: CollectionSettings())
    }
}

/// The least that a Dify does with a fixed set of logs: inclusive bounds, newest first, ties in a new order each time.
struct ListOfLogs {
    var logs: [WorkflowLog]
    var generator = Seeded(1)

    /// The answer at a moment of the server's clock: younger logs are not there yet.
    mutating func page(_ request: PageRequest, at now: Int64 = .max) -> LogPage {
        let matching = logs.filter { log in
            request.window.contains(log.createdAt) && log.createdAt <= now
                && (request.status == nil || request.status?.rawValue == log.run?.status?.name)
        }
        let ordered = matching.shuffled(using: &generator).sorted { $0.createdAt > $1.createdAt }
        let rows = ordered.dropFirst((request.page - 1) * request.limit).prefix(request.limit)
        return LogPage(
            page: Int64(request.page), limit: Int64(request.limit), total: Int64(matching.count),
            hasMore: matching.count > request.page * request.limit, logs: Array(rows))
    }
}

extension ListOfLogs {
    mutating func page(_ query: LogsQuery, at now: Int64) -> LogPage {
        page(
            PageRequest(
                window: Window(first: query.createdAtAfter ?? 0, last: query.createdAtBefore), page: query.page,
                limit: query.limit, status: query.filter.status), at: now)
    }
}
