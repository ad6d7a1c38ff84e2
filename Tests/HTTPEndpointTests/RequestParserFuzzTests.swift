import TestSupport
import Testing

@testable import HTTPEndpoint

/// What must hold for every input, tried on many.
struct RequestParserFuzzTests {
    private static let samples = [
        "GET /metrics?app=a&app=b HTTP/1.1\r\nHost: localhost\r\nAccept: text/plain\r\n\r\n",
        "\r\nPOST /-/reload HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\nhello\r\nyou\u{0}GET / HTTP/1.0\r\n\r\n",
        "HEAD http://h/%C3%A4?q=%20 HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /2 HTTP/1.1\r\n\r\n",
        "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n1\r\na\r\n0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nab",
        "GET / HTTP/1.1\r\nHost: h\n\r\n",
        "GET /aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa HTTP/1.1\r\n\r\n",
    ]

    @Test(arguments: samples)
    func `where the bytes are cut changes nothing`(text: String) {
        let bytes = Array(text.utf8)
        for headLimit in [8192, 90, 40] {
            let whole = Outcome(of: [bytes[...]], headLimit: headLimit)
            for cut in bytes.indices {
                #expect(Outcome(of: [bytes[..<cut], bytes[cut...]], headLimit: headLimit) == whole, "cut at \(cut)")
            }
            #expect(Outcome(of: bytes.indices.map { bytes[$0...$0] }, headLimit: headLimit) == whole)
        }
    }

    @Test(arguments: 0..<10)
    func `altered requests end in requests, a wait or a refusal, however they are cut`(seed: UInt64) throws {
        var random = Seeded(seed)
        for _ in 0..<2000 {
            var bytes = Array(try #require(Self.samples.randomElement(using: &random)).utf8)
            for _ in 0..<Int.random(in: 1...4, using: &random) { Self.alter(&bytes, using: &random) }
            let cut = Int.random(in: 0...bytes.count, using: &random)
            let outcome = Outcome(of: [bytes[...]], headLimit: 100, bodyLimit: 20)
            #expect(Outcome(of: [bytes[..<cut], bytes[cut...]], headLimit: 100, bodyLimit: 20) == outcome, "\(bytes)")
            if let status = outcome.refusedStatus { #expect((400...599).contains(status)) }
        }
    }

    @Test(arguments: 0..<5)
    func `random bytes end in a wait or a refusal`(seed: UInt64) {
        var random = Seeded(seed)
        let alphabet = Array("GET / HTTP/1.1\r\n:%, \u{0}\u{7F}ä".utf8)
        for _ in 0..<4000 {
            let count = Int.random(in: 0...60, using: &random)
            let isPlausible = Bool.random(using: &random)
            let bytes = (0..<count).map { _ in
                isPlausible ? alphabet.randomElement(using: &random) ?? 0 : UInt8.random(in: 0...255, using: &random)
            }
            #expect(Outcome(of: [bytes[...]], headLimit: 50).only == nil)
        }
    }

    private static func alter(_ bytes: inout [UInt8], using random: inout Seeded) {
        let position = Int.random(in: 0...bytes.count, using: &random)
        let end = min(bytes.count, position + Int.random(in: 0...6, using: &random))
        let separators = Array("\r\n :/%?&=,\t\u{0}".utf8)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes.removeSubrange(position..<end)
        case 1: bytes.insert(contentsOf: bytes[position..<end], at: position)
        case 2: bytes.insert(separators.randomElement(using: &random) ?? 0, at: position)
        default: bytes.replaceSubrange(position..<end, with: [UInt8.random(in: 0...255, using: &random)])
        }
    }
}
