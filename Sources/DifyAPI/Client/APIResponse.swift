import Bytes
import CivilTime
import JSON

/// What the fields of any answer tell about its server.
package struct ServerFacts: Equatable, Sendable {
    /// `X-Version`: every Dify since 0.10.1 sends its version with each answer (dify-logs-api §6). Nil for what is no version.
    package var version: String?
    /// `Date`: the server's clock when it began to answer, to the second. Nil for a time of no possible log.
    package var date: UnixTime?

    package init(version: String? = nil, date: UnixTime? = nil) {
        self.version = version
        self.date = date
    }

    /// `now` is this machine's clock.
    init(_ response: TransportResponse, now: UnixTime, key: APIKey?) {
        version = response.field("X-Version").flatMap { Self.version($0, key: key) }
        date = response.field("Date").flatMap { UnixTime(httpDate: $0, now: now) }.flatMap { date in
            WorkflowLog.plausibleSeconds.contains(date.second) ? date : nil
        }
    }

    /// A version is a number with what may follow, as in `1.10.1-fix.1`; it is a label value and stands on pages.
    private static func version(_ text: String, key: APIKey?) -> String? {
        let isVersion =
            text.utf8.count <= 32 && (text.utf8.first.map { (0x30...0x39).contains($0) } ?? false)
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte | 0x20) || ".-+_".utf8.contains(byte)
            }
        return isVersion && (key.map { $0.redacted(from: text) == text } ?? true) ? text : nil
    }
}

/// Makes a server's words fit to be shown: without the key, in one short line, with nothing that steers.
struct Quotation {
    let key: APIKey?

    static let limit = 200

    func callAsFunction(_ text: String) -> String {
        // In this order: what is left of a key that was cut would not be recognised.
        (key?.redacted(from: text) ?? text).asLine(limit: Self.limit)
    }
}

extension TransportResponse {
    /// The body of a 200 answer in JSON, or the error that this answer means. `hasFilter` tells whether the request had one.
    func successfulBody(now: UnixTime, key: APIKey?, hasFilter: Bool) throws(APIError) -> [UInt8] {
        guard status == 200 else { throw failure(now: now, key: key, hasFilter: hasFilter) }
        let type = field("Content-Type")?.lowercased() ?? ""
        guard type.hasPrefix("application/json") else {
            let shown = type.isEmpty ? "missing" : Quotation(key: key)(type)
            throw .notDify(status: status, message: "its content type is \(shown)")
        }
        return body
    }

    private func failure(now: UnixTime, key: APIKey?, hasFilter: Bool) -> APIError {
        let details = ErrorBody(body, key: key)
        let message = details.message.map(Quotation(key: key).callAsFunction) ?? "no reason given"
        // A date is meant on the server's own clock, which may be far from this machine's.
        let serverNow = ServerFacts(self, now: now, key: key).date ?? now
        let wait = field("Retry-After").flatMap { RetryAfter.parse($0, now: serverNow) }
        if let text = details.message,
            let refusal = Refusal(status: status, code: details.code, message: text, hasFilter: hasFilter)
        {
            return .refused(refusal, status: status, message: message)
        }
        switch status {
        case 401: return .authentication(message: message)
        case 403 where details.isDify: return .forbidden(message: message)
        case 400 where details.unreadableRow != nil: return .unreadableRow(index: details.unreadableRow)
        case 400 where details.isDify: return .invalidParameter(message: message)
        case 429: return .throttled(status: status, retryAfter: wait)
        case 503 where wait != nil: return .throttled(status: status, retryAfter: wait)
        case 500...599: return .server(status: status, message: message)
        default: return notDify(details, Quotation(key: key))
        }
    }

    private func notDify(_ details: ErrorBody, _ quote: Quotation) -> APIError {
        if let location = field("Location") {
            return .notDify(status: status, message: "a redirect to \(quote(location))")
        }
        let isHTML = field("Content-Type")?.lowercased().hasPrefix("text/html") ?? false
        let message = details.message.map(quote.callAsFunction)
        return .notDify(status: status, message: message ?? (isHTML ? "a page of HTML" : "no reason given"))
    }
}

/// The body of an answer that is no success. Its shape differs by version and it may be a proxy's HTML, so nothing in it
/// is required (dify-logs-api §1.4).
private struct ErrorBody {
    /// The beginning of the server's words, without the key.
    var message: String?
    var code: String?
    /// The first row of the page that the server could not serve, by its place on the page.
    var unreadableRow: Int? { message.flatMap(Self.unreadableRow) }
    /// Whether it is an object with a message, as every Dify's is.
    var isDify: Bool { message != nil }

    init(_ body: [UInt8], key: APIKey?) {
        do {
            try read(body, key: key)
        } catch {
            // Not JSON, or cut: what was read before tells nothing for sure.
            (message, code) = (nil, nil)
        }
    }

    /// `1 validation error for WorkflowAppLogPaginationResponse\ndata.34.created_by_end_user …`: the server checks its own
    /// answer, and names each value that it cannot write.
    private static func unreadableRow(_ message: String) -> Int? {
        let lines = message.split(separator: "\n")
        guard let head = lines.first, head.hasOccurrence(of: "validation error"), head.hasSuffix("Response") else {
            return nil
        }
        return lines.dropFirst().compactMap { line in
            let parts = line.split(separator: ".", maxSplits: 2)
            return parts.count >= 2 && parts[0] == "data" ? Int(parts[1]).flatMap { $0 >= 0 ? $0 : nil } : nil
        }.min()
    }

    private mutating func read(_ body: [UInt8], key: APIKey?) throws(JSONError) {
        var reader = try AnswerReader(body, key: key)
        try reader.enterObject()
        while let key = try reader.nextKey(RefusalKey.keys) {
            switch key {
            case .message: message = try reader.readTextIfPresent(key.rawValue, limit: TextLimit.error)
            case .code: code = try reader.readTextIfPresent(key.rawValue)
            }
        }
    }

    private enum RefusalKey: String, CaseIterable {
        case message, code

        static let keys = AnswerKeys<RefusalKey>()
    }
}
