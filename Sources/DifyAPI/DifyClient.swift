import CivilTime
import JSON

/// Asks one app's Dify for logs: builds the request, waits for the budget, and makes the answer a page or a typed error.
package struct DifyClient: Sendable {
    private let baseURL: BaseURL
    private let key: APIKey
    private let timeout: Duration
    private let transport: any Transport
    private let gate: RequestGate

    /// A page of 100 rows has about 65 kB; errors in it may have 100 kB each (dify-logs-api, observation 6).
    static let bodyLimit = 32 << 20

    package init(baseURL: BaseURL, key: APIKey, timeout: Duration, transport: any Transport, gate: RequestGate) {
        self.baseURL = baseURL
        self.key = key
        self.timeout = timeout
        self.transport = transport
        self.gate = gate
    }

    /// One page of logs. A server that answers with rows outside the query's bounds is refused as
    /// `ignoresTimeBounds`: those before 1.1.0 skip parameters that they do not know (dify-logs-api §1.3).
    package func logs(_ query: LogsQuery) async -> Answer<LogPage> {
        var answer = await get("/workflows/logs", query.parameters) { body throws(JSONError) in try LogPage(json: body)
        }
        if case .success(let page) = answer.result, page.logs.contains(where: { !query.includes(second: $0.createdAt) })
        {
            answer.result = .failure(.ignoresTimeBounds)
        }
        return answer
    }

    package func info() async -> Answer<AppInfo> {
        await get("/info", []) { body throws(JSONError) in try AppInfo(json: body) }
    }

    private func get<Value: Sendable>(
        _ path: String, _ parameters: [(name: String, value: String)],
        decode: ([UInt8]) throws(JSONError) -> Value
    ) async -> Answer<Value> {
        guard await gate.enter() else { return Answer(result: .failure(.cancelled), sentAt: .now) }
        let request = TransportRequest(
            url: baseURL.url(path: path, query: parameters),
            fields: [key.authorizationField, HTTPField(name: "Accept", value: "application/json")],
            timeout: timeout, bodyLimit: Self.bodyLimit)
        let sentAt = UnixTime.now
        let clock = ContinuousClock()
        let started = clock.now
        var answer = Answer<Value>(result: .failure(.cancelled), sentAt: sentAt)
        do throws(TransportError) {
            let response = try await transport.get(request)
            answer.server = ServerFacts(response)
            answer.result = interpret(response, now: sentAt, decode: decode)
        } catch {
            answer.result = .failure(self.error(for: error))
        }
        answer.duration = started.duration(to: clock.now)
        await gate.leave(pause: answer.pauseWanted)
        return answer
    }

    private func interpret<Value>(
        _ response: TransportResponse, now: UnixTime, decode: ([UInt8]) throws(JSONError) -> Value
    ) -> Result<Value, APIError> {
        do throws(APIError) {
            let body = try response.successfulBody(now: now)
            do throws(JSONError) {
                return .success(try decode(body))
            } catch {
                throw .notDify(status: response.status, message: "byte \(error.offset) of the answer: \(error.problem)")
            }
        } catch {
            return .failure(error.mapMessage(key.redacted(from:)))
        }
    }

    private func error(for error: TransportError) -> APIError {
        switch error {
        case .timeout: .timeout(after: timeout)
        case .connection(let message): .connection(message: message)
        case .tls(let message): .tls(message: message)
        case .tooLong: .notDify(status: 200, message: "the answer is longer than \(Self.bodyLimit >> 20) MiB")
        case .cancelled: .cancelled
        case .unavailable(let message): .unavailable(message: message)
        }
    }
}

/// What came of one request.
package struct Answer<Value: Sendable>: Sendable {
    package var result: Result<Value, APIError>
    /// What the answer's fields told; empty when there was no answer.
    package var server = ServerFacts()
    /// When the request left, on this machine's clock.
    package var sentAt: UnixTime
    /// From the request's first byte to the answer's last; without the wait for the budget.
    package var duration: Duration = .zero

    package init(
        result: Result<Value, APIError>, server: ServerFacts = ServerFacts(), sentAt: UnixTime,
        duration: Duration = .zero
    ) {
        self.result = result
        self.server = server
        self.sentAt = sentAt
        self.duration = duration
    }

    /// The `code` label of `dify_exporter_api_requests_total`.
    package var code: String {
        switch result {
        case .success: "200"
        case .failure(let error): error.code
        }
    }

    /// How far the server's clock is ahead of this machine's, to a second or so: the middle of the request here against
    /// the `Date` there, which was cut to whole seconds.
    package var clockDifference: Duration? {
        server.date.map { $0 + .milliseconds(500) - (sentAt + duration / 2) }
    }

    /// How long the server wants to be left alone by everybody; a throttling server that does not say gets a while.
    fileprivate var pauseWanted: Duration? {
        guard case .failure(.throttled(_, let wait)) = result else { return nil }
        return wait ?? .seconds(5)
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
        case .throttled, .timeout, .ignoresTimeBounds, .cancelled, .unavailable: self
        }
    }
}
