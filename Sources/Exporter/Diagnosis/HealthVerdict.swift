import HTTPEndpoint

/// What an answer of `/-/healthy` says of the program, to somebody who may have no password and no certificate.
package struct HealthVerdict: Equatable, Sendable {
    package let isHealthy: Bool

    /// To follow the address.
    package let text: String

    /// Who refuses as the web configuration says is alive: that is all that can be known without credentials.
    package init(on answer: HTTPProbe.Answer, of web: WebConfiguration) {
        (isHealthy, text) =
            switch answer {
            case .status(200): (true, "is healthy")
            case .status(401) where !web.users.isEmpty: (true, "is healthy, as far as it says without a password")
            case .status(429) where web.rateLimit != nil: (true, "is healthy, and answers no more at this moment")
            case .handshakeRefused where web.tls?.clientCertificate.isNeeded == true:
                (true, "is healthy, as far as it says without a client certificate")
            case .status(let status): (false, "answers with status \(status)")
            case .handshakeRefused: (false, "refuses the TLS handshake")
            }
    }
}
