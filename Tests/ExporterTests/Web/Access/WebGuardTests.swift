import HTTPEndpoint
import Platform
import Testing

@testable import Exporter

struct WebGuardTests {
    private func configuration(_ text: String) throws -> WebConfiguration {
        try WebConfiguration.read(Array(text.utf8), folder: ".")
    }

    private func ask(
        _ access: WebGuard, _ authorization: String? = nil, at now: ContinuousClock.Instant = .now
    ) async -> HTTPResponse {
        var request = HTTPRequest(path: "/metrics")
        request.headers.set("Authorization", authorization)
        return await access.answer(request, at: now) { _ in .text(200, "page") }
    }

    @Test func `without a configuration everybody gets the page as it is`() async {
        #expect(await ask(WebGuard(WebConfiguration())) == .text(200, "page"))
    }

    @Test(.enabled(if: PasswordHashing.problem == nil, "libcrypt is needed"))
    func `only who has a password gets the page`() async throws {
        let access = WebGuard(
            try configuration(#"{"basic_auth_users": {"alice": "\#(WebConfigurationFileTests.hash)"}}"#))
        #expect(await ask(access, "Basic " + encoded("alice:correct horse")).status == 200)
        for authorization in [
            nil, "", "Bearer x", "Basic " + encoded("alice:wrong"), "Basic " + encoded("correct horse"),
        ] {
            let response = await ask(access, authorization)
            #expect(response.status == 401)
            #expect(response.headers["WWW-Authenticate"] == #"Basic realm="dify-exporter", charset="UTF-8""#)
            #expect(!String(decoding: response.body, as: UTF8.self).contains("page"))
        }
        // Users who are gone are not remembered.
        access.adopt(try configuration(#"{"basic_auth_users": {"bob": "\#(WebConfigurationFileTests.hash)"}}"#))
        #expect(await ask(access, "Basic " + encoded("alice:correct horse")).status == 401)
        #expect(await ask(access, "Basic " + encoded("bob:correct horse")).status == 200)
        access.adopt(WebConfiguration())
        #expect(await ask(access).status == 200)
    }

    @Test func `what lies ready is counted, and left to others where passwords are asked for`() async throws {
        let page = HTTPResponse.text(200, "page")
        let limited = WebGuard(
            try configuration(
                #"{"http_server_config": {"headers": {"X-Frame-Options": "deny"}}, "rate_limit": {"interval": "1s", "burst": 1}}"#
            ))
        let now = ContinuousClock.now
        // What is not ready is counted by whoever answers it.
        #expect(limited.readyAnswer(HTTPRequest(path: "/"), at: now) { _ in nil } == nil)
        let first = try #require(limited.readyAnswer(HTTPRequest(path: "/"), at: now) { _ in page })
        #expect(first.status == 200 && first.headers["X-Frame-Options"] == "deny")
        let second = try #require(limited.readyAnswer(HTTPRequest(path: "/"), at: now) { _ in page })
        #expect(second.status == 429 && second.headers["X-Frame-Options"] == "deny")
        let closed = WebGuard(
            try configuration(#"{"basic_auth_users": {"alice": "\#(WebConfigurationFileTests.hash)"}}"#))
        #expect(closed.readyAnswer(HTTPRequest(path: "/"), at: now) { _ in page } == nil)
    }

    @Test func `fields of the configuration are on every answer, and an answer's own count more`() async throws {
        let access = WebGuard(
            try configuration(
                #"""
                {"http_server_config": {"headers": {"X-Frame-Options": "deny", "Content-Security-Policy": "default-src 'self'"}},
                 "rate_limit": {"interval": "1s", "burst": 1}}
                """#))
        let now = ContinuousClock.now
        let response = await access.answer(HTTPRequest(path: "/"), at: now) { _ in
            HTTPResponse(status: 200, headers: ["Content-Security-Policy": "default-src 'none'"])
        }
        #expect(response.headers["X-Frame-Options"] == "deny")
        #expect(response.headers.values(of: "Content-Security-Policy") == ["default-src 'none'"])
        let refused = await ask(access, at: now)
        #expect(refused.status == 429 && refused.headers["X-Frame-Options"] == "deny")
    }

    @Test func `a bucket gives its burst at once and then one each interval`() {
        var bucket = TokenBucket(.init(interval: .seconds(1), burst: 3))
        let start = ContinuousClock.now
        let milliseconds = [0, 0, 0, 0, 0, 999, 1000, 1500, 60_000, 60_000, 60_000, 60_000]
        let taken = milliseconds.map { bucket.take(at: start + .milliseconds($0)) }
        #expect(
            taken == [true, true, true, false, false, false, true, false, true, true, true, false])
    }

    @Test func `a limit that stays the same is not begun anew`() async throws {
        let text = #"{"rate_limit": {"interval": "1h", "burst": 1}}"#
        let access = WebGuard(try configuration(text))
        let now = ContinuousClock.now
        #expect(await ask(access, at: now).status == 200)
        access.adopt(try configuration(text))
        #expect(await ask(access, at: now).status == 429)
        access.adopt(try configuration(#"{"rate_limit": {"interval": "1h", "burst": 2}}"#))
        #expect(await ask(access, at: now).status == 200)
    }

    @Test func `who refuses as configured is healthy`() throws {
        let none = WebConfiguration()
        let users = try configuration(#"{"basic_auth_users": {"alice": "\#(WebConfigurationFileTests.hash)"}}"#)
        let limit = try configuration(#"{"rate_limit": {"interval": "1s", "burst": 1}}"#)
        let mutual = try configuration(
            #"{"tls_server_config": {"cert_file": "c", "key_file": "k", "client_auth_type": "RequireAnyClientCert"}}"#)
        #expect(HealthVerdict(on: .status(200), of: none).isHealthy)
        #expect(
            !HealthVerdict(on: .status(401), of: none).isHealthy && HealthVerdict(on: .status(401), of: users).isHealthy
        )
        #expect(
            !HealthVerdict(on: .status(429), of: none).isHealthy && HealthVerdict(on: .status(429), of: limit).isHealthy
        )
        #expect(
            !HealthVerdict(on: .handshakeRefused, of: users).isHealthy
                && HealthVerdict(on: .handshakeRefused, of: mutual).isHealthy)
        #expect(!HealthVerdict(on: .status(503), of: mutual).isHealthy)
    }
}
