import CivilTime
import JSON

/// One of Dify's endpoints with its parameters, and what its answers mean: everything about a request but its carrying out.
package struct Endpoint<Value: Sendable>: Sendable {
    /// Below the base URL.
    package let path: String
    package let parameters: [(name: String, value: String)]
    /// The longest body, in bytes.
    let bodyLimit: Int
    private let hasFilter: Bool
    private let decode: @Sendable ([UInt8], APIKey?) throws(JSONError) -> Value
    private let check: @Sendable (Value) -> APIError?
    /// The value that an error stands for, where it stands for one.
    private let recover: @Sendable (APIError) -> Value?

    private init(
        path: String, parameters: [(name: String, value: String)] = [], bodyLimit: Int, hasFilter: Bool = false,
        decode: @escaping @Sendable ([UInt8], APIKey?) throws(JSONError) -> Value,
        check: @escaping @Sendable (Value) -> APIError? = { _ in nil },
        recover: @escaping @Sendable (APIError) -> Value? = { _ in nil }
    ) {
        self.path = path
        self.parameters = parameters
        self.bodyLimit = bodyLimit
        self.hasFilter = hasFilter
        self.decode = decode
        self.check = check
        self.recover = recover
    }

    /// What came of a request that left at `sentAt` and took `duration`. `key` is the one that it was made with: it is in nothing
    /// that the answer tells.
    package func answer(
        _ outcome: Result<TransportResponse, TransportError>, sentAt: UnixTime, duration: Duration, timeout: Duration,
        key: APIKey? = nil
    ) -> Answer<Value> {
        switch outcome {
        case .success(let response):
            let result = withExtendedLifetime(response) {
                Result<Value, APIError> { () throws(APIError) in try value(of: response, now: sentAt, key: key) }
            }
            return Answer(
                result: result, status: response.status, server: ServerFacts(response, now: sentAt, key: key),
                sentAt: sentAt, duration: duration)
        case .failure(let error):
            let error = APIError(error, timeout: timeout, bodyLimit: bodyLimit, quote: Quotation(key: key))
            return Answer(result: .failure(error), sentAt: sentAt, duration: duration)
        }
    }

    private func value(of response: TransportResponse, now: UnixTime, key: APIKey?) throws(APIError) -> Value {
        let body: [UInt8]
        do throws(APIError) {
            body = try response.successfulBody(now: now, key: key, hasFilter: hasFilter)
        } catch {
            guard let value = recover(error) else { throw error }
            return value
        }
        let value: Value
        do throws(JSONError) {
            value = try decode(body, key)
        } catch {
            if case .tooMany(let limit) = error.problem {
                throw .oversized(message: "more rows than the \(limit) asked for")
            }
            throw .notDify(
                status: response.status, message: "byte \(error.offset) of the answer: \(error.problem)")
        }
        if let error = check(value) { throw error }
        return value
    }
}

extension Endpoint<LogPage> {
    /// A server that answers with rows outside the query's bounds is refused as `ignoresTimeBounds`: those before 1.1.0 skip
    /// parameters that they do not know (dify-logs-api §1.3). One that answers with more rows than the query's limit is refused
    /// as `oversized`, and one that has no logs for apps of this mode has an empty list, as all had before they said so.
    package static func logs(_ query: LogsQuery, detail: LogPage.Detail = .whole) -> Endpoint {
        Endpoint(
            path: "/workflows/logs", parameters: query.parameters, bodyLimit: bodyLimit,
            hasFilter: query.filter != LogsQuery.Filter()
        ) { body, key throws(JSONError) in
            try LogPage(json: body, rowLimit: query.limit, key: key, detail: detail)
        } check: { page in
            page.logs.allSatisfy { query.includes(second: $0.createdAt) } ? nil : .ignoresTimeBounds
        } recover: { error in
            guard case .refused(.notWorkflowApp, _, _) = error else { return nil }
            return LogPage(page: Int64(query.page), limit: Int64(query.limit), total: 0, logs: [])
        }
    }

    /// A page of 100 rows has about 65 kB; errors in it may have 100 kB each (dify-logs-api, observation 6).
    private static var bodyLimit: Int { 32 << 20 }
}

extension Endpoint<AppInfo> {
    package static var info: Endpoint {
        Endpoint(path: "/info", bodyLimit: 1 << 20) { body, key throws(JSONError) in
            try AppInfo(json: body, key: key)
        }
    }
}

extension APIError {
    /// What the lack of an answer means; `timeout` is how long was waited.
    init(_ error: TransportError, timeout: Duration, bodyLimit: Int, quote: Quotation) {
        self =
            switch error {
            case .timeout: .timeout(after: timeout)
            case .connection(let message): .connection(message: quote(message))
            case .tls(let problem, let message): .tls(problem, message: quote(message))
            case .tooLong: .oversized(message: "longer than \(bodyLimit >> 20) MiB")
            case .headersTooLong: .oversized(message: "its header fields are longer than 64 KiB")
            case .tooLongTogether(let limit):
                .oversized(message: "the longest of those that came at once, with more than \(limit >> 20) MiB")
            case .cancelled: .cancelled
            case .unavailable(let message): .unavailable(message: message)
            }
    }
}
