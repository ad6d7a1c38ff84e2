import CivilTime
import DifyAPI
import Testing

@testable import DifySimulator

/// Requests that were put to a running Dify 1.13.0, with the status and message that it gave.
@Suite struct RecordedRequestsTests {
    typealias Query = [(name: String, value: String)]

    struct Refusal: Sendable, CustomTestStringConvertible {
        let query: [String]
        let message: String
        var testDescription: String { query.joined(separator: "&") }
    }

    static let refusals: [Refusal] = [
        .init(query: ["limit=0"], message: invalid("limit", atLeast, "0")),
        .init(query: ["limit=101"], message: invalid("limit", atMost(100), "101")),
        .init(query: ["limit=-1"], message: invalid("limit", atLeast, "-1")),
        .init(query: ["limit=abc"], message: invalid("limit", integer, "abc")),
        .init(query: ["limit="], message: invalid("limit", integer, "")),
        .init(query: ["limit=1.5"], message: invalid("limit", integer, "1.5")),
        .init(query: ["page=0"], message: invalid("page", atLeast, "0")),
        .init(query: ["page=100000"], message: invalid("page", atMost(99_999), "100000")),
        .init(query: ["page=abc"], message: invalid("page", integer, "abc")),
        .init(
            query: ["limit=0", "page=0"],
            message: "2 validation errors for WorkflowLogQuery\n" + lines("page", atLeast, "0") + "\n"
                + lines("limit", atLeast, "0")),
        .init(query: ["status=bogus"], message: invalid("status", status, "bogus")),
        .init(query: ["status=partial-succeeded"], message: invalid("status", status, "partial-succeeded")),
        .init(query: ["status=running"], message: invalid("status", status, "running")),
        .init(query: ["status=paused"], message: invalid("status", status, "paused")),
        .init(query: ["status=SUCCEEDED"], message: invalid("status", status, "SUCCEEDED")),
        .init(query: ["status="], message: invalid("status", status, "")),
        .init(query: ["status=succeeded,failed"], message: invalid("status", status, "succeeded,failed")),
        .init(query: ["created_at__after=yesterday"], message: "invalid literal for int() with base 10: b'yest'"),
        .init(query: ["created_at__after=1795383392"], message: "ISO time too short"),
        .init(query: ["created_at__after=1795383392000"], message: "month must be in 1..12"),
        .init(query: ["created_at__after=2026-02-30T00:00:00Z"], message: "day is out of range for month"),
        .init(query: ["created_at__after=2026-11-20T00:00:00 00:00"], message: "Unused components in ISO string"),
        .init(query: ["created_at__before=nope"], message: "invalid literal for int() with base 10: b'nope'"),
        .init(query: ["created_by_account=ghost@example.com"], message: "Account not found: ghost@example.com"),
        .init(query: ["created_by_account=Member@Example.com"], message: "Account not found: Member@Example.com"),
    ]

    @Test(arguments: refusals)
    func `refuses what dify refuses`(_ refusal: Refusal) throws {
        var dify = SimulatedDify.make()
        let response = dify.get("/v1/workflows/logs", Self.query(refusal.query))
        #expect(response.status == 400)
        let expected = ServerPages(version: "1.13.0", date: start).invalidValue(refusal.message)
        #expect(response.text == expected.text)
    }

    @Test(arguments: [
        ["page=99999"], ["status=failed", "status=succeeded", "limit=1"], ["foo=bar", "limit=1"],
        ["created_at__after=2026-11-20"], ["created_at__after=2026-11-20T00:00:00"],
        ["created_at__after=2026-11-20T00:00:00Z"], ["created_at__after=2026-11-20T00:00:00+00:00"],
        ["created_at__after=2026-11-20T09:00:00+09:00"], ["created_at__after=2026-11-20 00:00:00"],
        ["created_at__after=2026-11-20T00:00:00.123456Z"], ["created_at__after=2026-11-20T00:00:00.123456789Z"],
        ["created_at__after=2026-11-20T00:00"], ["created_at__after=2026-11-20T24:00:00Z"], ["created_at__after="],
        ["created_at__after=2099-01-01T00:00:00Z"], ["created_at__after=2026-11-20T00:00:00z"],
        ["created_at__after=2026"], ["created_at__after=0001-01-01T00:00:00Z"],
        ["created_at__after=2026-11-21T00:00:00Z", "created_at__before=2026-11-20T00:00:00Z"],
        ["limit=100", "page=14"], [], ["created_by_end_user_session_id=nobody"], ["keyword=zzzznope"],
        ["created_by_account=member@example.com"],
        ["created_by_account=member@example.com", "created_by_end_user_session_id=alice"],
        ["status=failed", "keyword=hello", "created_by_account=owner@example.com"],
    ])
    func `accepts what dify accepts`(_ pairs: [String]) throws {
        var dify = SimulatedDify.make()
        let response = dify.get("/v1/workflows/logs", Self.query(pairs))
        #expect(response.status == 200)
        let page = try LogPage(json: response.body)
        #expect(page.logs.isEmpty && page.total == 0 && !page.hasMore)
    }

    @Test func `echoes page and limit`() throws {
        var dify = SimulatedDify.make()
        #expect(dify.get().text == #"{"page":1,"limit":20,"total":0,"has_more":false,"data":[]}"# + "\n")
        let page = try dify.page([("page", "99999"), ("limit", "7")])
        #expect(page.page == 99_999 && page.limit == 7)
    }

    @Test func `cannot search and filter by session at once`() {
        var dify = SimulatedDify.make()
        let response = dify.get(
            "/v1/workflows/logs", [("keyword", "hello"), ("created_by_end_user_session_id", "alice")])
        #expect(response.status == 500)
        #expect(response.text == #"{"message":"Internal Server Error","code":"unknown","status":500}"# + "\n")
    }

    private static func query(_ pairs: [String]) -> Query {
        pairs.map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(parts[0]), String(parts[1]))
        }
    }

    // Pydantic's words.
    private static let integer = (
        sentence: "Input should be a valid integer, unable to parse string as an integer", type: "int_parsing"
    )
    private static let atLeast = (sentence: "Input should be greater than or equal to 1", type: "greater_than_equal")
    private static let status = (sentence: "Input should be 'succeeded', 'failed' or 'stopped'", type: "literal_error")

    private static func atMost(_ bound: Int) -> (sentence: String, type: String) {
        ("Input should be less than or equal to \(bound)", "less_than_equal")
    }

    private static func invalid(_ name: String, _ rule: (sentence: String, type: String), _ value: String) -> String {
        "1 validation error for WorkflowLogQuery\n" + lines(name, rule, value)
    }

    private static func lines(_ name: String, _ rule: (sentence: String, type: String), _ value: String) -> String {
        "\(name)\n  \(rule.sentence) [type=\(rule.type), input_value='\(value)', input_type=str]\n"
            + "    For further information visit https://errors.pydantic.dev/2.11/v/\(rule.type)"
    }
}
