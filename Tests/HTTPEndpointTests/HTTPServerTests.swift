import Platform
import TestSupport
import Testing

@testable import HTTPEndpoint

/// The whole server on loopback sockets. Clients wait for events, never for a time.
struct HTTPServerTests {
    private let anyPort = ListenAddress(host: "127.0.0.1", port: 0)

    private func serve<Result: Sendable>(
        limits: HTTPServer.Limits = .init(), handler: @escaping HTTPServer.Handler = { .text(200, $0.path) },
        _ client: @escaping @Sendable (UInt16) throws -> Result
    ) async throws -> Result {
        let server = try HTTPServer(addresses: [anyPort], limits: limits, handler: handler)
        server.start()
        let port = server.boundAddresses[0].port
        let result = await onOwnThread { Swift.Result { try client(port) } }
        await server.stop()
        return try result.get()
    }

    private static func get(_ path: String) -> String {
        "GET \(path) HTTP/1.1\r\nHost: h\r\n\r\n"
    }

    @Test func `one connection serves one request after the other`() async throws {
        let answers = try await serve { port in
            let client = try #require(BlockingClient(port: port))
            return (0..<20).map { number in
                client.send(Self.get("/\(number)"))
                return client.readAnswer()
            }
        }
        for (number, answer) in answers.enumerated() {
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n") && answer.hasSuffix("\r\n\r\n/\(number)"))
        }
    }

    @Test func `what lies ready is sent without asking the handler, pipelined as well`() async throws {
        let server = try HTTPServer(
            addresses: [anyPort], readyAnswer: { $0.path.hasPrefix("/ready") ? .text(200, $0.path) : nil },
            handler: { _ in .text(200, "handled") })
        server.start()
        let port = server.boundAddresses[0].port
        let client = try #require(BlockingClient(port: port))
        let answers = await onOwnThread {
            let paths = ["/ready/1", "/other", "/ready/2", "/ready/3"]
            client.send(paths.map(Self.get).joined())
            return paths.map { _ in client.readAnswer() }
        }
        await server.stop()
        for (answer, body) in zip(answers, ["/ready/1", "handled", "/ready/2", "/ready/3"]) {
            #expect(answer.hasSuffix("\r\n\r\n\(body)"))
        }
    }

    @Test func `pipelined requests are answered in order`() async throws {
        let answers = try await serve { port in
            let client = try #require(BlockingClient(port: port))
            client.send(Self.get("/1") + Self.get("/2"))
            return [client.readAnswer(), client.readAnswer()]
        }
        #expect(answers[0].hasSuffix("/1") && answers[1].hasSuffix("/2"))
    }

    @Test func `rubbish gets 400 and the end of the connection`() async throws {
        let rest = try await serve { port in
            let client = try #require(BlockingClient(port: port))
            client.send("\u{1}\u{2}\u{3}" + String(repeating: "rubbish", count: 1000))
            return client.readToEnd()
        }
        #expect(rest.text.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
        #expect(!rest.wasReset)
    }

    @Test func `a refused upload can still be answered while it is sent`() async throws {
        let rest = try await serve { port in
            let client = try #require(BlockingClient(port: port))
            client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n")
            client.send(String(repeating: "x", count: 1_000_000))
            return client.readToEnd()
        }
        #expect(rest.text.hasPrefix("HTTP/1.1 413 Content Too Large\r\n"))
        #expect(!rest.wasReset)
    }

    @Test func `a slow client is closed at its deadline`() async throws {
        var limits = HTTPServer.Limits()
        limits.headDeadline = .milliseconds(30)
        let rest = try await serve(limits: limits) { port in
            let client = try #require(BlockingClient(port: port))
            client.send("GET / HTTP/1.1\r\nHos")
            return client.readToEnd()
        }
        #expect(rest.text.hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
    }

    @Test func `an idle client is closed without a word`() async throws {
        var limits = HTTPServer.Limits()
        limits.idleDeadline = .milliseconds(30)
        let rest = try await serve(limits: limits) { port in
            try #require(BlockingClient(port: port)).readToEnd()
        }
        #expect(rest == BlockingClient.Rest(text: "", wasReset: false))
    }

    @Test func `a client that has finished writing still gets its answer`() async throws {
        let rest = try await serve { port in
            let client = try #require(BlockingClient(port: port))
            client.send(Self.get("/1") + Self.get("/2"))
            client.finishWriting()
            return client.readToEnd()
        }
        #expect(rest.text.contains("\r\n\r\n/1HTTP/1.1 200 OK\r\n") && rest.text.hasSuffix("\r\n\r\n/2"))
    }

    @Test func `a large answer arrives whole`() async throws {
        let size = 5_000_000
        let large: HTTPServer.Handler = { _ in HTTPResponse(status: 200, body: Array(repeating: 65, count: size)) }
        let count = try await serve(handler: large) { port in
            let client = try #require(BlockingClient(port: port))
            client.send("GET / HTTP/1.0\r\n\r\n")
            return client.readToEnd().text.utf8.count { $0 == 65 }
        }
        #expect(count == size)
    }

    @Test func `a long body arrives whole at all who read it in turn`() async throws {
        let size = 3_000_000
        let body = LongBody.counting(size)
        let answers = try await serve { _ in
            var response = HTTPResponse(status: 200)
            response.longBody = body
            return response
        } _: { port in
            let clients = try (0..<3).map { _ in try #require(BlockingClient(port: port)) }
            for client in clients { client.send("GET / HTTP/1.0\r\n\r\n") }
            var texts = clients.map { $0.readAnswer(atMost: 1) }
            for (place, client) in clients.enumerated() { texts[place] += client.readToEnd().text }
            return texts
        }
        let whole = LongBody.text(size)
        for answer in answers { #expect(answer.hasSuffix("\r\n\r\n" + whole)) }
    }

    @Test func `a long body is let go of when all have it, whoever still reads another`() async throws {
        var limits = HTTPServer.Limits()
        limits.writeDeadline = .seconds(3600)
        let freed = Locked<Set<String>>([])
        let server = try HTTPServer(addresses: [anyPort], limits: limits) { request in
            let life = Life { freed.withLock { _ = $0.insert(request.path) } }
            var response = HTTPResponse(status: 200)
            response.longBody = LongBody(count: request.path == "/long" ? 300_000 : 50_000_000, memory: 1000) { _, _ in
                withExtendedLifetime(life) {}
            }
            return response
        }
        server.start()
        let port = server.boundAddresses[0].port
        let slow = await onOwnThread {
            let slow = BlockingClient(port: port)
            slow?.send(Self.get("/other"))
            _ = slow?.readAnswer(atMost: 1)
            let reader = BlockingClient(port: port)
            reader?.send("GET /long HTTP/1.0\r\n\r\n")
            #expect(reader?.readToEnd().text.utf8.count ?? 0 > 300_000)
            return slow
        }
        try await Workbench.until { freed.withLock { !$0.isEmpty } }
        #expect(freed.withLock { $0 } == ["/long"])
        withExtendedLifetime(slow) {}
        await server.stop()
    }

    @Test func `an answer is cut or reset on demand`() async throws {
        let faulty: HTTPServer.Handler = { request in
            var response = HTTPResponse.text(200, "hello")
            response.delivery = request.path == "/cut" ? .cut(afterBytes: 2) : .reset
            return response
        }
        let rests = try await serve(handler: faulty) { port in
            try ["/cut", "/reset"].map { path in
                let client = try #require(BlockingClient(port: port))
                client.send(Self.get(path))
                return client.readToEnd()
            }
        }
        #expect(rests[0].text.hasSuffix("\r\n\r\nhe") && !rests[0].wasReset)
        #expect(rests[1] == BlockingClient.Rest(text: "", wasReset: true))
    }

    @Test func `a thousand idle connections do not keep a request waiting`() async throws {
        var limits = HTTPServer.Limits()
        limits.connections = 1100
        limits.idleDeadline = .seconds(3600)
        BlockingClient.allowDescriptors(4096)
        let answers = try await serve(limits: limits) { port in
            let idle = try (0..<1000).map { _ in try #require(BlockingClient(port: port)) }
            let busy = try #require(BlockingClient(port: port))
            busy.send(Self.get("/busy"))
            let busyAnswer = busy.readAnswer()
            idle[0].send(Self.get("/first"))
            idle[999].send(Self.get("/last"))
            return [busyAnswer, idle[0].readAnswer(), idle[999].readAnswer()]
        }
        #expect(answers[0].hasSuffix("/busy") && answers[1].hasSuffix("/first") && answers[2].hasSuffix("/last"))
    }

    @Test func `beyond the limit the longest idle connection makes room`() async throws {
        var limits = HTTPServer.Limits()
        limits.connections = 2
        let (oldest, answers) = try await serve(limits: limits) { port in
            let clients = try (0..<2).map { number in
                let client = try #require(BlockingClient(port: port))
                client.send(Self.get("/\(number)"))
                _ = client.readAnswer()
                return client
            }
            let third = try #require(BlockingClient(port: port))
            third.send(Self.get("/new"))
            let newAnswer = third.readAnswer()
            clients[1].send(Self.get("/kept"))
            return (clients[0].readToEnd(), [newAnswer, clients[1].readAnswer()])
        }
        #expect(oldest == BlockingClient.Rest(text: "", wasReset: false))
        #expect(answers[0].hasSuffix("/new") && answers[1].hasSuffix("/kept"))
    }

    @Test func `half-open connections that fill the table do not keep anybody out`() async throws {
        var limits = HTTPServer.Limits()
        limits.connections = 8
        let (new, kept) = try await serve(limits: limits) { port in
            let keeper = try #require(BlockingClient(port: port))
            keeper.send(Self.get("/0"))
            _ = keeper.readAnswer()
            var flood: [BlockingClient] = []
            var answers: [String] = []
            for number in 1...100 {
                let client = try #require(BlockingClient(port: port))
                client.send("GET / HTTP/1.1\r\nHos")
                flood.append(client)
                guard number.isMultiple(of: 10) else { continue }
                let scraper = try #require(BlockingClient(port: port))
                scraper.send(Self.get("/\(number)"))
                answers.append(scraper.readAnswer())
            }
            keeper.send(Self.get("/kept"))
            return (answers, keeper.readAnswer())
        }
        #expect(new.count == 10 && new.allSatisfy { $0.hasPrefix("HTTP/1.1 200 ") })
        #expect(kept.hasSuffix("/kept"))
    }

    @Test func `beyond the budget for unsent bytes the answer that nobody takes is reset`() async throws {
        var limits = HTTPServer.Limits()
        limits.unsentBytes = 10_000_000
        limits.headDeadline = .seconds(1)
        let size = 8_000_000
        let (stalled, whole) = try await serve(limits: limits) { request in
            HTTPResponse(status: 200, body: Array(repeating: request.path == "/1" ? 49 : 50, count: size))
        } _: { port in
            let stalled = try #require(BlockingClient(port: port))
            stalled.send(Self.get("/1"))
            let first = stalled.readAnswer(atMost: 1)
            let reader = try #require(BlockingClient(port: port))
            reader.send("GET /2 HTTP/1.0\r\n\r\n")
            let whole = reader.readToEnd().text.utf8.count { $0 == 50 }
            #expect(first == "H")
            return (stalled.readToEnd(), whole)
        }
        #expect(stalled.wasReset && stalled.text.utf8.count < size)
        #expect(whole >= size)
    }

    @Test func `long bodies that nobody takes do not push out others as long as they hold little`() async throws {
        var limits = HTTPServer.Limits()
        limits.unsentBytes = 10_000_000
        limits.writeDeadline = .seconds(3600)
        let size = 8_000_000
        let counts = try await serve(limits: limits) { _ in
            var response = HTTPResponse(status: 200)
            response.longBody = .counting(size, memory: 3_000_000)
            return response
        } _: { port in
            let clients = try (0..<3).map { _ in
                let client = try #require(BlockingClient(port: port))
                client.send("GET / HTTP/1.0\r\n\r\n")
                _ = client.readAnswer(atMost: 1)
                return client
            }
            return clients.map { client in client.readToEnd().text.utf8.count }
        }
        #expect(counts.allSatisfy { $0 > size })
    }

    @Test func `beyond the limit of answers the one that nobody takes is reset`() async throws {
        var limits = HTTPServer.Limits()
        limits.answers = 1
        let page = HTTPResponse(status: 200, body: Array(repeating: 65, count: 8_000_000))
        let (stalled, whole) = try await serve(limits: limits) { _ in
            page
        } _: { port in
            let stalled = try #require(BlockingClient(port: port))
            stalled.send(Self.get("/1"))
            _ = stalled.readAnswer(atMost: 1)
            let reader = try #require(BlockingClient(port: port))
            reader.send("GET /2 HTTP/1.0\r\n\r\n")
            return (stalled.readToEnd(), reader.readToEnd().text.utf8.count { $0 == 65 })
        }
        #expect(stalled.wasReset)
        #expect(whole == 8_000_000)
    }

    @Test func `readers that do not read one body take the memory of one`() async throws {
        var limits = HTTPServer.Limits()
        limits.unsentBytes = 10_000_000
        limits.writeDeadline = .seconds(3600)
        let page = HTTPResponse(status: 200, body: Array(repeating: 65, count: 8_000_000))
        let counts = try await serve(limits: limits) { _ in
            page
        } _: { port in
            let clients = try (0..<5).map { _ in
                let client = try #require(BlockingClient(port: port))
                client.send("GET / HTTP/1.0\r\n\r\n")
                _ = client.readAnswer(atMost: 1)
                return client
            }
            return clients.map { client in client.readToEnd().text.utf8.count { $0 == 65 } }
        }
        #expect(counts == Array(repeating: 8_000_000, count: 5))
    }

    @Test func `beyond the budget for received bytes the oldest unfinished request goes`() async throws {
        var limits = HTTPServer.Limits()
        limits.receivedBytes = 50_000
        let (rest, answer) = try await serve(limits: limits) { port in
            let head = "POST /done HTTP/1.1\r\nHost: h\r\nContent-Length: 40000\r\n\r\n"
            let (first, second) = try (
                #require(BlockingClient(port: port)), #require(BlockingClient(port: port))
            )
            first.send("POST /first HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 60000\r\n\r\n")
            _ = first.readAnswer()
            first.send(String(repeating: "x", count: 30_000))
            second.send(head + String(repeating: "x", count: 40_000))
            return (first.readToEnd(), second.readAnswer())
        }
        #expect(rest.text.isEmpty)
        #expect(answer.hasSuffix("/done"))
    }

    @Test func `beyond the limit with nobody idle a client gets 503`() async throws {
        var limits = HTTPServer.Limits()
        limits.connections = 1
        limits.placeGrace = .seconds(3600)
        let (arrived, arrivals) = AsyncStream<Void>.makeStream()
        let (released, releases) = AsyncStream<Void>.makeStream()
        let server = try HTTPServer(addresses: [anyPort], limits: limits) { _ in
            arrivals.yield()
            for await _ in released { break }
            return .text(200, "first")
        }
        server.start()
        let first = try #require(BlockingClient(port: server.boundAddresses[0].port))
        first.send(Self.get("/"))
        for await _ in arrived { break }
        let second = try #require(BlockingClient(port: server.boundAddresses[0].port))
        let refusal = await onOwnThread { second.readToEnd() }
        releases.yield()
        let answer = await onOwnThread { first.readAnswer() }
        #expect(refusal.text.hasPrefix("HTTP/1.1 503 Service Unavailable\r\n"))
        #expect(answer.hasSuffix("first"))
        await server.stop()
    }

    @Test func `a client that goes away cancels its handler`() async throws {
        let (arrived, arrivals) = AsyncStream<Void>.makeStream()
        let (cancelled, cancellations) = AsyncStream<Void>.makeStream()
        let server = try HTTPServer(addresses: [anyPort]) { _ in
            arrivals.yield()
            await withTaskCancellationHandler {
                for await _ in AsyncStream<Void>.makeStream().stream {}
            } onCancel: {
                cancellations.yield()
            }
            return .text(200, "nobody reads this")
        }
        server.start()
        var client = BlockingClient(port: server.boundAddresses[0].port)
        client?.send(Self.get("/"))
        for await _ in arrived { break }
        client = nil
        for await _ in cancelled { break }
        await server.stop()
    }

    // MARK: Starting and stopping

    @Test func `stop ends idle connections and listening, and may be repeated`() async throws {
        let server = try HTTPServer(addresses: [anyPort]) { _ in .text(200, "") }
        server.start()
        server.start()
        let port = server.boundAddresses[0].port
        let client = try #require(BlockingClient(port: port))
        client.send(Self.get("/"))
        _ = await onOwnThread { client.readAnswer() }
        async let once: Void = server.stop()
        async let twice: Void = server.stop()
        _ = await (once, twice)
        await server.stop()
        server.start()
        #expect(client.readToEnd() == BlockingClient.Rest(text: "", wasReset: false))
        #expect(BlockingClient(port: port) == nil)
    }

    @Test func `stop before start frees the port`() async throws {
        let server = try HTTPServer(addresses: [anyPort]) { _ in .text(200, "") }
        await server.stop()
        #expect(BlockingClient(port: server.boundAddresses[0].port) == nil)
    }

    @Test func `a server that is let go stops by itself`() async throws {
        var server: HTTPServer? = try HTTPServer(addresses: [anyPort]) { .text(200, $0.path) }
        server?.start()
        let client = try #require(server.flatMap { BlockingClient(port: $0.boundAddresses[0].port) })
        client.send(Self.get("/alive"))
        let answer = await onOwnThread { client.readAnswer() }
        server = nil
        let rest = await onOwnThread { client.readToEnd() }
        #expect(answer.hasSuffix("/alive"))
        #expect(rest == BlockingClient.Rest(text: "", wasReset: false))
    }

    @Test func `stop lets an answer under way finish`() async throws {
        let (arrived, arrivals) = AsyncStream<Void>.makeStream()
        let (released, releases) = AsyncStream<Void>.makeStream()
        var limits = HTTPServer.Limits()
        limits.stopGrace = .seconds(60)
        let server = try HTTPServer(addresses: [anyPort], limits: limits) { _ in
            arrivals.yield()
            for await _ in released { break }
            return .text(200, "finished")
        }
        server.start()
        let port = server.boundAddresses[0].port
        let client = try #require(BlockingClient(port: port))
        client.send(Self.get("/"))
        for await _ in arrived { break }
        async let stopped: Void = server.stop()
        try await Workbench.until { BlockingClient(port: port) == nil }
        releases.yield()
        let rest = await onOwnThread { client.readToEnd() }
        await stopped
        #expect(rest.text.contains("\r\nConnection: close\r\n") && rest.text.hasSuffix("finished"))
    }

    @Test func `stop does not wait for a handler that never ends`() async throws {
        let (arrived, arrivals) = AsyncStream<Void>.makeStream()
        var limits = HTTPServer.Limits()
        limits.stopGrace = .zero
        let server = try HTTPServer(addresses: [anyPort], limits: limits) { _ in
            arrivals.yield()
            for await _ in AsyncStream<Void>.makeStream().stream {}
            return .text(200, "")
        }
        server.start()
        let client = try #require(BlockingClient(port: server.boundAddresses[0].port))
        client.send(Self.get("/"))
        for await _ in arrived { break }
        await server.stop()
        #expect(client.readToEnd().text.isEmpty)
    }

    // MARK: Listening

    @Test func `a port that is taken is an error that says so`() throws {
        let server = try HTTPServer(addresses: [anyPort]) { _ in .text(200, "") }
        let taken = server.boundAddresses[0]
        let error = #expect(throws: HTTPServerError.self) {
            _ = try HTTPServer(addresses: [taken]) { _ in .text(200, "") }
        }
        #expect(error?.description == "cannot listen on \(taken): the port is in use")
    }

    @Test func `an address of another machine is an error that says so`() throws {
        let error = #expect(throws: HTTPServerError.self) {
            _ = try HTTPServer(addresses: [ListenAddress("192.0.2.1:9")]) { _ in .text(200, "") }
        }
        #expect(error?.reason == .addressNotAvailable)
        #expect(error?.description.contains("cannot listen on 192.0.2.1:9: this machine does not have") == true)
    }

    @Test func `an unknown host is an error that says so`() throws {
        let error = #expect(throws: HTTPServerError.self) {
            _ = try HTTPServer(addresses: [ListenAddress(host: "::1::", port: 9)]) { _ in .text(200, "") }
        }
        #expect(error?.description.contains("the host has no address (") == true)
    }

    @Test(arguments: ["127.0.0.1", "localhost", "", "0.0.0.0"])
    func `every way to name this machine can be reached over IPv4`(host: String) async throws {
        let server = try HTTPServer(addresses: [ListenAddress(host: host, port: 0), anyPort]) { .text(200, $0.path) }
        server.start()
        #expect(server.boundAddresses.map(\.host) == [host, "127.0.0.1"])
        let answers = await onOwnThread {
            server.boundAddresses.map { address in
                let client = BlockingClient(port: address.port)
                client?.send(Self.get("/here"))
                return client?.readAnswer()
            }
        }
        #expect(answers.allSatisfy { $0?.hasSuffix("/here") == true })
        await server.stop()
    }
}

/// Tells when nobody holds it any more.
private final class Life: Sendable {
    private let end: @Sendable () -> Void

    init(end: @escaping @Sendable () -> Void) {
        self.end = end
    }

    deinit {
        end()
    }
}
