import JSON

/// One answer of `GET /workflows/logs`.
///
/// Count, rows and each row's run are separate statements on the server, so they are three moments, not one
/// (dify-logs-api §2).
package struct LogPage: Equatable, Sendable {
    package var page: Int64
    package var limit: Int64
    /// How many logs match the query, on all pages.
    package var total: Int64
    package var hasMore: Bool
    /// Newest first; the order within one second means nothing.
    package var logs: [WorkflowLog]
    /// Rows that are not among `logs`, because the second that they claim to be of is no plausible one: where they belong is not
    /// known. The server counts them in `total`.
    package var refusedRows: [OddValue]

    package init(
        page: Int64 = 1, limit: Int64 = 100, total: Int64, hasMore: Bool = false, logs: [WorkflowLog],
        refusedRows: [OddValue] = []
    ) {
        self.page = page
        self.limit = limit
        self.total = total
        self.hasMore = hasMore
        self.logs = logs
        self.refusedRows = refusedRows
    }

    /// Rows that the answer held.
    package var rowCount: Int { logs.count + refusedRows.count }
}

extension LogPage {
    /// Reads an answer's body. Unknown members are checked and skipped. Throws where it is not JSON, lacks what the
    /// contract promises, or holds a value of another type, and `tooMany` at the first row beyond `rowLimit`. Values are within
    /// `Bounds`; `key` is taken out of all texts.
    package init(
        json: [UInt8], rowLimit: Int = LogsQuery.maximumLimit, key: APIKey? = nil
    ) throws(JSONError) {
        var reader = try AnswerReader(json, key: key)
        var page: Int64?
        var limit: Int64?
        var total: Int64?
        var hasMore: Bool?
        var rows: (logs: [WorkflowLog], refused: [OddValue])?
        try reader.enterObject()
        while let key = try reader.nextKey() {
            switch key {
            case "page": page = try reader.readInteger(key)
            case "limit": limit = try reader.readInteger(key)
            case "total": total = try reader.readInteger(key)
            case "has_more": hasMore = try reader.readFlag(key)
            case "data": rows = try reader.readRows(limit: rowLimit)
            default: try reader.skipValue()
            }
        }
        try reader.finish()
        guard let page, let limit, let total, let hasMore, let rows else {
            let members: [(String, Bool)] = [
                ("page", page == nil), ("limit", limit == nil), ("total", total == nil), ("has_more", hasMore == nil),
                ("data", rows == nil),
            ]
            let missing = members.filter(\.1).map(\.0).joined(separator: ", ")
            throw reader.mismatch("a page of logs has page, limit, total, has_more and data; missing: \(missing)")
        }
        guard total >= 0 else { throw reader.mismatch("total is \(total), below 0") }
        self.init(
            page: page, limit: limit, total: total, hasMore: hasMore, logs: rows.logs, refusedRows: rows.refused)
    }
}

extension AnswerReader {
    fileprivate mutating func readRows(
        limit: Int
    ) throws(JSONError) -> (logs: [WorkflowLog], refused: [OddValue]) {
        var rows: (logs: [WorkflowLog], refused: [OddValue]) = ([], [])
        var count = 0
        try enterArray()
        while try nextElement() {
            guard count < limit else { throw tooMany(limit: limit) }
            do {
                switch try readRow() {
                case .log(let log): rows.logs.append(log)
                case .refused(let value): rows.refused.append(value)
                }
            } catch {
                throw error.inside("data[\(count)]")
            }
            count += 1
        }
        return rows
    }

    private enum Row {
        case log(WorkflowLog)
        case refused(OddValue)
    }

    private mutating func readRow() throws(JSONError) -> Row {
        var log = WorkflowLog(id: "", run: nil, createdAt: 0)
        var createdAt: Timestamp?
        try enterObject()
        while let key = try nextKey() {
            switch key {
            case "id": log.id = try readText(key)
            case "workflow_run": log.run = try readNullIfPresent() ? nil : readRun()
            case "created_from":
                log.createdFrom = try readOptionalWord(key, .createdFrom, known: WorkflowLog.knownOrigins)
            case "created_by_role": log.createdByRole = try readOptionalText(key)
            case "created_by_account": log.createdByAccount = try readNullIfPresent() ? nil : readAccount()
            case "created_by_end_user": log.createdByEndUser = try readNullIfPresent() ? nil : readEndUser()
            case "created_at": createdAt = try readTimestamp(key, in: WorkflowLog.plausibleSeconds)
            default: try skipValue()
            }
        }
        guard !log.id.isEmpty else { throw mismatch("this log has no id") }
        let odd = takeOddValues(of: log.id)
        switch createdAt {
        case .second(let second):
            log.createdAt = second
            log.oddValues = odd
            return .log(log)
        case .implausible(let text): return .refused(OddValue(.time, text, logID: log.id))
        case nil: throw mismatch("this log has no created_at")
        }
    }

    private mutating func readRun() throws(JSONError) -> WorkflowRun {
        var run = WorkflowRun(id: nil, status: nil)
        try enterObject()
        while let key = try nextKey() {
            switch key {
            case "id": run.id = try readOptionalText(key)
            case "version": run.version = try readOptionalText(key)
            case "status":
                run.status = try readOptionalWord(key, .status, known: RunStatus.knownNames).map(RunStatus.init)
            case "triggered_from":
                run.triggeredFrom = try readOptionalWord(key, .triggeredFrom, known: WorkflowRun.knownTriggers)
            case "error": run.error = try readOptionalText(key, limit: TextLimit.error)
            case "elapsed_time":
                run.elapsedTime = try readOptionalSpan(key, .duration, in: WorkflowRun.plausibleSpan)
            case "total_tokens":
                run.totalTokens = try readOptionalCount(key, .tokens, in: WorkflowRun.plausibleCount)
            case "total_steps": run.totalSteps = try readOptionalCount(key, .tokens, in: WorkflowRun.plausibleCount)
            case "exceptions_count":
                run.exceptionsCount = try readOptionalCount(key, .tokens, in: WorkflowRun.plausibleCount)
            case "created_at": run.createdAt = try readOptionalSecond(key, in: WorkflowLog.plausibleSeconds)
            case "finished_at": run.finishedAt = try readOptionalSecond(key, in: WorkflowLog.plausibleSeconds)
            default: try skipValue()
            }
        }
        return run
    }

    private mutating func readAccount() throws(JSONError) -> WorkflowLog.Account {
        var account = WorkflowLog.Account(id: nil, name: nil, email: nil)
        try enterObject()
        while let key = try nextKey() {
            switch key {
            case "id": account.id = try readOptionalText(key)
            case "name": account.name = try readOptionalText(key, limit: TextLimit.name)
            case "email": account.email = try readOptionalText(key, limit: TextLimit.name)
            default: try skipValue()
            }
        }
        return account
    }

    private mutating func readEndUser() throws(JSONError) -> WorkflowLog.EndUser {
        var user = WorkflowLog.EndUser(id: nil, type: nil, isAnonymous: nil, sessionID: nil)
        try enterObject()
        while let key = try nextKey() {
            switch key {
            case "id": user.id = try readOptionalText(key)
            case "type": user.type = try readOptionalText(key)
            case "is_anonymous": user.isAnonymous = try readNullIfPresent() ? nil : readFlag(key)
            case "session_id": user.sessionID = try readOptionalText(key, limit: TextLimit.name)
            default: try skipValue()
            }
        }
        return user
    }
}
