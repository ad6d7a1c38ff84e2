import Foundation
import HTTPEndpoint
import Testing

@testable import DifyAPI

/// libcurl against a real server on loopback.
@Suite(.enabled(if: (try? CurlTransport.libraryVersion()) != nil, "libcurl is not installed"))
struct CurlTransportTests {
    private let transport = CurlTransport(settings: .init(userAgent: "test"))

    /// Runs `body` with the URL of a server that answers by `handler`.
    private func withServer(
        _ handler: @escaping HTTPServer.Handler, _ body: (String) async throws -> Void
    ) async throws {
        let server = try HTTPServer(addresses: [ListenAddress("127.0.0.1:0")], handler: handler)
        server.start()
        try await body("http://\(server.boundAddresses[0])")
        await server.stop()
    }

    private func get(_ request: TransportRequest) async throws -> TransportResponse {
        try await transport.get(request)
    }

    private func request(_ url: String, timeout: Duration = .seconds(300), bodyLimit: Int = 1 << 20) -> TransportRequest
    {
        TransportRequest(
            url: url, fields: [HTTPField(name: "Authorization", value: "Bearer k")], timeout: timeout,
            bodyLimit: bodyLimit)
    }

    @Test func `status fields and body come back`() async throws {
        try await withServer { request in
            var response = HTTPResponse.text(
                418, "\(request.headers["Authorization"] ?? "") \(request.headers["User-Agent"] ?? "")")
            response.headers.add("X-Version", "1.13.0")
            return response
        } _: { url in
            let response = try await get(request(url + "/v1/info"))
            #expect(response.status == 418)
            #expect(response.field("x-version") == "1.13.0")
            #expect(String(decoding: response.body, as: UTF8.self) == "Bearer k test")
        }
    }

    @Test func `a connection that the server dropped is replaced`() async throws {
        var address = try ListenAddress("127.0.0.1:0")
        for _ in 0..<10 {
            // The next server on the same port knows nothing of the connections of the one before.
            let server = try HTTPServer(addresses: [address]) { _ in .text(200, "ok") }
            server.start()
            address = server.boundAddresses[0]
            for _ in 0..<2 { #expect(try await get(request("http://\(address)")).status == 200) }
            await server.stop()
        }
    }

    @Test func `timeouts are kept to the millisecond and not to whole seconds`() async throws {
        try await withServer { _ in
            try? await Task.sleep(for: .seconds(60))
            return .text(200, "late")
        } _: { url in
            await #expect(throws: TransportError.timeout) { try await get(request(url, timeout: .milliseconds(150))) }
        }
    }

    @Test func `a cancelled task ends its transfer`() async throws {
        try await withServer { _ in
            try? await Task.sleep(for: .seconds(60))
            return .text(200, "late")
        } _: { url in
            let transfer = Task { try await get(request(url)) }
            transfer.cancel()
            await #expect(throws: TransportError.cancelled) { try await transfer.value }
        }
    }

    @Test func `bodies beyond the limit are cut off`() async throws {
        try await withServer { _ in
            HTTPResponse(status: 200, body: [UInt8](repeating: 0x61, count: 200_000))
        } _: { url in
            await #expect(throws: TransportError.tooLong) { try await get(request(url, bodyLimit: 100_000)) }
            let response = try await get(request(url, bodyLimit: 200_000))
            #expect(response.body.count == 200_000)
        }
    }

    @Test(arguments: [401, 500]) func `a refusal keeps its status, however long its words are`(status: Int) async throws
    {
        try await withServer { _ in
            HTTPResponse(status: status, body: [UInt8](repeating: 0x61, count: 200_000))
        } _: { url in
            let response = try await get(request(url, bodyLimit: 100_000))
            #expect(response.status == status && response.body.count <= 100_000)
        }
    }

    @Test(arguments: [70_000, 1_000_000]) func `header fields beyond the limit are told as such`(length: Int)
        async throws
    {
        try await withServer { _ in
            var response = HTTPResponse.text(200, "{}")
            response.headers.add("X-Odd", String(repeating: "a", count: length))
            return response
        } _: { url in
            await #expect(throws: TransportError.headersTooLong) { try await get(request(url)) }
        }
    }

    @Test func `a long body that memory is short for is given up, and the connection serves the next`() async throws {
        let transport = CurlTransport(settings: .init(userAgent: "test"), longAnswers: LongAnswers(limit: 3 << 20))
        try await withServer { request in
            let count = request.path == "/long" ? 8 << 20 : 2 << 20
            return HTTPResponse(status: 200, body: [UInt8](repeating: 0x61, count: count))
        } _: { url in
            await #expect(throws: TransportError.tooLongTogether(3 << 20)) {
                try await transport.get(request(url + "/long", bodyLimit: 32 << 20))
            }
            let short = try await transport.get(request(url + "/short", bodyLimit: 32 << 20))
            #expect(short.body.count == 2 << 20)
        }
    }

    @Test func `compressed bodies are undone and limited by what they become`() async throws {
        let compressed = Data(base64Encoded: "H4sIAAAAAAACA6tWys9WsiopKk2trR5ljjKxMwGrDZLfJgIAAA==")!
        try await withServer { _ in
            HTTPResponse(status: 200, headers: ["Content-Encoding": "gzip"], body: [UInt8](compressed))
        } _: { url in
            let response = try await get(request(url))
            #expect(response.body.count == 550)
            await #expect(throws: TransportError.tooLong) { try await get(request(url, bodyLimit: 549)) }
        }
    }

    @Test func `redirects are not followed`() async throws {
        try await withServer { request in
            guard request.path == "/v1" else { return .text(200, "the key has come along") }
            return HTTPResponse(status: 308, headers: ["Location": "/elsewhere"])
        } _: { url in
            let response = try await get(request(url + "/v1"))
            #expect(response.status == 308)
        }
    }

    @Test func `broken answers are connection errors`() async throws {
        try await withServer { request in
            var response = HTTPResponse.text(200, String(repeating: "x", count: 1000))
            response.delivery = request.path == "/cut" ? .cut(afterBytes: 10) : .reset
            return response
        } _: { url in
            for path in ["/cut", "/reset"] {
                let error = await #expect(throws: TransportError.self) { try await get(request(url + path)) }
                guard case .connection(let message) = error else {
                    Issue.record("\(path): \(String(describing: error))")
                    continue
                }
                #expect(!message.isEmpty)
            }
        }
    }

    @Test func `one cause has one text, however long the attempt took`() {
        let texts = [
            ("Failed to connect to d port 1 after 3 ms: It is away", "Failed to connect to d port 1: It is away"),
            ("Failed to connect to d port 1 after 134 ms", "Failed to connect to d port 1"),
            ("Could not resolve host: after 3 hours", "Could not resolve host: after 3 hours"),
            ("stopped after ", "stopped after "), ("", ""),
        ]
        for (message, timeless) in texts { #expect(CurlSlot.timeless(message) == timeless) }
    }

    @Test func `nobody listening is a connection error that names the port`() async throws {
        // A port that the system gives to nobody who asks for any.
        let error = await #expect(throws: TransportError.self) { try await get(request("http://127.0.0.1:1")) }
        guard case .connection(let message) = error else { return }
        #expect(message.contains("127.0.0.1 port 1"), "\(message)")
    }

    @Test func `other schemes are refused`() async {
        await #expect(throws: TransportError.self) { try await get(request("file:///etc/hostname")) }
    }

    @Test func `many transfers run at once`() async throws {
        try await withServer { request in
            .text(200, request.path)
        } _: { url in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for index in 0..<40 {
                    group.addTask {
                        let response = try await get(request("\(url)/\(index)"))
                        return response.body == Array("/\(index)".utf8)
                    }
                }
                for try await isRight in group { #expect(isRight) }
            }
        }
    }
}
