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
        let output = output(head: "head", body: body)
        #expect(output.sharedBody == SharedBody(body[...]))
        #expect(output.pending.own.elementsEqual("head".utf8) && output.pending.body.count == 10_000)
    }

    @Test func `a small body goes out with its head`() {
        let output = output(head: "head", body: [65, 66])
        #expect(output.sharedBody == nil)
        #expect(output.pending.own.elementsEqual("headAB".utf8) && output.pending.body.isEmpty)
    }

    @Test(arguments: [1, 3, 4, 5, 5000])
    func `however much is sent at once, all of it is sent`(step: Int) {
        let body = (0..<10_000).map { UInt8(truncatingIfNeeded: $0) }
        var output = output(head: "head", body: body)
        var sent: [UInt8] = []
        while !output.isEmpty {
            let piece = (output.pending.own + output.pending.body).prefix(step)
            sent += piece
            output.wrote(piece.count)
        }
        #expect(sent == Array("head".utf8) + body)
        #expect(output.sharedBody == nil)
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
