import CivilTime
import HTTPEndpoint
import Platform

/// Feeds one input to a connection in one piece and in pieces, and traps where the two differ or a promise is broken.
/// The first byte chooses the size of the pieces, the second the limits; the rest is what the client sends.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let start, count >= 2 else { return 0 }
    let bytes = Array(UnsafeBufferPointer(start: start + 2, count: count - 2))
    var limits = HTTPServer.Limits()
    if start[1] & 1 == 1 { limits.headBytes = 64 + Int(start[1]) }
    if start[1] & 2 == 2 { limits.bodyBytes = Int(start[1]) }
    let whole = Transcript(of: bytes, pieceSize: max(1, bytes.count), limits: limits)
    let pieces = Transcript(of: bytes, pieceSize: 1 + Int(start[0]) % 16, limits: limits)
    precondition(whole == pieces, "the pieces changed the outcome: \(whole) \(pieces)")
    return 0
}

/// What a client would see who reads everything at once, and what the handler saw.
private struct Transcript: Equatable {
    var requests: [HTTPRequest] = []
    var answers: [UInt8] = []
    var hasClosed = false

    init(of bytes: [UInt8], pieceSize: Int, limits: HTTPServer.Limits) {
        let now = Moment(instant: fixedInstant, date: UnixTime(seconds: 784_111_777))
        var connection = ConnectionStateMachine(limits: limits, at: now)
        for offset in stride(from: 0, to: bytes.count, by: pieceSize) {
            let piece = bytes[offset..<min(bytes.count, offset + pieceSize)]
            settle(&connection, connection.received(piece, at: now), at: now, limits: limits)
        }
        settle(&connection, connection.peerFinished(at: now), at: now, limits: limits)
        precondition(hasClosed, "a connection whose client has left stays open")
        precondition(connection.deadline == nil && !connection.wantsToRead && !connection.wantsToWrite)
    }

    /// Carries out actions until there are no more, answering each request with its path.
    private mutating func settle(
        _ connection: inout ConnectionStateMachine, _ first: [ConnectionStateMachine.Action], at now: Moment,
        limits: HTTPServer.Limits
    ) {
        var actions = first
        repeat {
            for action in actions.reversed() {
                switch action {
                case .handle(let request):
                    precondition(request.path.utf8.first == UInt8(ascii: "/"))
                    precondition(request.body.count <= limits.bodyBytes)
                    requests.append(request)
                    _ = connection.answered(.text(200, request.path), at: now)
                case .close, .reset: hasClosed = true
                case .cancelHandler, .finishWriting: break
                }
            }
            var part = LongBodyPart()
            let (own, body) = connection.pendingOutput(by: &part)
            let output = own + body
            // Whether a body is asked for depends on how much of it is here already, and so on the pieces.
            if !output.elementsEqual("HTTP/1.1 100 Continue\r\n\r\n".utf8) { answers += output }
            precondition(output.isEmpty || output.starts(with: "HTTP/1.1 ".utf8))
            actions = output.isEmpty ? [] : connection.wrote(output.count, at: now)
        } while !actions.isEmpty || connection.wantsToWrite
    }
}

private let fixedInstant = MonotonicTime.now
