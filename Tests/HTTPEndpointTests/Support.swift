import CivilTime

@testable import HTTPEndpoint

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

extension LongBody {
    /// A body whose bytes follow from their places.
    static func counting(_ count: Int, memory: Int = 1000) -> LongBody {
        LongBody(count: count, memory: memory) { offset, buffer in
            for place in buffer.indices { buffer[place] = byte(at: offset + place) }
        }
    }

    /// A letter.
    static func byte(at place: Int) -> UInt8 { UInt8(ascii: "A") + UInt8(place % 23) }

    static func text(_ count: Int) -> String { String(decoding: (0..<count).map(byte), as: UTF8.self) }
}

extension ConnectionStateMachine {
    /// What is to be sent next.
    var pendingBytes: ArraySlice<UInt8> {
        var part = LongBodyPart()
        let (own, body) = pendingOutput(by: &part)
        return own + body
    }

    /// Everything that waits to be sent, taken by a client that is fast enough.
    mutating func sent(at now: Moment) -> (text: String, actions: [Action]) {
        let bytes = pendingBytes
        return (String(decoding: bytes, as: UTF8.self), wrote(bytes.count, at: now))
    }

    mutating func received(_ text: String, at now: Moment) -> [Action] {
        received(ArraySlice(text.utf8), at: now)
    }
}
