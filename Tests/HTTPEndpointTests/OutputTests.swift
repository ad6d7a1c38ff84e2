import Testing

@testable import HTTPEndpoint

struct OutputTests {
    private func output(head: String, body: [UInt8]) -> Output {
        var output = Output()
        output.append(HTTPResponse.Encoded(head: Array(head.utf8), body: body[...]))
        return output
    }

    @Test func `a large body is sent from the buffer that it came in`() {
        let body = [UInt8](repeating: 65, count: 10_000)
        var part = LongBodyPart()
        let output = output(head: "head", body: body)
        #expect(output.sharedBody == SharedBody(body[...]))
        let pending = output.pending(by: &part)
        #expect(pending.own.elementsEqual("head".utf8) && pending.body.count == 10_000)
    }

    @Test func `a small body goes out with its head`() {
        var part = LongBodyPart()
        let output = output(head: "head", body: [65, 66])
        #expect(output.sharedBody == nil)
        let pending = output.pending(by: &part)
        #expect(pending.own.elementsEqual("headAB".utf8) && pending.body.isEmpty)
    }

    @Test(arguments: [1, 3, 4, 5, 5000])
    func `however much is sent at once, all of it is sent`(step: Int) {
        let body = (0..<10_000).map { UInt8(truncatingIfNeeded: $0) }
        var output = output(head: "head", body: body)
        var part = LongBodyPart()
        #expect(output.sentWhole(by: &part, step) == Array("head".utf8) + body)
        #expect(output.sharedBody == nil)
    }

    @Test(arguments: [
        (1000, 999), (LongBodyPart.size, 5000), (LongBodyPart.size + 1, 70_000), (400_000, 4099), (400_000, 1 << 20),
    ])
    func `a long body is sent part by part`(count: Int, step: Int) {
        let body = LongBody.counting(count)
        var output = output(body)
        #expect(output.count == 4 + count && output.sharedBody == SharedBody(body))
        var part = LongBodyPart()
        #expect(output.sentWhole(by: &part, step) == Array("head".utf8) + (0..<count).map(LongBody.byte))
        #expect(output.sharedBody == nil)
    }

    @Test func `what was not taken of a long body is offered again as it was, whoever was served meanwhile`() {
        let (body, other) = (LongBody.counting(500_000), LongBody.counting(300_000))
        var part = LongBodyPart()
        var (first, second, third) = (output(body), output(body), output(other))
        first.wrote(4 + 200_000)
        second.wrote(4 + 190_000)
        let offered = first.pending(by: &part).body
        #expect(offered.first == LongBody.byte(at: 200_000))
        for _ in 0..<3 {
            second.wrote(second.pending(by: &part).body.count / 2)
            third.wrote(third.pending(by: &part).body.count)
            #expect(first.pending(by: &part).body.elementsEqual(offered))
        }
    }

    private func output(_ body: LongBody) -> Output {
        var output = Output()
        output.append(HTTPResponse.Encoded(head: Array("head".utf8), body: [], longBody: body))
        return output
    }

    @Test func `a long body counts with what it holds, not with what it comes to`() {
        var bodies = UnsentBodies()
        bodies.hold(SharedBody(.counting(5_000_000, memory: 300)))
        #expect(bodies.bytes == 300)
    }

    @Test func `a body that many hold counts once, until the last lets go`() {
        let (first, second) = ([UInt8](repeating: 1, count: 5000), [UInt8](repeating: 2, count: 7000))
        let (firstBody, secondBody) = (SharedBody(first[...]), SharedBody(second[...]))
        var bodies = UnsentBodies()
        for _ in 0..<500 { bodies.hold(firstBody) }
        bodies.hold(secondBody)
        #expect(bodies.bytes == 12_000 && bodies.count == 2)
        bodies.release(secondBody)
        for _ in 0..<499 { bodies.release(firstBody) }
        #expect(bodies.bytes == 5000 && bodies.count == 1)
        bodies.release(firstBody)
        bodies.release(firstBody)
        #expect(bodies.bytes == 0 && bodies.count == 0)
    }
}

extension Output {
    /// Everything, taken in steps of so many bytes at most.
    fileprivate mutating func sentWhole(by part: inout LongBodyPart, _ step: Int) -> [UInt8] {
        var sent: [UInt8] = []
        while !isEmpty {
            let (own, body) = pending(by: &part)
            let piece = (own + body).prefix(step)
            sent += piece
            wrote(piece.count)
        }
        return sent
    }
}
