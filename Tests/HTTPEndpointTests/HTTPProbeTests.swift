import Testing

@testable import HTTPEndpoint

@Suite struct HTTPProbeTests {
    private func withServer(
        host: String = "127.0.0.1", answering response: @escaping @Sendable (HTTPRequest) -> HTTPResponse,
        _ body: (ListenAddress) async throws -> Void
    ) async throws {
        let server = try HTTPServer(addresses: [ListenAddress(host: host, port: 0)]) { response($0) }
        server.start()
        try await body(server.boundAddresses[0])
        await server.stop()
    }

    private static func healthOnly(_ request: HTTPRequest) -> HTTPResponse {
        .text(request.path == "/-/healthy" ? 200 : 404, "")
    }

    private func probe(_ path: String, _ address: ListenAddress) async -> Result<HTTPProbe.Answer, HTTPProbeError> {
        do throws(HTTPProbeError) {
            return .success(try await HTTPProbe.answer(to: path, at: address, seconds: 300))
        } catch {
            return .failure(error)
        }
    }

    @Test(arguments: ["127.0.0.1", "", "0.0.0.0", "localhost"])
    func `the status is that of the answer`(host: String) async throws {
        try await withServer(host: host, answering: Self.healthOnly) { address in
            #expect(await probe("/-/healthy", address) == .success(.status(200)))
            #expect(await probe("/", address) == .success(.status(404)))
        }
    }

    @Test func `a port where nobody listens is said`() async {
        // One that the system gives to nobody who asks for any.
        let unused = ListenAddress(host: "127.0.0.1", port: 1)
        #expect(await probe("/", unused) == .failure(HTTPProbeError(unused, "Connection refused")))
    }

    @Test func `an answer that never comes is said`() async throws {
        let reset = { @Sendable (_: HTTPRequest) in
            var response = HTTPResponse.text(200, "")
            response.delivery = .reset
            return response
        }
        try await withServer(answering: reset) { address in
            guard case .failure = await probe("/", address) else {
                Issue.record("there was an answer")
                return
            }
        }
    }
}
