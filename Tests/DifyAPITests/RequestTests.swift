import CivilTime
import Testing

@testable import DifyAPI

@Suite struct RequestTests {
    @Test func everyParameterIsSentEncoded() async throws {
        let transport = CannedTransport(.json(200, #"{"page":1,"limit":5,"total":0,"has_more":false,"data":[]}"#))
        let client = try DifyClient.make(transport)
        let query = LogsQuery(
            filter: .init(
                keyword: "a+b & ü", status: .failed, createdByEndUserSessionID: "vip 7",
                createdByAccount: "me+you@example.com"),
            createdAtAfter: 1_795_132_800, createdAtBefore: 1_795_132_860, page: 2, limit: 5)
        _ = await client.logs(query)
        let request = try #require(await transport.requests.first)
        #expect(
            request.url
                == "http://dify.test/v1/workflows/logs?keyword=a%2Bb%20%26%20%C3%BC&status=failed"
                + "&created_at__before=2026-11-20T00%3A01%3A00Z&created_at__after=2026-11-20T00%3A00%3A00Z"
                + "&created_by_end_user_session_id=vip%207&created_by_account=me%2Byou%40example.com&page=2&limit=5")
        #expect(request.fields.contains(HTTPField(name: "Authorization", value: "Bearer app-secret")))
        #expect(request.timeout == .seconds(5))
    }

    @Test func aServerThatIgnoresTimeBoundsIsRefused() async throws {
        let row = #"{"id":"a","workflow_run":null,"created_at":99}"#
        let transport = CannedTransport(
            .json(200, #"{"page":1,"limit":5,"total":1,"has_more":false,"data":[\#(row)]}"#))
        let client = try DifyClient.make(transport)
        let answer = await client.logs(LogsQuery(createdAtAfter: 100))
        #expect(answer.result == .failure(.ignoresTimeBounds))
        #expect(answer.code == "invalid_response")
        #expect(try await client.logs(LogsQuery(createdAtAfter: 99)).result.get().logs.count == 1)
    }

    @Test func theServersClockIsComparedByTheMiddleOfTheRequest() {
        let sentAt = UnixTime(milliseconds: 10_000)
        let answer = Answer<Int>(
            result: .success(1), server: ServerFacts(date: UnixTime(seconds: 13)), sentAt: sentAt, duration: .seconds(1)
        )
        #expect(answer.clockDifference == .seconds(3))
    }

    @Test func transportErrorsBecomeTheirKinds() async throws {
        let cases: [(TransportError, APIError, String)] = [
            (.timeout, .timeout(after: .seconds(5)), "timeout"),
            (.connection("refused"), .connection(message: "refused"), "connection"),
            (.tls("expired"), .tls(message: "expired"), "tls"),
            (.tooLong, .notDify(status: 200, message: "the answer is longer than 32 MiB"), "invalid_response"),
        ]
        for (transportError, error, code) in cases {
            let answer = try await DifyClient.make(CannedTransport(transportError)).logs(LogsQuery())
            #expect(answer.result == .failure(error))
            #expect(answer.code == code)
        }
    }

    @Test(arguments: [("120", 120), ("Sun, 22 Nov 2026 22:00:30 GMT", 30), ("0", 0), ("99999999999999999999", 86_400)])
    func bothFormsOfRetryAfterAreRead(text: String, seconds: Int64) {
        let now = UnixTime(iso8601: "2026-11-22T22:00:00Z")!
        #expect(RetryAfter.parse(text, now: now) == .seconds(seconds))
    }

    @Test(arguments: ["", "soon", "-5", "1.5"])
    func otherRetryAfterIsIgnored(text: String) {
        #expect(RetryAfter.parse(text, now: UnixTime(seconds: 0)) == nil)
    }

    @Test func aDateToRetryAtIsMeantOnTheServersClock() async throws {
        let fields = [
            HTTPField(name: "Date", value: "Sun, 22 Nov 2020 22:00:00 GMT"),
            HTTPField(name: "Retry-After", value: "Sun, 22 Nov 2020 22:00:07 GMT"),
        ]
        let response = TransportResponse(status: 429, fields: fields, body: [])
        let answer = try await DifyClient.make(CannedTransport(response)).logs(LogsQuery())
        #expect(answer.result == .failure(.throttled(status: 429, retryAfter: .seconds(7))))
    }

    @Test func throttlingIsToldFromFailing() async throws {
        let wait = [HTTPField(name: "Retry-After", value: "7")]
        func result(_ status: Int, _ fields: [HTTPField]) async throws -> Result<LogPage, APIError> {
            let response = TransportResponse(status: status, fields: fields, body: Array("error 1015".utf8))
            return try await DifyClient.make(CannedTransport(response)).logs(LogsQuery()).result
        }
        #expect(try await result(429, wait) == .failure(.throttled(status: 429, retryAfter: .seconds(7))))
        #expect(try await result(429, []) == .failure(.throttled(status: 429, retryAfter: nil)))
        #expect(try await result(503, wait) == .failure(.throttled(status: 503, retryAfter: .seconds(7))))
        #expect(try await result(503, []) == .failure(.server(status: 503, message: "no reason given")))
    }

    @Test func proxiesAndForeignServersAreNotTakenForDify() async throws {
        func message(_ status: Int, _ type: String, _ body: String) async throws -> String {
            let field = HTTPField(name: "Content-Type", value: type)
            let response = TransportResponse(status: status, fields: [field], body: Array(body.utf8))
            guard
                case .failure(let error) = try await DifyClient.make(CannedTransport(response)).logs(LogsQuery()).result
            else { return "" }
            return error.description
        }
        #expect(try await message(200, "text/html", "<html>").contains("its content type is text/html"))
        #expect(try await message(403, "text/html", "<html>").contains("403: a page of HTML). Check base_url"))
        #expect(try await message(200, "application/json", #"{"ok":true}"#).contains("missing: page, limit"))
        #expect(
            try await message(200, "application/json", #"{"page":1,"limit":100,"to"#).contains(
                "the text ends too early"))
    }
}

@Suite struct SecretTests {
    @Test func aKeyShowsItselfNowhere() throws {
        let key = try #require(APIKey("app-very-secret\n"))
        var dumped = ""
        dump(key, to: &dumped)
        for text in ["\(key)", String(describing: key), String(reflecting: key), dumped, "\([key])"] {
            #expect(!text.contains("secret"))
        }
        #expect(key.authorizationField.value == "Bearer app-very-secret")
    }

    @Test(arguments: ["", " ", "app-\u{1}", "app-ü", "two words", "line\r\nX-Injected: 1"])
    func whatCannotStandInAHeaderIsNoKey(text: String) {
        #expect(APIKey(text) == nil)
    }

    @Test func aKeyThatTheServerEchoesIsTakenOut() async throws {
        let response = TransportResponse.json(
            401, #"{"code":"unauthorized","message":"token app-secret is bad","status":401}"#)
        let answer = try await DifyClient.make(CannedTransport(response)).logs(LogsQuery())
        #expect(answer.result == .failure(.authentication(message: "token <API key> is bad")))
    }
}

@Suite struct BaseURLTests {
    @Test(arguments: [
        ("https://api.dify.ai/v1", "https://api.dify.ai/v1"),
        ("HTTP://Dify.Internal:8080/v1///", "http://dify.internal:8080/v1"),
        ("http://[::1]:5001/v1", "http://[::1]:5001/v1"), ("https://host", "https://host"),
    ])
    func urlsAreReadAndTidied(text: String, tidy: String) throws {
        #expect(try BaseURL(text).description == tidy)
    }

    @Test(arguments: [
        "", "api.dify.ai/v1", "ftp://host/v1", "https://", "https:///v1", "http://user:password@host/v1",
        "http://host/v1?x=1",
        "http://host/v1#x", "http://ho st/v1", "http://host:0/v1", "http://host:99999/v1", "http://host:x/v1",
        "http://[::1/v1",
    ])
    func anythingElseIsRefusedWithoutRepeatingSecrets(text: String) {
        let error = #expect(throws: BaseURLError.self) { try BaseURL(text) }
        #expect(error?.description.contains("password@") == false)
    }

    @Test func theHostIsFoundInAnyForm() throws {
        #expect(try BaseURL("http://dify.internal:8080/v1").host == "dify.internal")
        #expect(try BaseURL("http://[::1]:5001/v1").host == "[::1]")
    }
}
