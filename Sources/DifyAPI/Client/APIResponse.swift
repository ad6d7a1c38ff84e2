import CivilTime
import JSON

/// What the fields of any answer tell about its server.
package struct ServerFacts: Equatable, Sendable {
    /// `X-Version`: every Dify since 0.10.1 sends its version with each answer (dify-logs-api §6).
    package var version: String?
    /// `Date`: the server's clock when it began to answer, to the second.
    package var date: UnixTime?

    package init(version: String? = nil, date: UnixTime? = nil) {
        self.version = version
        self.date = date
    }

    init(_ response: TransportResponse) {
        version = response.field("X-Version").map { String($0.prefix(64)) }
        date = response.field("Date").flatMap { UnixTime(httpDate: $0, now: .now) }
    }
}

extension TransportResponse {
    /// The body of a 200 answer in JSON, or the error that this answer means.
    func successfulBody(now: UnixTime) throws(APIError) -> [UInt8] {
        guard status == 200 else { throw failure(now: now) }
        let type = field("Content-Type")?.lowercased() ?? ""
        guard type.hasPrefix("application/json") else {
            throw .notDify(status: status, message: "its content type is \(type.isEmpty ? "missing" : short(type))")
        }
        return body
    }

    private func failure(now: UnixTime) -> APIError {
        let details = ErrorBody(body)
        // A date is meant on the server's own clock, which may be far from this machine's.
        let serverNow = ServerFacts(self).date ?? now
        let wait = field("Retry-After").flatMap { RetryAfter.parse($0, now: serverNow) }
        switch status {
        case 401: return .authentication(message: details.message ?? "no reason given")
        case 403: return details.isDify ? .forbidden(message: details.message ?? "no reason given") : notDify(details)
        case 400:
            return details.isDify ? .invalidParameter(message: details.message ?? "no reason given") : notDify(details)
        case 429: return .throttled(status: status, retryAfter: wait)
        case 503 where wait != nil: return .throttled(status: status, retryAfter: wait)
        case 500...599: return .server(status: status, message: details.message ?? "no reason given")
        default: return notDify(details)
        }
    }

    private func notDify(_ details: ErrorBody) -> APIError {
        if let location = field("Location") {
            return .notDify(status: status, message: "a redirect to \(short(location))")
        }
        let isHTML = field("Content-Type")?.lowercased().hasPrefix("text/html") ?? false
        return .notDify(status: status, message: details.message ?? (isHTML ? "a page of HTML" : "no reason given"))
    }
}

/// The body of an answer that is no success. Its shape differs by version and it may be a proxy's HTML, so nothing in it
/// is required (dify-logs-api §1.4).
private struct ErrorBody {
    var message: String?
    /// Whether it is an object with a message, as every Dify's is.
    var isDify: Bool { message != nil }

    init(_ body: [UInt8]) {
        message = (try? Self.readMessage(body)).flatMap { $0 }
    }

    private static func readMessage(_ body: [UInt8]) throws(JSONError) -> String? {
        var reader = try JSONReader(body, limits: .init(bytes: 1 << 20))
        var message: String?
        try reader.enterObject()
        while let key = try reader.nextKey() {
            if key == "message", try reader.peek() == .string {
                message = short(try reader.readString())
            } else {
                try reader.skipValue()
            }
        }
        return message
    }
}

/// A server's words in one short line: 200 characters at most, white space folded, nothing that could steer a terminal.
private func short(_ text: String) -> String {
    let words = text.prefix(2000).split { $0.isWhitespace || $0.isNewline }
    let line = words.joined(separator: " ").unicodeScalars.filter { $0.properties.generalCategory != .control }
    let shown = String(String.UnicodeScalarView(line))
    return shown.count > 200 ? shown.prefix(199) + "…" : shown
}
