import CivilTime
import JSON

/// Why Dify gave no page of logs. Each case wants another reaction, and its text tells the operator which.
package enum APIError: Error, Equatable, Sendable {
    /// 401: the key is wrong, or its workspace is gone.
    case authentication(message: String)
    /// 403: the app was deleted, or its API access is off.
    case forbidden(message: String)
    /// 400: a filter that the server does not take.
    case invalidParameter(message: String)
    /// 400 since 1.13.1: a row of the page has a value that the server cannot serve. `index` is the row's place on the page,
    /// from 0, where the server tells it (dify-logs-api §0b).
    case unreadableRow(index: Int?)
    /// 429, or 503 with Retry-After; the wait that the server asks for, if it does.
    case throttled(status: Int, retryAfter: Duration?)
    case server(status: Int, message: String)
    case timeout(after: Duration)
    case connection(message: String)
    case tls(message: String)
    /// The answer is not one of Dify's service API: HTML, a redirect, other JSON.
    case notDify(status: Int, message: String)
    /// Rows older than asked for: the server is older than 1.1.0 and would be counted wrong.
    case ignoresTimeBounds
    case cancelled
    /// libcurl cannot be used; the text says what to install.
    case unavailable(message: String)

    /// The `code` label of `dify_exporter_api_requests_total`.
    package var code: String {
        switch self {
        case .authentication: "401"
        case .forbidden: "403"
        case .invalidParameter, .unreadableRow: "400"
        case .throttled(let status, _), .server(let status, _): String(status)
        case .timeout: "timeout"
        case .connection, .cancelled, .unavailable: "connection"
        case .tls: "tls"
        case .notDify(let status, _): status == 200 ? "invalid_response" : String(status)
        case .ignoresTimeBounds: "invalid_response"
        }
    }

    /// Whether the same request may well succeed a moment later.
    package var isTransient: Bool {
        switch self {
        case .server, .timeout, .connection, .throttled: true
        // A body cut on its way, or a proxy's page, looks like another service for a moment.
        case .notDify(let status, _): status == 200 || status >= 500
        case .authentication, .forbidden, .invalidParameter, .unreadableRow, .tls, .ignoresTimeBounds, .cancelled,
            .unavailable:
            false
        }
    }

    /// Whether only the operator can mend it, so that asking often is of no use.
    package var needsOperator: Bool {
        switch self {
        case .authentication, .forbidden, .invalidParameter, .ignoresTimeBounds, .unavailable: true
        case .throttled, .server, .timeout, .connection, .tls, .notDify, .cancelled, .unreadableRow: false
        }
    }
}

extension APIError: CustomStringConvertible {
    /// What happened and what to do, in one line.
    package var description: String {
        switch self {
        case .authentication(let message):
            "Dify refuses the key (401: \(message)). Take the app's key from its API Access page in Dify and check that "
                + "it begins with 'app-'."
        case .forbidden(let message):
            "Dify denies access (403: \(message)). Switch the app's API access on in Dify, or remove the app here."
        case .invalidParameter(let message):
            "Dify does not take the request (400: \(message)). Check the app's filter."
        case .unreadableRow:
            "Dify cannot serve a row of its log list (400), and so none of the page. Its own log names the value."
        case .throttled(let status, let wait):
            "Dify, or a proxy before it, is throttling (\(status)\(wait.map { ", wait \($0.prometheusText)" } ?? "")). "
                + "Lower requests_per_second or lengthen poll_interval."
        case .server(let status, let message):
            "Dify has failed (\(status): \(message)). Its own log says why; the request is repeated."
        case .timeout(let limit):
            "Dify has not answered within \(limit.prometheusText). Raise request_timeout, or look at Dify's load."
        case .connection(let message):
            "there is no connection (\(message)). Check base_url, the network and that Dify is running."
        case .tls(let message):
            "the TLS connection cannot be trusted (\(message)). Renew the server's certificate, or name a private "
                + "authority's PEM file in SSL_CERT_FILE."
        case .notDify(let status, let message):
            "the answer is not from Dify's service API (\(status): \(message)). Check base_url: it usually ends with /v1."
        case .ignoresTimeBounds:
            "this Dify ignores created_at__after, so it is older than 1.1.0 and cannot be counted rightly. Upgrade Dify."
        case .cancelled: "the request was cancelled."
        case .unavailable(let message): "\(message)."
        }
    }
}
