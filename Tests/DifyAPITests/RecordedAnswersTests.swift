import CivilTime
import Testing

@testable import DifyAPI

@Suite struct RecordedAnswersTests {
    /// What each of the 152 answers is to be taken for, by the name of its request.
    private enum Expectation: Equatable {
        case page(rows: Int)
        case info(mode: String)
        case refused(code: String)
        /// Not an answer that this client asks for; it must be refused without a crash.
        case foreign
    }

    private func expectation(for exchange: RecordedDify.Exchange) -> Expectation {
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
    private let rows: [String: Int] = [
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

    @Test func everyAnswerIsDecodedOrRefusedAsExpected() async throws {
        #expect(RecordedDify.exchanges.count == 152)
        var pages = 0
        for exchange in RecordedDify.exchanges {
            let client = try DifyClient.make(CannedTransport(exchange.response))
            let logs = await client.logs(LogsQuery())
            let info = await client.info()
            switch expectation(for: exchange) {
            case .page(let rows):
                #expect((try? logs.result.get())?.logs.count == rows, "\(exchange.name)")
                #expect(logs.server.version == "1.13.0", "\(exchange.name)")
                #expect(logs.server.date != nil, "\(exchange.name)")
                pages += 1
            case .info(let mode):
                #expect((try? info.result.get())?.mode == mode, "\(exchange.name)")
                #expect(logs.code == "invalid_response", "\(exchange.name)")
            case .refused(let code):
                #expect(logs.code == code, "\(exchange.name)")
                #expect(throws: APIError.self, "\(exchange.name)") { try logs.result.get() }
            case .foreign:
                #expect(logs.code == "invalid_response", "\(exchange.name)")
            }
        }
        #expect(pages == 56)
    }

    @Test func refusalsAreToldApart() async throws {
        func error(_ name: String) async throws -> APIError? {
            let client = try DifyClient.make(CannedTransport(RecordedDify.exchange(name).response))
            if case .failure(let error) = await client.logs(LogsQuery()).result { return error }
            return nil
        }
        #expect(try await error("auth_unknown_key") == .authentication(message: "Access token is invalid"))
        #expect(
            try await error("auth_app_api_disabled") == .forbidden(message: "The app's API service has been disabled."))
        #expect(
            try await error("filter_account_unknown")
                == .invalidParameter(message: "Account not found: ghost@example.com"))
        #expect(try await error("pg_down_logs1") == .server(status: 500, message: "Internal Server Error"))
        #expect(
            try await error("path_v1") == .notDify(status: 308, message: "a redirect to http://127.0.0.1:5001/v1/"))
        #expect(try await error("path_trailing_slash") == .notDify(status: 404, message: "a page of HTML"))
        #expect(
            try await error("param_limit_101").map(\.description)?.contains(
                "1 validation error for WorkflowLogQuery limit")
                == true)
    }

    @Test func oddRowsKeepEveryValue() async throws {
        let client = try DifyClient.make(CannedTransport(RecordedDify.exchange("logs_app_edge").response))
        let page = try await client.logs(LogsQuery()).result.get()
        #expect(page.total == 24)
        let runs = page.logs.map(\.run)
        #expect(runs.filter { $0 == nil }.count == 1)
        #expect(runs.contains { $0?.totalTokens == 5_000_000_000 })
        #expect(runs.contains { $0?.elapsedTime == 12_345_678.9 })
        #expect(runs.contains { $0?.elapsedTime == 1e-06 })
        #expect(runs.contains { $0?.error?.utf8.count == 100_000 })
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
