import HTTPEndpoint
import Metrics

@testable import Exporter

/// Feeds any text to the readers of header fields: whatever a client accepts, one of the formats is chosen, and a client that
/// does not ask for gzip gets none; `Authorization` gives a user without a colon or nothing; and nothing may trap.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzNegotiation(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let text = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    let (format, escaping) = ExpositionFormat.negotiate(accept: text)
    let type = format.contentType(escaping: escaping)
    precondition(type.utf8.allSatisfy { (0x20...0x7e).contains($0) }, "a content type that steers: \(type)")
    let lowercased = text.lowercased()
    precondition(
        !AcceptEncoding.allowsGzip(text) || lowercased.contains("gzip") || lowercased.contains("*"), "gzip unasked")
    if let credentials = Credentials(authorization: text) {
        precondition(!credentials.user.contains(":") || credentials.user.contains("\u{fffd}"), "\(credentials.user)")
        precondition("\(credentials)" == "<credentials>")
    }
    precondition(loopback.allows("localhost:80"))
    _ = loopback.allows(text)
    return 0
}

private let loopback = HostRule(
    allowed: [], listeningOn: [ListenAddress(host: "127.0.0.1", port: 13439)], machine: "machine")
