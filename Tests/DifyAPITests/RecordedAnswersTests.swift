import CivilTime
import Testing

@testable import DifyAPI

@Suite struct RecordedAnswersTests {
    /// What an answer is to be taken for.
    private enum Expectation: Equatable {
        case page(rows: Int)
        case info(mode: String)
        case refused(code: String)
        /// Not an answer that this client asks for; it must be refused without a crash.
        case foreign
    }

    /// `rows` and `modes` are by the name of the request.
    private func expectation(
        for exchange: RecordedDify.Exchange, rows: [String: Int], modes: [String: String]
    ) -> Expectation {
        let path = exchange.url.dropFirst("http://127.0.0.1:5001".count).prefix { $0 != "?" }
        let status = exchange.response.status
        if status != 200 { return .refused(code: String(status)) }
        switch path {
        case "/v1/workflows/logs":
            return exchange.method == "GET" ? .page(rows: rows[exchange.name] ?? -1) : .foreign
        case "/v1/info": return .info(mode: modes[exchange.name] ?? "workflow")
        default: return .foreign
        }
    }

    private let modes = ["info_chat": "advanced-chat", "info_basic": "chat"]

    /// Rows of each page, counted with another JSON reader when the answers were recorded.
    private let rowsOfOneThirteen: [String: Int] = [
        "accept_html": 1, "accept_xml_only": 1, "auth_double_space": 1, "auth_lowercase_bearer": 1,
        "boundary_after_inclusive": 11, "boundary_before_inclusive": 1, "boundary_both_equal": 1,
        "filter_account": 5, "filter_account_and_session": 0, "filter_keyword": 5, "filter_keyword_logid": 0,
        "filter_keyword_none": 0, "filter_keyword_percent": 0, "filter_keyword_runid": 1,
        "filter_keyword_session": 2, "filter_session": 5, "filter_session_default_user": 1,
        "filter_session_unknown": 0, "filter_status_failed": 5, "filter_status_keyword_account": 1,
        "filter_status_stopped": 5, "filter_status_succeeded": 5, "logs_app_basic": 0, "logs_app_chat": 50,
        "logs_app_edge": 24, "logs_app_empty": 0, "logs_app_nowf": 0, "logs_app_real": 17, "logs_app_wf2": 100,
        "page_1": 1, "page_100": 100, "page_100_last": 34, "page_100_p2": 100, "page_100_past_end": 0,
        "page_default": 20, "param_after_before": 5, "param_after_date_24": 1, "param_after_date_empty": 1,
        "param_after_date_future": 0, "param_after_date_lower_z": 1, "param_after_date_micro": 1,
        "param_after_date_minutes": 1, "param_after_date_naive": 1, "param_after_date_nano": 1,
        "param_after_date_only": 1, "param_after_date_p0000": 1, "param_after_date_p0900": 1,
        "param_after_date_space": 1, "param_after_date_year0001": 1, "param_after_date_year_only": 1,
        "param_after_date_z": 1, "param_after_gt_before": 0, "param_page_99999": 0, "param_status_twice": 1,
        "param_unknown_ignored": 1, "redis_down_logs": 1,
    ]

    private let rowsOfOneFifteen: [String: Int] = [
        "auth_double_space": 1, "auth_lowercase_bearer": 1, "boundary_after_inclusive": 100,
        "boundary_before_inclusive": 1, "boundary_both_equal": 0, "created_from_openapi": 5, "filter_account": 5,
        "filter_account_and_session": 0, "filter_keyword": 5, "filter_keyword_logid": 0, "filter_keyword_none": 0,
        "filter_keyword_percent": 0, "filter_keyword_runid": 0, "filter_keyword_session": 2, "filter_session": 5,
        "filter_session_default_user": 1, "filter_session_unknown": 0, "filter_status_failed": 5,
        "filter_status_keyword_account": 1, "filter_status_stopped": 5, "filter_status_succeeded": 5,
        "logs_app_basic": 0, "logs_app_chat": 0, "logs_app_edge": 24, "logs_app_empty": 0, "logs_app_nowf": 0,
        "logs_app_real": 24, "logs_app_wf2": 100, "page_100": 100, "page_100_last": 0, "page_100_p2": 100,
        "page_100_past_end": 0, "param_status_twice": 1, "pg_back_logs1": 1, "pg_back_logs2": 1,
        "poisoned_before": 20, "redis_down_logs": 1,
    ]

    @Test func `each of the 152 answers of Dify 1.13.0 is decoded or refused`() async throws {
        #expect(RecordedDify.oneThirteen.exchanges.count == 152)
        #expect(try await countPages(of: .oneThirteen, rows: rowsOfOneThirteen) == 56)
    }

    @Test func `each of the 82 answers of Dify 1.15.0 is decoded or refused`() async throws {
        #expect(RecordedDify.oneFifteen.exchanges.count == 82)
        #expect(try await countPages(of: .oneFifteen, rows: rowsOfOneFifteen) == 37)
    }

    private func countPages(of dify: RecordedDify, rows: [String: Int]) async throws -> Int {
        var pages = 0
        for exchange in dify.exchanges {
            let client = try DifyClient.make(CannedTransport(exchange.response))
            let logs = await client.logs(LogsQuery())
            let info = await client.info()
            switch expectation(for: exchange, rows: rows, modes: modes) {
            case .page(let rows):
                let page = try? logs.result.get()
                #expect(page?.logs.count == rows, "\(exchange.name)")
                #expect(page?.refusedRows.isEmpty == true, "\(exchange.name)")
                #expect(page?.logs.flatMap(\.oddValues) == [], "\(exchange.name)")
                #expect(logs.server.version == dify.version, "\(exchange.name)")
                #expect(logs.server.date != nil, "\(exchange.name)")
                pages += 1
            case .info(let mode):
                #expect((try? info.result.get())?.mode == mode, "\(exchange.name)")
                #expect((try? info.result.get())?.oddValues == [], "\(exchange.name)")
                #expect(logs.code == "invalid_response", "\(exchange.name)")
            case .refused(let code):
                #expect(logs.code == code, "\(exchange.name)")
                #expect(throws: APIError.self, "\(exchange.name)") { try logs.result.get() }
            case .foreign:
                #expect(logs.code == "invalid_response", "\(exchange.name)")
            }
        }
        return pages
    }

    private func error(
        _ name: String, of dify: RecordedDify, filter: LogsQuery.Filter = .init()
    ) async throws -> APIError? {
        let client = try DifyClient.make(CannedTransport(dify.exchange(name).response))
        if case .failure(let error) = await client.logs(LogsQuery(filter: filter)).result { return error }
        return nil
    }

    @Test(arguments: [
        ("auth_none", Refusal.keyDidNotArrive, 401), ("auth_basic", .keyDidNotArrive, 401),
        ("auth_bearer_only", .keyDidNotArrive, 401), ("auth_no_scheme", .keyDidNotArrive, 401),
        ("auth_tenant_ownerless", .workspaceWithoutOwner, 401), ("auth_tenant_archived", .workspaceArchived, 403),
        ("auth_app_gone", .appGone, 403), ("auth_app_api_disabled", .apiAccessOff, 403),
        ("filter_account_unknown", .unknownAccount, 400), ("filter_account_case", .unknownAccount, 400),
    ])
    func `each refusal has its reason in both versions`(name: String, refusal: Refusal, status: Int) async throws {
        for dify in [RecordedDify.oneThirteen, .oneFifteen] {
            guard case .refused(let found, let code, _) = try await error(name, of: dify) else {
                Issue.record("\(name) of \(dify.version) is not refused")
                continue
            }
            #expect(found == refusal)
            #expect(code == status)
        }
    }

    @Test func `an app that was taken out of service is refused with 400 since 1.15`() async throws {
        let error = try await error("auth_app_abnormal", of: .oneFifteen)
        #expect(error == .refused(.appAbnormal, status: 400, message: "'archived' is not a valid AppStatus"))
    }

    @Test(arguments: [("poisoned_page", 34), ("poisoned_second", 0), ("poisoned_second_total", 0)])
    func `a row that Dify cannot serve is told by its place on the page, and is nobody's filter`(
        name: String, index: Int
    ) async throws {
        for filter in [LogsQuery.Filter(), .init(createdByEndUserSessionID: "x")] {
            let error = try await error(name, of: .oneFifteen, filter: filter)
            #expect(error == .unreadableRow(index: index))
        }
    }

    @Test func `a request without a filter is not refused for its filter`() async throws {
        let filter = LogsQuery.Filter(keyword: "x")
        for name in ["param_limit_101", "param_status_bogus", "param_after_date_bad"] {
            let plain = try await error(name, of: .oneFifteen)
            guard case .invalidParameter = plain else {
                Issue.record("\(name) is \(String(describing: plain))")
                continue
            }
            guard case .refused(.filter, 400, _) = try await error(name, of: .oneFifteen, filter: filter) else {
                Issue.record("\(name) with a filter")
                continue
            }
        }
    }

    @Test func `rows of the open API have an origin of their own`() async throws {
        let client = try DifyClient.make(
            CannedTransport(RecordedDify.oneFifteen.exchange("created_from_openapi").response))
        let page = try await client.logs(LogsQuery()).result.get()
        #expect(page.logs.contains { $0.createdFrom == "openapi" })
    }

    @Test func `refusals are told apart`() async throws {
        func error(_ name: String) async throws -> APIError? {
            let client = try DifyClient.make(CannedTransport(RecordedDify.oneThirteen.exchange(name).response))
            if case .failure(let error) = await client.logs(LogsQuery()).result { return error }
            return nil
        }
        #expect(try await error("auth_unknown_key") == .authentication(message: "Access token is invalid"))
        #expect(
            try await error("filter_account_unknown")
                == .refused(.unknownAccount, status: 400, message: "Account not found: ghost@example.com"))
        #expect(try await error("pg_down_logs1") == .server(status: 500, message: "Internal Server Error"))
        #expect(
            try await error("path_v1") == .notDify(status: 308, message: "a redirect to http://127.0.0.1:5001/v1/"))
        #expect(try await error("path_trailing_slash") == .notDify(status: 404, message: "a page of HTML"))
        #expect(
            try await error("param_limit_101").map(\.description)?.contains(
                "1 validation error for WorkflowLogQuery limit")
                == true)
    }

    @Test func `odd rows keep every value`() async throws {
        let client = try DifyClient.make(CannedTransport(RecordedDify.oneThirteen.exchange("logs_app_edge").response))
        let page = try await client.logs(LogsQuery()).result.get()
        #expect(page.total == 24)
        let runs = page.logs.map(\.run)
        #expect(runs.filter { $0 == nil }.count == 1)
        #expect(runs.contains { $0?.totalTokens == 5_000_000_000 })
        #expect(runs.contains { $0?.elapsedTime == 12_345_678.9 })
        #expect(runs.contains { $0?.elapsedTime == 1e-06 })
        #expect(runs.contains { $0?.error?.utf8.count == 4096 })
        #expect(runs.contains { $0?.error == "invalid \"json\" at line 3\n\tcolumn 7 \\ 模型超时" })
        #expect(runs.contains { $0?.error == "" })
        #expect(runs.contains { $0?.status == .succeeded && $0?.finishedAt == nil })
        #expect(runs.contains { $0?.totalSteps == nil && $0?.exceptionsCount == nil && $0?.status == .succeeded })
        #expect(page.logs.contains { $0.createdByAccount?.email == "owner@example.com" && $0.createdByEndUser == nil })
        #expect(page.logs.filter { $0.createdByAccount == nil && $0.createdByEndUser == nil }.count == 2)
        #expect(page.logs.contains { $0.createdByEndUser?.sessionID == "o\"dd \\ 用户" })
        #expect(page.logs.contains { $0.createdAt == 1_709_251_199 })
    }
}
