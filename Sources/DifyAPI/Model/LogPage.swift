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
    /// How much of each row is kept.
    package enum Detail: Sendable {
        case whole
        /// Nil for the version, the role, the account and the end user, which nobody counts.
        case counted
    }

    /// Reads an answer's body. Unknown members are checked and skipped. Throws where it is not JSON, lacks what the
    /// contract promises, or holds a value of another type, and `tooMany` at the first row beyond `rowLimit`. Values are within
    /// `Bounds`; `key` is taken out of all texts.
    package init(
        json: [UInt8], rowLimit: Int = LogsQuery.maximumLimit, key: APIKey? = nil, detail: Detail = .whole
    ) throws(JSONError) {
        var reader = try AnswerReader(json, key: key, detail: detail)
        var page: Int64?
        var limit: Int64?
        var total: Int64?
        var hasMore: Bool?
        var rows: (logs: [WorkflowLog], refused: [OddValue])?
        try reader.enterObject()
        var last = -1
        while let key = try reader.nextKey(PageKey.keys, after: &last) {
            switch key {
            case .page: page = try reader.readInteger(key.rawValue)
            case .limit: limit = try reader.readInteger(key.rawValue)
            case .total: total = try reader.readInteger(key.rawValue)
            case .hasMore: hasMore = try reader.readFlag(key.rawValue)
            case .data: rows = try reader.readRows(limit: rowLimit)
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

private enum PageKey: String, CaseIterable {
    case page, limit, total, data
    case hasMore = "has_more"

    static let keys = AnswerKeys<PageKey>()
}

private enum RowKey: String, CaseIterable {
    case id
    case run = "workflow_run"
    case createdFrom = "created_from"
    case createdByRole = "created_by_role"
    case createdByAccount = "created_by_account"
    case createdByEndUser = "created_by_end_user"
    case createdAt = "created_at"

    static let keys = AnswerKeys<RowKey>()
}

private enum RunKey: String, CaseIterable {
    case id, version, status
    case triggeredFrom = "triggered_from"
    case error
    case elapsedTime = "elapsed_time"
    case totalTokens = "total_tokens"
    case totalSteps = "total_steps"
    case createdAt = "created_at"
    case finishedAt = "finished_at"
    case exceptionsCount = "exceptions_count"

    static let keys = AnswerKeys<RunKey>()
}

private enum AccountKey: String, CaseIterable {
    case id, name, email

    static let keys = AnswerKeys<AccountKey>()
}

private enum EndUserKey: String, CaseIterable {
    case id, type
    case isAnonymous = "is_anonymous"
    case sessionID = "session_id"

    static let keys = AnswerKeys<EndUserKey>()
}

extension AnswerReader {
    /// Bytes of a row as Dify writes it, or a little less.
    private static let usualRow = 512

    fileprivate mutating func readRows(
        limit: Int
    ) throws(JSONError) -> (logs: [WorkflowLog], refused: [OddValue]) {
        var rows: (logs: [WorkflowLog], refused: [OddValue]) = ([], [])
        rows.logs.reserveCapacity(min(limit, length / Self.usualRow))
        var count = 0
        try enterArray()
        while try nextElement() {
            guard count < limit else { throw tooMany(limit: limit) }
            do {
                try readRow(&rows)
            } catch {
                throw error.inside("data[\(count)]")
            }
            count += 1
        }
        return rows
    }

    private mutating func readRow(_ rows: inout (logs: [WorkflowLog], refused: [OddValue])) throws(JSONError) {
        var log = WorkflowLog(id: "", run: nil, createdAt: 0)
        var createdAt: Timestamp?
        try enterObject()
        var last = -1
        while let key = try nextKey(RowKey.keys, after: &last) {
            let name = key.rawValue
            switch key {
            case .id: log.id = try readID(name)
            case .run: log.run = try readNullIfPresent() ? nil : readRun()
            case .createdFrom:
                log.createdFrom = try readOptionalWord(name, .createdFrom, known: WorkflowLog.knownOrigins)
            case .createdByRole: log.createdByRole = try readDetail(name)
            case .createdByAccount: log.createdByAccount = try readNullIfPresent() ? nil : readAccount()
            case .createdByEndUser: log.createdByEndUser = try readNullIfPresent() ? nil : readEndUser()
            case .createdAt: createdAt = try readTimestamp(name, in: WorkflowLog.plausibleSeconds)
            }
        }
        guard !log.id.isEmpty else { throw mismatch("this log has no id") }
        let odd = takeOddValues(of: log.id)
        switch createdAt {
        case .second(let second):
            log.createdAt = second
            log.oddValues = odd
            rows.logs.append(log)
        case .implausible(let text): rows.refused.append(OddValue(.time, text, logID: log.id.text))
        case nil: throw mismatch("this log has no created_at")
        }
    }

    private mutating func readRun() throws(JSONError) -> WorkflowRun {
        var run = WorkflowRun(id: nil, status: nil)
        try enterObject()
        var last = -1
        while let key = try nextKey(RunKey.keys, after: &last) {
            let name = key.rawValue
            switch key {
            case .id: run.id = try readOptionalID(name)
            case .version: run.version = try readDetail(name)
            case .status:
                run.status = try readOptionalWord(name, .status, known: RunStatus.knownNames).map(RunStatus.init)
            case .triggeredFrom:
                run.triggeredFrom = try readOptionalWord(name, .triggeredFrom, known: WorkflowRun.knownTriggers)
            case .error: run.error = try readOptionalText(name, limit: TextLimit.error)
            case .elapsedTime:
                run.elapsedTime = try readOptionalSpan(name, .duration, in: WorkflowRun.plausibleSpan)
            case .totalTokens:
                run.totalTokens = try readOptionalCount(name, .tokens, in: WorkflowRun.plausibleCount)
            case .totalSteps:
                run.totalSteps = try readOptionalCount(name, .tokens, in: WorkflowRun.plausibleCount)
            case .exceptionsCount:
                run.exceptionsCount = try readOptionalCount(name, .tokens, in: WorkflowRun.plausibleCount)
            case .createdAt: run.createdAt = try readOptionalSecond(name, in: WorkflowLog.plausibleSeconds)
            case .finishedAt: run.finishedAt = try readOptionalSecond(name, in: WorkflowLog.plausibleSeconds)
            }
        }
        return run
    }

    private mutating func readAccount() throws(JSONError) -> WorkflowLog.Account? {
        var account = WorkflowLog.Account(id: nil, name: nil, email: nil)
        try enterObject()
        var last = -1
        while let key = try nextKey(AccountKey.keys, after: &last) {
            switch key {
            case .id: account.id = try readDetail(key.rawValue)
            case .name: account.name = try readDetail(key.rawValue, limit: TextLimit.name)
            case .email: account.email = try readDetail(key.rawValue, limit: TextLimit.name)
            }
        }
        return detail == .counted ? nil : account
    }

    private mutating func readEndUser() throws(JSONError) -> WorkflowLog.EndUser? {
        var user = WorkflowLog.EndUser(id: nil, type: nil, isAnonymous: nil, sessionID: nil)
        try enterObject()
        var last = -1
        while let key = try nextKey(EndUserKey.keys, after: &last) {
            switch key {
            case .id: user.id = try readDetail(key.rawValue)
            case .type: user.type = try readDetail(key.rawValue)
            case .isAnonymous: user.isAnonymous = try readNullIfPresent() ? nil : readFlag(key.rawValue)
            case .sessionID: user.sessionID = try readDetail(key.rawValue, limit: TextLimit.name)
            }
        }
        return detail == .counted ? nil : user
    }
}
