/// Carries one GET to a server and its answer back. Production uses libcurl, tests and simulations whatever they like.
package protocol Transport: Sendable {
    func get(_ request: TransportRequest) async throws(TransportError) -> TransportResponse
}

package struct TransportRequest: Sendable {
    package var url: String
    package var fields: [HTTPField]
    /// From the first byte sent to the last one received.
    package var timeout: Duration
    /// Bytes of the decoded body; the transport gives up beyond them.
    package var bodyLimit: Int

    package init(url: String, fields: [HTTPField], timeout: Duration, bodyLimit: Int) {
        self.url = url
        self.fields = fields
        self.timeout = timeout
        self.bodyLimit = bodyLimit
    }
}

package struct HTTPField: Hashable, Sendable {
    package var name: String
    package var value: String

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

package struct TransportResponse: Sendable {
    package var status: Int
    package var fields: [HTTPField]
    package var body: [UInt8]
    /// Accounts for the body's memory for as long as it lives.
    let memory: (any Sendable)?

    package init(status: Int, fields: [HTTPField], body: [UInt8]) {
        self.init(status: status, fields: fields, body: body, memory: nil)
    }

    init(status: Int, fields: [HTTPField], body: [UInt8], memory: (any Sendable)?) {
        self.status = status
        self.fields = fields
        self.body = body
        self.memory = memory
    }

    /// The first field of that name, in any case.
    package func field(_ name: String) -> String? {
        fields.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}

/// Why there is no answer.
package enum TransportError: Error, Equatable, Sendable {
    case timeout
    /// The name does not resolve, nobody listens, or the connection broke; with the library's words.
    case connection(String)
    case tls(TLSProblem, String)
    /// The body of an answer with status 200 went beyond the request's limit; of others the beginning is enough.
    case tooLong
    /// The header fields went beyond 64 KiB, or one of their lines beyond what the library takes.
    case headersTooLong
    /// It was the longest of several long ones on their way at once, which together went beyond so many bytes.
    case tooLongTogether(Int)
    case cancelled
    /// The transport itself cannot work, as when libcurl is missing; with a sentence that says what to do.
    case unavailable(String)
}
