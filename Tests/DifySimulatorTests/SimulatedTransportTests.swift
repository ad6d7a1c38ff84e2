import CivilTime
import DifyAPI
import DifySimulator
import Testing

@Suite struct SimulatedTransportTests {
    private func request(_ url: String, bodyLimit: Int = 1 << 20) -> TransportRequest {
        TransportRequest(
            url: url, fields: [HTTPField(name: "authorization", value: authorization)], timeout: .seconds(9),
            bodyLimit: bodyLimit)
    }

    private func transport() -> SimulatedTransport {
        SimulatedTransport(.make(load: .steady(runsPerSecond: 1, span: nil)), clock: { start + .seconds(10) })
    }

    @Test func `serves the client of the real thing`() async throws {
        let transport = transport()
        let client = DifyClient(
            baseURL: try BaseURL("http://dify.test/v1"), key: try #require(APIKey(key)), timeout: .seconds(9),
            transport: transport, gate: RequestGate(inFlight: 1, perSecond: 100))
        let page = try await client.logs(LogsQuery(createdAtAfter: start.second + 5)).result.get()
        #expect(page.total == 6 && page.logs.count == 6)
        #expect(try await client.info().result.get().mode == "workflow")
        await transport.apply(.failNext(1, .stall))
        #expect(await client.info().result == .failure(.timeout(after: .seconds(9))))
        #expect(await transport.truth(of: "app").finished > 0)
    }

    @Test(arguments: [
        ("created_at__after=2026-11-20T00%3a00%3A00%2B00:00", 200),
        ("created_at__after=2026-11-20T00:00:00+00:00", 400),
        ("created_at__after=2026-11-20+00:00", 200), ("status=succeeded%2Cfailed", 400), ("limit=100%", 400),
        ("limit", 400),
        ("", 200),
    ])
    func `decodes the query as servers do`(_ query: String, _ status: Int) async throws {
        let response = try await transport().get(request("http://dify.test/v1/workflows/logs?" + query))
        #expect(response.status == status)
    }

    @Test func `turns faults into errors`() async throws {
        let transport = transport()
        let url = "http://dify.test/v1/workflows/logs"
        for (kind, error) in [
            (.reset, .connection("the connection was reset")), (.stall, .timeout),
        ] as [(Faults.Kind, TransportError)] {
            await transport.apply(.failNext(1, kind))
            await #expect(throws: error) { try await transport.get(request(url)) }
        }
        await transport.apply(.failNext(1, .cut))
        await #expect(throws: TransportError.self) { try await transport.get(request(url)) }
        await #expect(throws: TransportError.tooLong) { try await transport.get(request(url, bodyLimit: 10)) }
        await #expect(throws: TransportError.self) { try await transport.get(request("nonsense")) }
    }
}
