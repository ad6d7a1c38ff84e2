import HTTPEndpoint
import Platform

/// Stands before the routes: counts requests, asks for a password, and adds the operator's header fields, as the web
/// configuration says at that moment.
package final class WebGuard: Sendable {
    private let state: Locked<State>

    private struct State: Sendable {
        var configuration: WebConfiguration
        var bucket: TokenBucket?
        var passwords: PasswordCheck?
    }

    package init(_ configuration: WebConfiguration) {
        state = Locked(
            State(
                configuration: configuration, bucket: configuration.rateLimit.map(TokenBucket.init),
                passwords: configuration.passwordCheck))
    }

    /// Goes by another configuration from now on. Verdicts on passwords are forgotten where users have changed.
    package func adopt(_ configuration: WebConfiguration) {
        state.withLock { state in
            if configuration.rateLimit != state.configuration.rateLimit {
                state.bucket = configuration.rateLimit.map(TokenBucket.init)
            }
            if configuration.users != state.configuration.users { state.passwords = configuration.passwordCheck }
            state.configuration = configuration
        }
    }

    /// What `route` answers, or why the request does not get there.
    package func answer(
        _ request: HTTPRequest, at now: ContinuousClock.Instant = .now,
        _ route: (HTTPRequest) async -> HTTPResponse
    ) async -> HTTPResponse {
        let (mayPass, headers, passwords) = state.withLock { state in
            (state.bucket?.take(at: now) ?? true, state.configuration.headers, state.passwords)
        }
        guard mayPass else { return Self.tooMany.adding(headers) }
        if let passwords, let refusal = await refusal(of: request, passwords) { return refusal.adding(headers) }
        return await route(request).adding(headers)
    }

    /// What `route` has ready, where no password has to be looked at; nil leaves the request to `answer`.
    package func readyAnswer(
        _ request: HTTPRequest, at now: ContinuousClock.Instant = .now, _ route: (HTTPRequest) -> HTTPResponse?
    ) -> HTTPResponse? {
        guard let response = route(request) else { return nil }
        return state.withLock { state in
            guard state.passwords == nil else { return nil }
            let mayPass = state.bucket?.take(at: now) ?? true
            return (mayPass ? response : Self.tooMany).adding(state.configuration.headers)
        }
    }

    private static let tooMany = HTTPResponse.text(
        429, "There are more requests than this exporter is set to answer.\n")

    private func refusal(of request: HTTPRequest, _ passwords: PasswordCheck) async -> HTTPResponse? {
        if let text = request.headers["Authorization"], let credentials = Credentials(authorization: text) {
            switch await passwords.verdict(on: credentials, from: request.origin) {
            case .right: return nil
            case .wrong: break
            case .busy:
                var response = HTTPResponse.text(503, "Too many passwords wait to be looked at.\n")
                response.headers.set("Retry-After", "1")
                return response
            }
        }
        var response = HTTPResponse.text(401, "This exporter asks for a user name and a password.\n")
        response.headers.set("WWW-Authenticate", "Basic realm=\"dify-exporter\", charset=\"UTF-8\"")
        return response
    }
}

extension WebConfiguration {
    fileprivate var passwordCheck: PasswordCheck? {
        users.isEmpty ? nil : PasswordCheck(users: users)
    }
}

extension HTTPResponse {
    /// What the answer says of itself counts more, as with Prometheus's exporters.
    fileprivate func adding(_ headers: [WebConfiguration.Header]) -> HTTPResponse {
        var response = self
        for header in headers where response.headers[header.name] == nil {
            response.headers.set(header.name, header.value)
        }
        return response
    }
}
