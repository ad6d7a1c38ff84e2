import Bytes
import CivilTime
import DifyAPI

/// Carries requests to a simulated Dify without a socket and without waiting: an answer takes no time, and what goes wrong on
/// its way becomes the error that a real transport would throw.
package actor SimulatedTransport: Transport {
    private var dify: SimulatedDify
    private let clock: @Sendable () -> UnixTime

    /// `clock` tells the moment of each request, on the simulation's own time.
    package init(_ dify: SimulatedDify, clock: @escaping @Sendable () -> UnixTime) {
        self.dify = dify
        self.clock = clock
    }

    package func get(_ request: TransportRequest) async throws(TransportError) -> TransportResponse {
        guard let target = SimulatedRequest(url: request.url, fields: request.fields) else {
            throw .connection("there is no host in \(request.url)")
        }
        let answer = dify.answer(target, at: clock())
        switch answer.fault {
        case .none: break
        case .cut(let count): throw .connection("the answer ended after \(count) bytes of its body")
        case .reset: throw .connection("the connection was reset")
        case .stall: throw .timeout
        }
        guard answer.response.body.count <= request.bodyLimit else { throw .tooLong }
        return answer.response
    }

    /// Lets something happen to the Dify now.
    package func apply(_ change: Change) {
        dify.apply(change, at: clock())
    }

    package func truth(of app: String) -> Truth {
        dify.truth(of: app, at: clock())
    }

    /// Reads or changes the Dify as a whole.
    package func withDify<Result: Sendable>(_ body: @Sendable (inout SimulatedDify) -> Result) -> Result {
        body(&dify)
    }
}

extension SimulatedRequest {
    /// A GET as it reaches the server; nil for a URL without a host.
    init?(url: String, fields: [HTTPField]) {
        guard let scheme = url.firstOccurrence(of: "://") else { return nil }
        let rest = url[scheme.upperBound...]
        let host = rest.prefix { $0 != "/" && $0 != "?" }
        guard !host.isEmpty else { return nil }
        let target = rest[host.endIndex...].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let query = target.count > 1 ? target[1].split(separator: "&") : []
        self.init(
            path: target.first.map { decoded($0) } ?? "/",
            query: query.map { pair in
                let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                return (decodedForm(parts[0]), parts.count > 1 ? decodedForm(parts[1]) : "")
            },
            authorization: fields.first { $0.name.lowercased() == "authorization" }?.value, host: String(host))
    }
}

/// A query's text, in which a plus sign is a space; the trap of dify-logs-api §1.3.
private func decodedForm(_ text: Substring) -> String {
    decoded(Substring(text.map { $0 == "+" ? " " : $0 }))
}

/// Every %XX as its byte; a stray percent sign stays.
private func decoded(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
        let digits = String(Substring(rest.prefix(2)))
        if byte == UInt8(ascii: "%"), digits.utf8.count == 2, let value = UInt8(digits, radix: 16) {
            bytes.append(value)
            rest = rest.dropFirst(2)
        } else {
            bytes.append(byte)
        }
    }
    return String(decoding: bytes, as: UTF8.self)
}
