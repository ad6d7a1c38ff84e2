import CivilTime
import DifyAPI
import HTTPEndpoint

/// A simulated Dify behind HTTP, on the machine's clock: answers take as long as a real server's, and what goes wrong on
/// their way really does.
package actor SimulatorServer {
    private var dify: SimulatedDify
    private let clock: @Sendable () -> UnixTime

    package init(_ dify: SimulatedDify, clock: @escaping @Sendable () -> UnixTime = { .now }) {
        self.dify = dify
        self.clock = clock
    }

    /// What an `HTTPServer` is given.
    package nonisolated var handler: HTTPServer.Handler {
        { request in await self.respond(to: request) }
    }

    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        let simulated = SimulatedRequest(request)
        if request.path.hasPrefix(ControlRoutes.prefix) {
            return HTTPResponse(dify.control(simulated, at: clock()))
        }
        let answer = dify.answer(simulated, at: clock())
        var response = HTTPResponse(answer.response)
        var wait = answer.latency
        switch answer.fault {
        case .none: break
        case .cut(let count): response.delivery = .cut(afterBytes: count)
        case .reset: response.delivery = .reset
        case .stall(let span): wait += span
        }
        if wait > .zero {
            // A client that goes away cancels the wait, and nobody reads the answer.
            try? await Task.sleep(for: wait)
        }
        return response
    }

    /// Keeps the Dify at work while nobody asks, until the task is cancelled.
    package func run() async {
        while !Task.isCancelled {
            dify.advance(to: clock())
            // Cancelling ends the wait, and with it the loop.
            try? await Task.sleep(for: .milliseconds(100))
        }
    }

    /// Reads or changes the Dify as a whole.
    package func withDify<Result: Sendable>(_ body: @Sendable (inout SimulatedDify) -> Result) -> Result {
        body(&dify)
    }
}

extension SimulatedRequest {
    /// The server itself answers HEAD with what it would send to GET, without the body.
    fileprivate init(_ request: HTTPRequest) {
        self.init(
            method: request.method == "HEAD" ? "GET" : request.method, path: request.path,
            query: request.query.map { ($0.name, $0.value) }, authorization: request.headers["Authorization"])
        if let host = request.headers["Host"] { self.host = host }
    }
}

extension HTTPResponse {
    fileprivate init(_ response: TransportResponse) {
        self.init(status: response.status, body: response.body)
        for field in response.fields { headers.add(field.name, field.value) }
    }
}
