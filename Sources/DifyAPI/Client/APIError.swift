import CivilTime

/// Why Dify gave no page of logs. Each case wants another reaction; its description says what happened, and whoever knows the
/// settings says what to do.
package enum APIError: Error, Equatable, Sendable {
    /// 401: Dify does not know the key.
    case authentication(message: String)
    /// 403 for a reason that no known version gives.
    case forbidden(message: String)
    /// 400 for no reason of `Refusal`.
    case invalidParameter(message: String)
    /// 400 since 1.13.1: a row of the page has a value that the server cannot serve. `index` is the row's place on the page,
    /// from 0, where the server tells it (dify-logs-api §0b).
    case unreadableRow(index: Int?)
    /// A refusal whose reason is known.
    case refused(Refusal, status: Int, message: String)
    /// 429, or 503 with Retry-After; the wait that the server asks for, if it does.
    case throttled(status: Int, retryAfter: Duration?)
    /// Not asked, because a server or a proxy wanted all requests to its base URL to pause: so much longer.
    case paused(for: Duration)
    case server(status: Int, message: String)
    case timeout(after: Duration)
    case connection(message: String)
    case tls(TLSProblem, message: String)
    /// The answer is not one of Dify's service API: HTML, a redirect, other JSON.
    case notDify(status: Int, message: String)
    /// More bytes or rows than any answer to this request can have.
    case oversized(message: String)
    /// Rows older than asked for: the server is older than 1.1.0 and would be counted wrong.
    case ignoresTimeBounds
    case cancelled
    /// The request cannot be made; the text says what to do.
    case unavailable(message: String)

    /// What requests are counted by: the HTTP status, or a word where there was none.
    package var code: String {
        switch self {
        case .authentication: "401"
        case .forbidden: "403"
        case .invalidParameter, .unreadableRow: "400"
        case .refused(_, let status, _), .throttled(let status, _), .server(let status, _): String(status)
        case .timeout: "timeout"
        // What was not sent is not counted; a pause is of the same kind as the answer that asked for it.
        case .paused: "429"
        case .connection, .cancelled, .unavailable: "connection"
        case .tls: "tls"
        case .notDify(let status, _): status == 200 ? "invalid_response" : String(status)
        case .oversized, .ignoresTimeBounds: "invalid_response"
        }
    }

    /// Whether a request left at all.
    package var wasSent: Bool {
        switch self {
        case .cancelled, .unavailable, .paused: false
        default: true
        }
    }

    /// Whether the same request may well succeed a moment later.
    package var isTransient: Bool {
        switch self {
        case .server, .timeout, .connection, .throttled: true
        // A body cut on its way, or a proxy's page, looks like another service for a moment.
        case .notDify(let status, _): status == 200 || status >= 500
        case .authentication, .forbidden, .invalidParameter, .unreadableRow, .refused, .paused, .tls, .oversized,
            .ignoresTimeBounds,
            .cancelled, .unavailable:
            false
        }
    }

    /// Whether only the operator can mend it, so that asking often is of no use.
    package var needsOperator: Bool {
        switch self {
        case .authentication, .forbidden, .invalidParameter, .refused, .oversized, .ignoresTimeBounds, .unavailable:
            true
        case .throttled, .paused, .server, .timeout, .connection, .tls, .notDify, .cancelled, .unreadableRow: false
        }
    }
}

extension APIError: CustomStringConvertible {
    /// What happened, without a full stop.
    package var description: String {
        switch self {
        case .unreadableRow: "Dify cannot serve a row of its log list, and so none of its page (400)"
        case .authentication(let message): "Dify refuses the key (401: \(message))"
        case .forbidden(let message): "Dify denies access (403: \(message))"
        case .invalidParameter(let message): "Dify does not take the request (400: \(message))"
        case .refused(let refusal, let status, let message): "\(refusal.description) (\(status): \(message))"
        case .throttled(let status, let wait):
            "Dify, or a proxy before it, is throttling (\(status)\(wait.map { ", wait \($0.prometheusText)" } ?? ""))"
        case .paused(let span):
            "Dify, or a proxy before it, is throttling: all requests to this server pause for another "
                + Duration.seconds(max(span.wholeSeconds, 1)).prometheusText
        case .server(let status, let message): "Dify has failed (\(status): \(message))"
        case .timeout(let limit): "Dify has not answered within \(limit.prometheusText)"
        case .connection(let message): "there is no connection (\(message))"
        case .tls(let problem, let message): "\(problem.description) (\(message))"
        case .notDify(let status, let message): "the answer is not from Dify's service API (\(status): \(message))"
        case .oversized(let message): "the answer is larger than any of Dify's (\(message))"
        case .ignoresTimeBounds:
            "this Dify ignores created_at__after, so it is older than 1.1.0 and cannot be counted rightly"
        case .cancelled: "the request was cancelled"
        case .unavailable(let message): message
        }
    }
}

extension Refusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .keyDidNotArrive: "the key has not reached Dify"
        case .workspaceWithoutOwner: "the app's workspace has no active owner"
        case .workspaceArchived: "the app's workspace is archived"
        case .workspaceGone: "the app's workspace no longer exists"
        case .appGone: "the app was deleted"
        case .appAbnormal: "the app was taken out of service"
        case .apiAccessOff: "the app's API access is switched off"
        case .notWorkflowApp: "Dify keeps no workflow logs for apps of this mode"
        case .unknownAccount: "no member of the workspace has the account that is filtered by"
        case .filter: "Dify does not take the filter"
        }
    }
}

extension TLSProblem: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notTLS: "the server does not speak TLS on this port"
        case .expired: "the server's certificate has expired"
        case .notYetValid: "the server's certificate is not valid yet"
        case .unknownAuthority: "the server's certificate is self-signed, or of an authority that is not trusted here"
        case .wrongName: "the server's certificate is for another name"
        case .authoritiesUnreadable: "the trusted authorities cannot be read"
        case .other: "the TLS connection has failed"
        }
    }
}
