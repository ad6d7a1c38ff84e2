import CivilTime
import JSON

/// One of Dify's endpoints with its parameters, and what its answers mean: everything about a request but its carrying out.
package struct Endpoint<Value: Sendable>: Sendable {
    /// Below the base URL.
    package let path: String
    package let parameters: [(name: String, value: String)]
    private let decode: @Sendable ([UInt8]) throws(JSONError) -> Value
    private let check: @Sendable (Value) -> APIError?

    private init(
        path: String, parameters: [(name: String, value: String)] = [],
        decode: @escaping @Sendable ([UInt8]) throws(JSONError) -> Value,
        check: @escaping @Sendable (Value) -> APIError? = { _ in nil }
    ) {
        self.path = path
        self.parameters = parameters
        self.decode = decode
        self.check = check
    }

    /// What came of a request that left at `sentAt` and took `duration`.
    package func answer(
        _ outcome: Result<TransportResponse, TransportError>, sentAt: UnixTime, duration: Duration, timeout: Duration
    ) -> Answer<Value> {
        switch outcome {
        case .success(let response):
            let result = Result<Value, APIError> { () throws(APIError) in try value(of: response, now: sentAt) }
            return Answer(result: result, server: ServerFacts(response), sentAt: sentAt, duration: duration)
        case .failure(let error):
            return Answer(result: .failure(APIError(error, timeout: timeout)), sentAt: sentAt, duration: duration)
        }
    }

    private func value(of response: TransportResponse, now: UnixTime) throws(APIError) -> Value {
        let body = try response.successfulBody(now: now)
        let value: Value
        do throws(JSONError) {
            value = try decode(body)
        } catch {
            throw .notDify(status: response.status, message: "byte \(error.offset) of the answer: \(error.problem)")
        }
        if let error = check(value) { throw error }
        return value
    }
}

extension Endpoint<LogPage> {
    /// A server that answers with rows outside the query's bounds is refused as `ignoresTimeBounds`: those before 1.1.0 skip
    /// parameters that they do not know (dify-logs-api §1.3).
    package static func logs(_ query: LogsQuery) -> Endpoint {
        Endpoint(path: "/workflows/logs", parameters: query.parameters) { body throws(JSONError) in
            try LogPage(json: body)
        } check: { page in
            page.logs.allSatisfy { query.includes(second: $0.createdAt) } ? nil : .ignoresTimeBounds
        }
    }
}

extension Endpoint<AppInfo> {
    package static var info: Endpoint {
        Endpoint(path: "/info") { body throws(JSONError) in try AppInfo(json: body) }
    }
}

extension APIError {
    /// What the lack of an answer means; `timeout` is how long was waited.
    init(_ error: TransportError, timeout: Duration) {
        self =
            switch error {
            case .timeout: .timeout(after: timeout)
            case .connection(let message): .connection(message: message)
            case .tls(let message): .tls(message: message)
            case .tooLong: .notDify(status: 200, message: "the answer is longer than \(DifyClient.bodyLimit >> 20) MiB")
            case .cancelled: .cancelled
            case .unavailable(let message): .unavailable(message: message)
            }
    }
}
