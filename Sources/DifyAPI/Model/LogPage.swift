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

    package init(page: Int64 = 1, limit: Int64 = 100, total: Int64, hasMore: Bool = false, logs: [WorkflowLog]) {
        self.page = page
        self.limit = limit
        self.total = total
        self.hasMore = hasMore
        self.logs = logs
    }
}

extension LogPage {
    /// Reads an answer's body. Unknown members are checked and skipped. Throws where it is not JSON, lacks what the
    /// contract promises, or holds a value of another type.
    package init(json: [UInt8]) throws(JSONError) {
        var reader = try JSONReader(json)
        var page: Int64?
        var limit: Int64?
        var total: Int64?
        var hasMore: Bool?
        var logs: [WorkflowLog]?
        try reader.enterObject()
        while let key = try reader.nextKey() {
            switch key {
            case "page": page = try reader.readInteger(key)
            case "limit": limit = try reader.readInteger(key)
            case "total": total = try reader.readInteger(key)
            case "has_more": hasMore = try reader.readFlag(key)
            case "data": logs = try reader.readLogs()
            default: try reader.skipValue()
            }
        }
        try reader.finish()
        guard let page, let limit, let total, let hasMore, let logs else {
            let members: [(String, Bool)] = [
                ("page", page == nil), ("limit", limit == nil), ("total", total == nil), ("has_more", hasMore == nil),
                ("data", logs == nil),
            ]
            let missing = members.filter(\.1).map(\.0).joined(separator: ", ")
            throw reader.mismatch("a page of logs has page, limit, total, has_more and data; missing: \(missing)")
        }
        guard total >= 0 else { throw reader.mismatch("total is \(total), below 0") }
        self.init(page: page, limit: limit, total: total, hasMore: hasMore, logs: logs)
    }
}

extension JSONReader {
    fileprivate mutating func readLogs() throws(JSONError) -> [WorkflowLog] {
        var logs: [WorkflowLog] = []
        try enterArray()
        while try nextElement() {
            do {
                logs.append(try readLog())
            } catch {
                throw error.inside("data[\(logs.count)]")
            }
        }
        return logs
    }

    private mutating func readLog() throws(JSONError) -> WorkflowLog {
        var log = WorkflowLog(id: "", run: nil, createdAt: .min)
        try enterObject()
        while let key = try nextKey() {
            switch key {
            case "id": log.id = try readText(key)
            case "workflow_run": log.run = try readNullIfPresent() ? nil : readRun()
            case "created_from": log.createdFrom = try readOptionalText(key)
            case "created_by_role": log.createdByRole = try readOptionalText(key)
            case "created_by_account": log.createdByAccount = try readNullIfPresent() ? nil : readAccount()
            case "created_by_end_user": log.createdByEndUser = try readNullIfPresent() ? nil : readEndUser()
            case "created_at": log.createdAt = try readInteger(key)
            default: try skipValue()
            }
        }
        guard !log.id.isEmpty else { throw mismatch("this log has no id") }
        guard log.createdAt != .min else { throw mismatch("this log has no created_at") }
        return log
    }

    private mutating func readRun() throws(JSONError) -> WorkflowRun {
        var run = WorkflowRun(id: nil, status: nil)
        try enterObject()
        while let key = try nextKey() {
            switch key {
            case "id": run.id = try readOptionalText(key)
            case "version": run.version = try readOptionalText(key)
            case "status": run.status = try readOptionalText(key).map(RunStatus.init)
            case "triggered_from": run.triggeredFrom = try readOptionalText(key)
            case "error": run.error = try readOptionalText(key)
            case "elapsed_time": run.elapsedTime = try readOptionalNumber(key)
            case "total_tokens": run.totalTokens = try readOptionalInteger(key)
            case "total_steps": run.totalSteps = try readOptionalInteger(key)
            case "exceptions_count": run.exceptionsCount = try readOptionalInteger(key)
            case "created_at": run.createdAt = try readOptionalInteger(key)
            case "finished_at": run.finishedAt = try readOptionalInteger(key)
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
            case "name": account.name = try readOptionalText(key)
            case "email": account.email = try readOptionalText(key)
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
            case "session_id": user.sessionID = try readOptionalText(key)
            default: try skipValue()
            }
        }
        return user
    }
}
