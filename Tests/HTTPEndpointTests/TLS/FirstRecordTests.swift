import TestSupport
import Testing

@testable import HTTPEndpoint

/// When a TLS client has said enough for a session.
struct FirstRecordTests {
    /// A record of a handshake with so many bytes in it.
    private static func record(_ length: Int) -> [UInt8] {
        [22, 3, 1, UInt8(length >> 8), UInt8(length & 0xff)] + [UInt8](repeating: 7, count: length)
    }

    @Test(arguments: [0, 1, 300, 16_384, 65_535])
    func `a whole record is enough, and what follows it does no harm`(length: Int) {
        var firstRecord = FirstRecord()
        #expect(firstRecord.examine(Self.record(length)[...]) == .complete)
        firstRecord = FirstRecord()
        #expect(firstRecord.examine((Self.record(length) + [1, 2, 3])[...]) == .complete)
    }

    @Test(arguments: [1, 300, 16_384, 65_535])
    func `a part of a record waits for the rest`(length: Int) {
        let record = Self.record(length)
        var firstRecord = FirstRecord()
        #expect(firstRecord.awaitedBytes == 5)
        #expect(firstRecord.examine(record[..<5]) == .incomplete)
        #expect(firstRecord.awaitedBytes == record.count)
        #expect(firstRecord.examine(record[...]) == .complete)
    }

    @Test func `who stops in the middle is left to a session, so nobody looks again and again`() {
        var firstRecord = FirstRecord()
        #expect(firstRecord.examine(Self.record(300)[..<4]) == .complete)
        firstRecord = FirstRecord()
        #expect(firstRecord.examine(Self.record(300)[..<100]) == .incomplete)
        #expect(firstRecord.examine(Self.record(300)[..<100]) == .complete)
    }

    @Test func `what is no handshake is told from one`() {
        var firstRecord = FirstRecord()
        #expect(firstRecord.examine(Array("GET / HTTP/1.1\r\n".utf8)[...]) == .plain)
        #expect(firstRecord.examine([0]) == .plain)
    }

    @Test(arguments: [1, 2, 3])
    func `whatever comes, it is looked at twice at most, and within what a record may be`(seed: UInt64) {
        var random = Seeded(seed)
        for _ in 0..<2_000 {
            let bytes = (0..<Int.random(in: 1...40, using: &random)).map { _ in
                Bool.random(using: &random) ? 22 : UInt8.random(in: 0...255, using: &random)
            }
            var firstRecord = FirstRecord()
            guard firstRecord.examine(bytes[...]) == .incomplete else { continue }
            #expect(bytes.count < firstRecord.awaitedBytes && firstRecord.awaitedBytes <= 5 + 65_535)
            #expect(firstRecord.examine(bytes[...]) == .complete)
        }
    }
}
