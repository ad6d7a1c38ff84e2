import CivilTime
import Platform

/// Asks one app's Dify: waits for the budget, sends the request, and makes the answer a value or a typed error.
package struct DifyClient: Sendable {
    private let baseURL: BaseURL
    private let key: APIKey
    private let timeout: Duration
    private let transport: any Transport
    private let gate: RequestGate
    private let now: @Sendable () -> UnixTime

    /// `now` is this machine's clock, which the server's is compared with.
    package init(
        baseURL: BaseURL, key: APIKey, timeout: Duration, transport: any Transport, gate: RequestGate,
        now: @escaping @Sendable () -> UnixTime = { .now }
    ) {
        self.baseURL = baseURL
        self.key = key
        self.timeout = timeout
        self.transport = transport
        self.gate = gate
        self.now = now
    }

    package func hasSameKey(as other: DifyClient) -> Bool {
        key == other.key
    }

    package func logs(_ query: LogsQuery, _ urgency: Urgency = .regular) async -> Answer<LogPage> {
        await logs(query, urgency, detail: .whole)
    }

    package func logs(
        _ query: LogsQuery, _ urgency: Urgency, detail: LogPage.Detail
    ) async -> Answer<LogPage> {
        await get(.logs(query, detail: detail), urgency)
    }

    package func info() async -> Answer<AppInfo> {
        await get(.info, .regular)
    }

    private func get<Value: Sendable>(_ endpoint: Endpoint<Value>, _ urgency: Urgency) async -> Answer<Value> {
        switch await gate.enter(urgency) {
        case .granted: break
        case .refused(let rest): return Answer(result: .failure(.paused(for: rest)), sentAt: now())
        case .cancelled: return Answer(result: .failure(.cancelled), sentAt: now())
        }
        let request = TransportRequest(
            url: baseURL.url(path: endpoint.path, query: endpoint.parameters),
            fields: [key.authorizationField, HTTPField(name: "Accept", value: "application/json")],
            timeout: timeout, bodyLimit: endpoint.bodyLimit)
        let sentAt = now()
        let started = MonotonicTime.now
        let outcome = await send(request)
        let answer = endpoint.answer(
            outcome, sentAt: sentAt, duration: MonotonicTime.now - started, timeout: timeout, key: key)
        await gate.leave(urgency.kind, took: answer.duration, pause: answer.pauseWanted)
        return answer
    }

    private func send(_ request: TransportRequest) async -> Result<TransportResponse, TransportError> {
        do throws(TransportError) {
            return .success(try await transport.get(request))
        } catch {
            return .failure(error)
        }
    }
}
