import Bytes
import CCurl
import CivilTime
import Dispatch

/// One of libcurl's transfer handles with the thread that waits for it, so that no thread of the concurrency pool ever
/// blocks on the network.
///
/// Unchecked, because the handle is a C pointer: `queue` alone uses it, but for the cancellation, which libcurl allows
/// from any thread.
final class CurlSlot: @unchecked Sendable {
    private let handle: OpaquePointer
    private let queue = DispatchQueue(label: "dify-exporter.curl", autoreleaseFrequency: .workItem)

    init?() {
        guard let handle = ccurl_slot_create() else { return nil }
        self.handle = handle
    }

    deinit {
        ccurl_slot_destroy(handle)
    }

    func get(
        _ request: TransportRequest, settings: CurlTransport.Settings, _ longAnswers: LongAnswers
    ) async -> Result<TransportResponse, TransportError> {
        ccurl_slot_rearm(handle)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                queue.async { continuation.resume(returning: self.transfer(request, settings, longAnswers)) }
            }
        } onCancel: {
            ccurl_slot_cancel(handle)
        }
    }

    private func transfer(
        _ request: TransportRequest, _ settings: CurlTransport.Settings, _ longAnswers: LongAnswers
    ) -> Result<TransportResponse, TransportError> {
        let lines = request.fields.map { "\($0.name): \($0.value)" }
        let timeout = Int(request.timeout.wholeMilliseconds)
        let body = Body(limit: request.bodyLimit, longAnswers) { [handle = UnsafeHandle(pointer: handle)] in
            ccurl_slot_cancel(handle.pointer)
        }
        return withCStrings([request.url, settings.userAgent, settings.caFile, settings.caPath] + lines) { texts in
            texts.withUnsafeBufferPointer { texts in
                let headers = UnsafeRawPointer(texts.baseAddress! + 4).assumingMemoryBound(
                    to: UnsafePointer<CChar>?.self)
                var raw = ccurl_request(
                    url: texts[0], headers: headers, user_agent: texts[1], timeout_milliseconds: timeout,
                    connect_timeout_milliseconds: min(timeout, Self.longestConnecting),
                    receive: { Body.receive($0, $1, $2) }, receive_context: Unmanaged.passUnretained(body).toOpaque(),
                    body_limit: request.bodyLimit, ca_file: texts[2], ca_path: texts[3])
                return withExtendedLifetime(body) {
                    let response = ccurl_slot_get(handle, &raw)
                    return body.arrived()
                        ? Self.result(of: response, body) : .failure(.tooLongTogether(longAnswers.limit))
                }
            }
        }
    }

    /// Milliseconds. A server that is not there would otherwise be waited for as long as one that has much to do.
    private static let longestConnecting = 10_000

    /// Takes a body in where it is read from later: a copy would double what a long answer takes.
    ///
    /// A long body gets room for the longest at once. Growing step by step would need the old room and the new one together,
    /// and leave both with the process; so large a piece comes from the system page by page and goes back to it whole.
    private final class Body {
        private var bytes: [UInt8] = []
        private let limit: Int
        private let longAnswers: LongAnswers
        private let giveUp: @Sendable () -> Void
        /// Once it is a long one.
        private(set) var share: LongAnswers.Share?

        private static let usual = 1 << 20

        init(limit: Int, _ longAnswers: LongAnswers, giveUp: @escaping @Sendable () -> Void) {
            (self.limit, self.longAnswers, self.giveUp) = (limit, longAnswers, giveUp)
        }

        /// False where it was given up.
        func arrived() -> Bool { share?.arrive() ?? true }

        static func receive(_ context: UnsafeMutableRawPointer?, _ bytes: UnsafePointer<UInt8>?, _ count: Int) {
            guard let context else { return }
            let body = Unmanaged<Body>.fromOpaque(context).takeUnretainedValue()
            if body.bytes.count + count > usual {
                if body.bytes.capacity < body.limit { body.bytes.reserveCapacity(body.limit) }
                let share = body.share ?? body.longAnswers.share(giveUp: body.giveUp)
                body.share = share
                share.grow(to: body.bytes.count + count)
            }
            body.bytes.append(contentsOf: UnsafeBufferPointer(start: bytes, count: count))
        }

        func take() -> [UInt8] {
            defer { bytes = [] }
            return bytes
        }
    }

    private static func result(of raw: ccurl_response, _ body: Body) -> Result<TransportResponse, TransportError> {
        let message = raw.message.map { String(cString: $0) } ?? ""
        switch raw.outcome {
        case CCURL_OK:
            let head = UnsafeBufferPointer(start: raw.headers, count: raw.headers_length)
            return .success(
                TransportResponse(
                    status: raw.status, fields: fields(String(decoding: head, as: UTF8.self)), body: body.take(),
                    memory: body.share))
        case CCURL_TIMEOUT: return .failure(.timeout)
        case CCURL_TLS:
            let problem = TLSProblem(code: raw.code, verifyResult: raw.verify_result, message: message)
            return .failure(.tls(problem, message))
        case CCURL_TOO_LONG: return .failure(.tooLong)
        case CCURL_HEADERS_TOO_LONG: return .failure(.headersTooLong)
        case CCURL_CANCELLED: return .failure(.cancelled)
        default: return .failure(.connection(timeless(message)))
        }
    }

    /// The library's words without how long it tried, so that one cause has one text: "Failed to connect to dify.internal port
    /// 443 after 3 ms: Couldn't connect to server".
    static func timeless(_ message: String) -> String {
        guard let start = message.firstOccurrence(of: " after ") else { return message }
        let rest = message[start.upperBound...]
        let span = rest.prefix { $0.isASCII && $0.isNumber }
        guard !span.isEmpty, rest.dropFirst(span.count).hasPrefix(" ms") else { return message }
        return String(message[..<start.lowerBound] + rest.dropFirst(span.count + 3))
    }

    private static func fields(_ head: String) -> [HTTPField] {
        head.split(separator: "\r\n").dropFirst().compactMap { line in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            return HTTPField(name: String(line[..<colon]), value: String(value))
        }
    }
}

/// A transfer handle for a closure that may run on any thread: it only cancels, which libcurl allows from any.
private struct UnsafeHandle: @unchecked Sendable {
    let pointer: OpaquePointer
}

/// Calls `body` with the texts as C strings, nil staying nil, and one more nil at the end.
private func withCStrings<Result>(_ texts: [String?], _ body: ([UnsafePointer<CChar>?]) -> Result) -> Result {
    func descend(_ rest: ArraySlice<String?>, _ pointers: [UnsafePointer<CChar>?]) -> Result {
        guard let first = rest.first else { return body(pointers + [nil]) }
        guard let text = first else { return descend(rest.dropFirst(), pointers + [nil]) }
        return text.withCString { descend(rest.dropFirst(), pointers + [$0]) }
    }
    return descend(texts[...], [])
}
