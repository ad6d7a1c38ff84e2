import CivilTime

/// Asks one app's Dify: waits for the budget, sends the request, and makes the answer a value or a typed error.
package struct DifyClient: Sendable {
    private let baseURL: BaseURL
    private let key: APIKey
    private let timeout: Duration
    private let transport: any Transport
    private let gate: RequestGate
    private let now: @Sendable () -> UnixTime

    /// A page of 100 rows has about 65 kB; errors in it may have 100 kB each (dify-logs-api, observation 6).
    static let bodyLimit = 32 << 20

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

    package func logs(_ query: LogsQuery) async -> Answer<LogPage> {
        await get(.logs(query))
    }

    package func info() async -> Answer<AppInfo> {
        await get(.info)
    }

    private func get<Value: Sendable>(_ endpoint: Endpoint<Value>) async -> Answer<Value> {
        guard await gate.enter() else { return Answer(result: .failure(.cancelled), sentAt: now()) }
        let request = TransportRequest(
            url: baseURL.url(path: endpoint.path, query: endpoint.parameters),
            fields: [key.authorizationField, HTTPField(name: "Accept", value: "application/json")],
            timeout: timeout, bodyLimit: Self.bodyLimit)
        let sentAt = now()
        let clock = ContinuousClock()
        let started = clock.now
        let outcome = await send(request)
        var answer = endpoint.answer(
            outcome, sentAt: sentAt, duration: started.duration(to: clock.now), timeout: timeout)
        answer.result = answer.result.mapError { $0.mapMessage(key.redacted(from:)) }
        await gate.leave(pause: answer.pauseWanted)
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

extension APIError {
    /// The same error with the server's words changed.
    fileprivate func mapMessage(_ change: (String) -> String) -> APIError {
        switch self {
        case .authentication(let message): .authentication(message: change(message))
        case .forbidden(let message): .forbidden(message: change(message))
        case .invalidParameter(let message): .invalidParameter(message: change(message))
        case .server(let status, let message): .server(status: status, message: change(message))
        case .notDify(let status, let message): .notDify(status: status, message: change(message))
        case .connection(let message): .connection(message: change(message))
        case .tls(let message): .tls(message: change(message))
        case .throttled, .timeout, .ignoresTimeBounds, .cancelled, .unavailable, .unreadableRow: self
        }
    }
}
