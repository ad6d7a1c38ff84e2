import Bytes
import CivilTime
import Testing

@testable import DifyAPI

@Suite struct RequestTests {
    @Test func `every parameter is sent encoded`() async throws {
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

    @Test func `a server that ignores time bounds is refused`() async throws {
        let row = #"{"id":"a","workflow_run":null,"created_at":1795627236}"#
        let transport = CannedTransport(
            .json(200, #"{"page":1,"limit":5,"total":1,"has_more":false,"data":[\#(row)]}"#))
        let client = try DifyClient.make(transport)
        let answer = await client.logs(LogsQuery(createdAtAfter: 1_795_627_237))
        #expect(answer.result == .failure(.ignoresTimeBounds))
        #expect(answer.code == "invalid_response")
        #expect(try await client.logs(LogsQuery(createdAtAfter: 1_795_627_236)).result.get().logs.count == 1)
    }

    @Test func `the servers clock is compared by the middle of the request`() {
        let sentAt = UnixTime(milliseconds: 10_000)
        let answer = Answer<Int>(
            result: .success(1), server: ServerFacts(date: UnixTime(seconds: 13)), sentAt: sentAt, duration: .seconds(1)
        )
        #expect(answer.clockDifference == .seconds(3))
    }

    @Test func `transport errors become their kinds`() async throws {
        let cases: [(TransportError, APIError, String)] = [
            (.timeout, .timeout(after: .seconds(5)), "timeout"),
            (.connection("refused"), .connection(message: "refused"), "connection"),
            (.tls(.expired, "expired"), .tls(.expired, message: "expired"), "tls"),
            (.tooLong, .oversized(message: "longer than 32 MiB"), "invalid_response"),
            (.headersTooLong, .oversized(message: "its header fields are longer than 64 KiB"), "invalid_response"),
            (
                .tooLongTogether(40 << 20),
                .oversized(message: "the longest of those that came at once, with more than 40 MiB"), "invalid_response"
            ),
        ]
        for (transportError, error, code) in cases {
            let answer = try await DifyClient.make(CannedTransport(transportError)).logs(LogsQuery())
            #expect(answer.result == .failure(error))
            #expect(answer.code == code)
        }
    }

    @Test func `an answer with more rows than asked for is not asked for again`() async throws {
        let row = #"{"id":"a","created_at":1795627236}"#
        let rows = Array(repeating: row, count: 6).joined(separator: ",")
        let transport = CannedTransport(
            .json(200, #"{"page":1,"limit":5,"total":6,"has_more":false,"data":[\#(rows)]}"#))
        let answer = try await DifyClient.make(transport).logs(LogsQuery(limit: 5))
        guard case .failure(let error) = answer.result, case .oversized = error else {
            Issue.record("\(answer.result)")
            return
        }
        #expect(!error.isTransient)
        #expect(error.needsOperator)
        #expect(answer.code == "invalid_response")
    }

    @Test func `an app of a mode without logs has an empty list`() async throws {
        let body = #"{"code":"not_workflow_app","message":"Please check if your app mode matches.","status":400}"#
        let answer = try await DifyClient.make(CannedTransport(.json(400, body))).logs(LogsQuery())
        #expect(try answer.result.get() == LogPage(total: 0, logs: []))
        #expect(answer.code == "400")
        let info = try await DifyClient.make(CannedTransport(.json(400, body))).info()
        #expect(info.code == "400")
        #expect(throws: APIError.self) { try info.result.get() }
    }

    @Test(
        arguments: [
            (401, "unauthorized", "Access token is invalid", nil), (403, "forbidden", "nobody knows why", nil),
            (400, "invalid_param", "Tenant does not exist.", .workspaceGone),
            (403, "forbidden", "The app's status is abnormal.", .appAbnormal),
            (400, "bad_request", "something else", nil),
        ] as [(Int, String, String, Refusal?)])
    func `a refusal is told by its words`(status: Int, code: String, message: String, refusal: Refusal?) async throws {
        let body = #"{"code":"\#(code)","message":"\#(message)","status":\#(status)}"#
        let answer = try await DifyClient.make(CannedTransport(.json(status, body))).logs(LogsQuery())
        guard case .failure(let error) = answer.result else {
            Issue.record("not refused")
            return
        }
        if let refusal {
            #expect(error == .refused(refusal, status: status, message: message))
        } else {
            #expect(
                [
                    APIError.authentication(message: message), .forbidden(message: message),
                    .invalidParameter(message: message),
                ].contains(error))
        }
        #expect(!error.isTransient)
        #expect(error.needsOperator)
        #expect(error.code == String(status))
    }

    @Test(arguments: [("120", 120), ("Sun, 22 Nov 2026 22:00:30 GMT", 30), ("0", 0), ("99999999999999999999", 86_400)])
    func `both forms of retry after are read`(text: String, seconds: Int64) {
        let now = UnixTime(iso8601: "2026-11-22T22:00:00Z")!
        #expect(RetryAfter.parse(text, now: now) == .seconds(seconds))
    }

    @Test(arguments: [
        "", "soon", "-5", "1.5", "Fri, 2147483648 Dec 2026 23:59:59 GMT", "Fri Dec 2147483648 23:59:59 2026",
        "Friday, 9223372036854775807-Dec-26 23:59:59 GMT", "١٢٠",
    ])
    func `other retry after is ignored`(text: String) {
        #expect(RetryAfter.parse(text, now: UnixTime(seconds: 0)) == nil)
    }

    @Test(arguments: ["Fri, 31 Dec 9999 23:59:59 GMT", "1000000000000", "9223372036854775807"])
    func `an absurd wait is told as a day`(text: String) {
        #expect(RetryAfter.parse(text, now: UnixTime(seconds: 0)) == .seconds(86_400))
    }

    @Test(arguments: [
        "Fri, 2147483648 Dec 2026 23:59:59 GMT", "Fri Dec 2147483648 23:59:59 2026", "yesterday", "", "\u{0}",
        "Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT",
    ])
    func `a date that is none, or of no possible log, is no clock`(date: String) async throws {
        let fields = [HTTPField(name: "Date", value: date)]
        let answer = try await DifyClient.make(CannedTransport(.json(200, "{}", fields: fields))).logs(LogsQuery())
        #expect(answer.server.date == nil)
        #expect(answer.clockDifference == nil)
    }

    @Test func `a date to retry at is meant on the servers clock`() async throws {
        let fields = [
            HTTPField(name: "Date", value: "Sun, 22 Nov 2020 22:00:00 GMT"),
            HTTPField(name: "Retry-After", value: "Sun, 22 Nov 2020 22:00:07 GMT"),
        ]
        let response = TransportResponse(status: 429, fields: fields, body: [])
        let answer = try await DifyClient.make(CannedTransport(response)).logs(LogsQuery())
        #expect(answer.result == .failure(.throttled(status: 429, retryAfter: .seconds(7))))
    }

    @Test func `throttling is told from failing`() async throws {
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

    @Test func `proxies and foreign servers are not taken for dify`() async throws {
        func message(_ status: Int, _ type: String, _ body: String) async throws -> String {
            let field = HTTPField(name: "Content-Type", value: type)
            let response = TransportResponse(status: status, fields: [field], body: Array(body.utf8))
            guard
                case .failure(let error) = try await DifyClient.make(CannedTransport(response)).logs(LogsQuery()).result
            else { return "" }
            return error.description
        }
        #expect(try await message(200, "text/html", "<html>").contains("its content type is text/html"))
        #expect(try await message(403, "text/html", "<html>").contains("403: a page of HTML)"))
        #expect(try await message(200, "application/json", #"{"ok":true}"#).contains("missing: page, limit"))
        #expect(
            try await message(200, "application/json", #"{"page":1,"limit":100,"to"#).contains(
                "the text ends too early"))
    }
}

@Suite struct SecretTests {
    @Test func `a key shows itself nowhere`() throws {
        let key = try #require(APIKey("app-very-secret\n"))
        var dumped = ""
        dump(key, to: &dumped)
        for text in ["\(key)", String(describing: key), String(reflecting: key), dumped, "\([key])"] {
            #expect(!text.contains("secret"))
        }
        #expect(key.authorizationField.value == "Bearer app-very-secret")
    }

    private static let key = "app-Secret0123456789abcdef"

    /// What a server may make of the key, each of them within other words.
    private static let echoes = [
        key, key.uppercased(), key.lowercased(), "Bearer \(key)", "%61pp-Secret0123456789abcde%66",
        "app%2DSecret0123456789abcdef", String(key.utf8.map { "%" + String($0, radix: 16) }.joined()), key + key,
    ]

    @Test(arguments: echoes)
    func `an echo of the key is in nothing that an answer tells`(echo: String) async throws {
        let field = HTTPField(name: "X-Version", value: "1.\(echo)")
        let json =
            #"{"name":"a \#(echo)","description":"\#(echo)","tags":["\#(echo)"],"mode":"\#(echo)","author_name":"\#(echo)"}"#
        let log =
            #"{"id":"\#(echo)","created_from":"\#(echo)","workflow_run":{"status":"\#(echo)","error":"\#(echo)"},"created_at":1795627236}"#
        let responses: [TransportResponse] = [
            .json(200, json, fields: [field]),
            .json(200, #"{"page":1,"limit":1,"total":1,"has_more":false,"data":[\#(log)]}"#, fields: [field]),
            .json(401, #"{"code":"x","message":"token \#(echo) is bad"}"#, fields: [field]),
            .json(500, #"{"message":"\#(echo)"}"#), .json(404, #"{"message":"\#(echo)"}"#),
            TransportResponse(status: 200, fields: [HTTPField(name: "Content-Type", value: "text/\(echo)")], body: []),
            TransportResponse(status: 302, fields: [HTTPField(name: "Location", value: "/?k=\(echo)")], body: []),
        ]
        for response in responses {
            let client = try DifyClient.make(CannedTransport(response), key: Self.key)
            for text in ["\(await client.info())", "\(await client.logs(LogsQuery()))"] {
                #expect(!hasSecret(text), "\(text)")
            }
        }
        for error in [TransportError.connection("no \(echo)"), .tls(.other, "no \(echo)")] {
            let client = try DifyClient.make(CannedTransport(error), key: Self.key)
            let text = "\(await client.info())"
            #expect(!hasSecret(text), "\(text)")
        }
    }

    private func hasSecret(_ text: String) -> Bool {
        let text = text.lowercased()
        return text.contains("secret") || text.contains("%63%72%65%74") || text.contains("456789abc")
    }

    @Test func `no part of the key is left where a text is cut`() async throws {
        for length in (Quotation.limit - 40)...(Quotation.limit + 5) {
            let text = String(repeating: "x", count: length) + Self.key
            let client = try DifyClient.make(CannedTransport(.json(401, #"{"message":"\#(text)"}"#)), key: Self.key)
            let answer = await client.info()
            #expect(!"\(answer)".contains("app-"))
        }
        for length in 4050...4100 {
            let log =
                #"{"id":"a","workflow_run":{"error":"\#(String(repeating: "x", count: length))\#(Self.key)"},"created_at":1795627236}"#
            let page = #"{"page":1,"limit":1,"total":1,"has_more":false,"data":[\#(log)]}"#
            let client = try DifyClient.make(CannedTransport(.json(200, page)), key: Self.key)
            let error = try await client.logs(LogsQuery()).result.get().logs[0].run?.error ?? ""
            #expect(!error.contains("app-"))
            #expect(error.utf8.count <= 4096)
        }
    }

    @Test func `nothing in a server's words steers a terminal`() async throws {
        let words = #"\u001b[2J\u009b31m\u202eevil\u2066\u0007\r\nINFO forged\u2028line"#
        for status in [400, 401, 403, 404, 500] {
            let client = try DifyClient.make(CannedTransport(.json(status, #"{"message":"\#(words)"}"#)))
            guard case .failure(let error) = await client.logs(LogsQuery()).result else { continue }
            #expect(!error.description.unicodeScalars.contains { $0.isSteering }, "\(error)")
        }
        let info = try AppInfo(
            json: Array(#"{"name":"\#(words)","tags":["\#(words)"],"mode":"\#(words)","author_name":"\#(words)"}"#.utf8)
        )
        for text in [info.name, info.tags[0], info.mode ?? "", info.authorName ?? ""] {
            #expect(!text.unicodeScalars.contains { $0.isSteering })
            #expect(text.contains("evil"))
        }
    }

    @Test(arguments: ["", " ", "app-\u{1}", "app-ü", "two words", "line\r\nX-Injected: 1"])
    func `what cannot stand in a header is no key`(text: String) {
        #expect(APIKey(text) == nil)
    }

    @Test func `a key that the server echoes is taken out`() async throws {
        let response = TransportResponse.json(
            401, #"{"code":"unauthorized","message":"token app-secret is bad","status":401}"#)
        let answer = try await DifyClient.make(CannedTransport(response)).logs(LogsQuery())
        #expect(answer.result == .failure(.authentication(message: "token <API key> is bad")))
    }

    @Test(arguments: [
        ("token app-Zk3QwErTy7UiOpAsDfGh9JkL is bad", "token <API key> is bad"),
        ("no such token: app-Zk3QwErTy7Ui", "no such token: app-<API key>"),
        ("ends in …sDfGh9JkL", "ends in …<API key>"),
        ("%5ak3qwerty7", "<API key>"),
        (String(repeating: "app-Zk3QwErTy7UiOpAsDfGh9JkL ", count: 99), String(repeating: "<API key> ", count: 99)),
        ("Zk3QwEr and iOpAsDf are short, app- is of every key", "Zk3QwEr and iOpAsDf are short, app- is of every key"),
    ])
    func `a piece of a key is taken out as well, should the server have cut it`(said: String, shown: String) throws {
        let key = try #require(APIKey("app-Zk3QwErTy7UiOpAsDfGh9JkL"))
        #expect(key.redacted(from: said).hasPrefix(shown))
        for count in 0...200 {
            let cut = Quotation(key: key)(String(repeating: "-", count: count) + said)
            let letters = cut.lowercased().replacing("-", with: "")
            for first in 0...16 {
                let piece = "zk3qwerty7uiopasdfgh9jkl".dropFirst(first).prefix(8)
                #expect(!letters.contains(piece), "\(cut)")
            }
        }
    }

    @Test func `a key of words has no pieces`() throws {
        let key = try #require(APIKey("app-support-bot-of-the-sales-team"))
        #expect(key.redacted(from: "support-bot") == "support-bot")
        #expect(key.redacted(from: "app-support-bot-of-the-sales-team") == "<API key>")
    }
}

@Suite struct AppInfoTests {
    private func info(_ json: String) throws -> AppInfo { try AppInfo(json: Array(json.utf8)) }

    @Test func `texts of an app are short`() throws {
        let long = String(repeating: "x", count: 1 << 20)
        let tags = Array(repeating: "\"\(long)\"", count: 40).joined(separator: ",")
        let info = try info(
            #"{"name":"\#(long)","description":"\#(long)","tags":[\#(tags)],"mode":"\#(long)","author_name":"\#(long)"}"#
        )
        #expect(info.name.count == 255)
        #expect(info.description?.count == 255)
        #expect(info.authorName?.count == 255)
        #expect(info.mode?.count == 40)
        #expect(info.tags.count == 32)
        #expect(info.tags.allSatisfy { $0.count == 128 })
    }

    @Test(arguments: [
        ("workflow", true, false), ("agent", false, false), ("advanced-chat", false, false), ("chat", false, false),
        ("agent-chat", false, false), ("completion", false, false), ("hologram", true, true),
    ])
    func `a mode tells whether there are logs`(mode: String, hasLogs: Bool, isOdd: Bool) throws {
        let info = try info(#"{"name":"a","mode":"\#(mode)"}"#)
        #expect(info.hasWorkflowLogs == hasLogs)
        #expect(info.oddValues == (isOdd ? [OddValue(.mode, mode)] : []))
    }

    @Test(
        arguments: [
            ("1.13.0", "1.13.0"), ("1.10.1-fix.1", "1.10.1-fix.1"), ("", nil), ("main", nil), ("1.0 <b>", nil),
            ("1." + String(repeating: "0", count: 40), nil), ("1.0\u{202e}", nil),
        ] as [(String, String?)])
    func `a version is a number with what may follow`(text: String, version: String?) async throws {
        let fields = [HTTPField(name: "X-Version", value: text)]
        let answer = try await DifyClient.make(CannedTransport(.json(200, "{}", fields: fields))).info()
        #expect(answer.server.version == version)
    }
}

@Suite struct TLSProblemTests {
    @Test(
        arguments: [
            (35, 0, "error:0A00010B:SSL routines::wrong version number", .notTLS),
            (35, 0, "gnutls_handshake() failed: An unexpected TLS packet was received.", .notTLS),
            (60, 10, "SSL certificate problem: certificate has expired", .expired),
            (60, 9, "SSL certificate problem: certificate is not yet valid", .notYetValid),
            (60, 18, "SSL certificate problem: self-signed certificate", .unknownAuthority),
            (60, 19, "SSL certificate problem: self-signed certificate in certificate chain", .unknownAuthority),
            (60, 20, "SSL certificate problem: unable to get local issuer certificate", .unknownAuthority),
            (60, 0, "SSL: no alternative certificate subject name matches target host name 'dify'", .wrongName),
            (60, 66, "server certificate verification failed. CAfile: none CRLfile: none", .unknownAuthority),
            (60, 1026, "server certificate verification failed. CAfile: none CRLfile: none", .expired),
            (77, 0, "error setting certificate verify locations:  CAfile: /nowhere", .authoritiesUnreadable),
            (35, 0, "sslv3 alert handshake failure", .other),
        ] as [(Int32, Int, String, TLSProblem)])
    func `each trouble with TLS has its kind`(code: Int32, finding: Int, words: String, problem: TLSProblem) {
        #expect(TLSProblem(code: code, verifyResult: finding, message: words) == problem)
    }
}

@Suite struct BaseURLTests {
    @Test(arguments: [
        ("https://api.dify.ai/v1", "https://api.dify.ai/v1"),
        ("HTTP://Dify.Internal:8080/v1///", "http://dify.internal:8080/v1"),
        ("http://[::1]:5001/v1", "http://[::1]:5001/v1"), ("https://host", "https://host"),
    ])
    func `urls are read and tidied`(text: String, tidy: String) throws {
        #expect(try BaseURL(text).description == tidy)
    }

    @Test(arguments: [
        "", "api.dify.ai/v1", "ftp://host/v1", "https://", "https:///v1", "http://user:password@host/v1",
        "http://host/v1?x=1",
        "http://host/v1#x", "http://ho st/v1", "http://host:0/v1", "http://host:99999/v1", "http://host:x/v1",
        "http://[::1/v1",
    ])
    func `anything else is refused without repeating secrets`(text: String) {
        let error = #expect(throws: BaseURLError.self) { try BaseURL(text) }
        #expect(error?.description.contains("password@") == false)
    }

    @Test func `the host is found in any form`() throws {
        #expect(try BaseURL("http://dify.internal:8080/v1").host == "dify.internal")
        #expect(try BaseURL("http://[::1]:5001/v1").host == "[::1]")
    }
}
