import CivilTime

@testable import HTTPEndpoint

/// A generator whose seed is its whole state, so that a failure can be repeated (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// A parser's outcome in a form that can be compared.
enum Outcome: Equatable {
    case requests([RequestParser.Received], isMidRequest: Bool)
    case refused(after: [RequestParser.Received], RequestRefusal)

    /// What a parser makes of the pieces, in their order.
    init(of pieces: [ArraySlice<UInt8>], headLimit: Int = 8192, bodyLimit: Int = 65536) {
        var parser = RequestParser(headLimit: headLimit, bodyLimit: bodyLimit)
        var received: [RequestParser.Received] = []
        do throws(RequestRefusal) {
            for piece in pieces {
                parser.append(piece)
                while let next = try parser.next() { received.append(next) }
            }
            self = .requests(received, isMidRequest: parser.isMidRequest)
        } catch {
            self = .refused(after: received, error)
        }
    }

    init(of text: String) {
        self.init(of: [ArraySlice(text.utf8)])
    }

    var only: RequestParser.Received? {
        if case .requests(let received, isMidRequest: false) = self, received.count == 1 { received[0] } else { nil }
    }

    var refusedStatus: Int? {
        if case .refused(_, let refusal) = self { refusal.status } else { nil }
    }
}

/// 6 November 1994, 08:49:37 UTC: the moment that RFC 9110 uses for its examples.
let exampleDate = UnixTime(seconds: 784_111_777)

extension ConnectionStateMachine {
    /// Everything that waits to be sent, taken by a client that is fast enough.
    mutating func sent(at now: Moment) -> (text: String, actions: [Action]) {
        let text = String(decoding: pendingOutput, as: UTF8.self)
        return (text, wrote(pendingOutput.count, at: now))
    }

    mutating func received(_ text: String, at now: Moment) -> [Action] {
        received(ArraySlice(text.utf8), at: now)
    }
}
