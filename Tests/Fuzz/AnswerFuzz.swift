import CivilTime

@testable import DifyAPI

/// Feeds any bytes to what makes sense of an answer: the first two are the status, lines up to an empty one are fields, the
/// rest is the body. Nothing may trap, no wait may be longer than it is said to be, and the key may stand in no error.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzAnswer(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    guard let start, count >= 2 else { return 0 }
    let statuses = [200, 400, 401, 403, 404, 429, 500, 502, 503, Int(start[1]) * 4]
    var rest = Array(UnsafeBufferPointer(start: start + 2, count: count - 2))[...]
    var fields: [HTTPField] = []
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")), end > rest.startIndex {
        let parts = rest[..<end].split(separator: UInt8(ascii: ":"), maxSplits: 1)
        if parts.count == 2 {
            fields.append(HTTPField(name: text(parts[0]), value: text(parts[1].drop { $0 == 0x20 })))
        }
        rest = rest[(end + 1)...]
    }
    let response = TransportResponse(
        status: statuses[Int(start[0]) % statuses.count], fields: fields, body: Array(rest.dropFirst()))
    let facts = ServerFacts(response, now: now, key: key)
    precondition(!holdsKey(facts.version ?? ""), "the key is in the version")
    do throws(APIError) {
        let body = try response.successfulBody(now: now, key: key, hasFilter: start[0] & 0x80 != 0)
        look(at: body)
    } catch {
        precondition(!holdsKey(error.description), "the key is in: \(error)")
        if case .throttled(_, let wait?) = error { precondition(wait >= .zero && wait <= RetryAfter.longest) }
    }
    return 0
}

private func look(at body: [UInt8]) {
    if let page = try? LogPage(json: body, key: key) {
        for log in page.logs { precondition(WorkflowLog.plausibleSeconds.contains(log.createdAt)) }
    }
    if let info = try? AppInfo(json: body, key: key) {
        precondition(!holdsKey("\(info)"), "the key is in: \(info)")
    }
}

private let now = UnixTime(seconds: 1_780_000_000)
private let secret = "app-k3y"
private let key = APIKey(secret)

private func holdsKey(_ text: String) -> Bool { text.lowercased().contains(secret) }

private func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
