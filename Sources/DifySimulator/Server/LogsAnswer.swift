import CivilTime
import DifyAPI
import JSON

/// Answers `GET /v1/workflows/logs` for one app at one moment (dify-logs-api §1.3, §2).
struct LogsAnswer {
    let app: SimulatedApp
    let server: ServerState
    let moment: UnixTime
    /// When the rows are counted: before they are selected, by a statement of its own.
    let countedAt: UnixTime
    /// The e-mail addresses of the workspace's accounts.
    let accounts: Set<String>

    /// The answer, and how many rows the server loaded for it.
    func response(
        to query: [(name: String, value: String)], pages: ServerPages, using random: inout SeededRandom
    ) -> (TransportResponse, rows: Int) {
        let parameters: LogsParameters
        do throws(LogsParameters.Refusal) {
            parameters = try LogsParameters(query, version: server.version)
        } catch {
            switch error {
            case .parameters(let problems): return (pages.invalidParameters(problems), 0)
            case .date(let complaint): return (pages.invalidValue(complaint), 0)
            }
        }
        if let account = parameters.account, !accounts.contains(account) {
            return (pages.invalidValue("Account not found: \(account)"), 0)
        }
        // Both join the table of end users, and the database takes it once only.
        if parameters.keyword != nil, parameters.sessionID != nil { return (pages.internalError(), 0) }
        let matching = rows(matching: parameters)
        let skipped = (parameters.page - 1) * parameters.limit
        let page = matching.page(skipping: skipped, limit: parameters.limit, using: &random)
        let unservable =
            server.version.refusesOldUserTypes
            ? page.indices.filter { app.runs[page[$0].ordinal].poisonedAt != nil } : []
        guard unservable.isEmpty else { return (pages.unservableRows(unservable), page.count) }
        let isHaunted = page.count < parameters.limit && random.chance(server.lies.phantomShare)
        let shown = page.filter { _ in !random.chance(server.lies.hiddenShare) }
        let total = count(of: matching) + server.lies.surplus + (isHaunted ? 1 : 0)
        let response = pages.json(200) { body in
            body.member("page", Int64(parameters.page))
            body.member("limit", Int64(parameters.limit))
            body.member("total", Int64(total))
            body.member("has_more", total > skipped + parameters.limit)
            body.key("data")
            body.array { data in
                for row in shown { write(row, to: &data) }
                if isHaunted { writePhantom(to: &data) }
            }
        }
        return (response, page.count)
    }

    private func count(of rows: ArraySlice<LogTable.Row>) -> Int {
        guard countedAt < moment else { return rows.count }
        return rows.count { row in app.runs[row.ordinal].visibleAt.map { $0 <= countedAt } ?? false }
    }

    private func rows(matching parameters: LogsParameters) -> ArraySlice<LogTable.Row> {
        let window = app.table.rows(after: parameters.after, before: parameters.before)
        let keyword = parameters.keyword.map { Keyword($0, version: server.version) }
        let isFiltered =
            keyword != nil || parameters.status != nil || parameters.sessionID != nil || parameters.account != nil
        guard isFiltered else { return window }
        return window.filter { row in
            let run = app.runs[row.ordinal]
            if let session = parameters.sessionID, run.creator.sessionID != session { return false }
            if let account = parameters.account, run.creator.email != account { return false }
            guard keyword != nil || parameters.status != nil else { return true }
            // An inner join: a log without its run falls out.
            guard let record = run.record(at: moment) else { return false }
            return (parameters.status.map { $0 == record.status.name } ?? true) && (keyword?.matches(run) ?? true)
        }[...]
    }

    // MARK: Rows, as in dify-logs-api §3.1 and §3.2

    private func write(_ row: LogTable.Row, to data: inout JSONWriter) {
        let run = app.runs[row.ordinal]
        data.object { log in
            log.member("id", run.logID.text)
            log.key("workflow_run")
            if let record = run.record(at: moment) {
                log.object { write(record, of: run, to: &$0) }
            } else {
                log.null()
            }
            if server.version.hasTriggers { log.member("details", String?.none) }
            log.member("created_from", run.origin.createdFrom)
            log.member("created_by_role", run.creator.role)
            write(run.creator, to: &log)
            log.member("created_at", row.second)
        }
    }

    /// A row of no possible time, and of no run.
    private func writePhantom(to data: inout JSONWriter) {
        data.object { log in
            log.member("id", RandomUUID(of: "phantom").text)
            log.member("workflow_run", String?.none)
            log.member("created_from", Origin.api.createdFrom)
            log.member("created_at", Int64.max)
        }
    }

    private func write(_ record: RunRecord, of run: SimulatedRun, to object: inout JSONWriter) {
        let whenNull: Int64? = server.version.keepsNulls ? nil : 0
        object.member("id", run.runID.text)
        object.member("version", "2026-01-15 09:30:00.123456")
        object.member("status", record.status.name)
        if server.version.hasTriggers { object.member("triggered_from", run.origin.triggeredFrom) }
        object.member("error", record.error?.text)
        object.member("elapsed_time", number: record.oddNumbers?.elapsed ?? record.elapsedSeconds.description)
        object.member("total_tokens", number: record.oddNumbers?.tokens ?? String(record.tokens))
        object.member("total_steps", record.steps ?? whenNull)
        object.member("created_at", server.clock.reading(at: record.createdAt).second)
        object.member("finished_at", record.finishedAt.map { server.clock.reading(at: $0).second })
        if server.version.hasPartialSuccess { object.member("exceptions_count", record.exceptions ?? whenNull) }
    }

    private func write(_ creator: Creator, to log: inout JSONWriter) {
        log.key("created_by_account")
        if case .account(let account) = creator {
            log.object { object in
                object.member("id", RandomUUID(of: account.email).text)
                object.member("name", account.name)
                object.member("email", account.email)
            }
        } else {
            log.null()
        }
        log.key("created_by_end_user")
        if case .endUser(let user) = creator {
            log.object { object in
                object.member("id", RandomUUID(of: user.sessionID).text)
                object.member("type", typeName(user.kind))
                object.member("is_anonymous", !server.version.hidesAnonymity && user.sessionID == "DEFAULT-USER")
                object.member("session_id", user.sessionID)
            }
        } else {
            log.null()
        }
    }

    private func typeName(_ kind: Creator.EndUser.Kind) -> String {
        switch kind {
        case .api: server.version.hasTriggers ? "service-api" : "service_api"
        case .browser: "browser"
        case .trigger: "trigger"
        case .mcp: "mcp"
        }
    }
}
