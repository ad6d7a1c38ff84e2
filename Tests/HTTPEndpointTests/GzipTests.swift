import Metrics
import MetricsFixtures
import TestSupport
import Testing

@testable import HTTPEndpoint

@Suite struct GzipTests {
    @Test(arguments: [
        ExpositionFormat.textV004, .openMetrics(.v100), .protobufDelimited,
    ])
    func `pages come back and are smaller`(format: ExpositionFormat) throws {
        let page = Exposition.encode(FixedState.families, as: format)
        let compressed = try #require(Gzip.compress(page))
        #expect(compressed.count < page.count * 2 / 3)
        #expect(try Inflate.gunzip(compressed) == page)
    }

    @Test func `nothing comes back as nothing`() throws {
        #expect(try Inflate.gunzip(try #require(Gzip.compress([]))) == [])
    }

    @Test(arguments: [1, LongBodyPart.size, 3 * LongBodyPart.size + 5])
    func `a long body comes back`(count: Int) throws {
        var response = HTTPResponse(status: 200)
        response.longBody = .counting(count)
        let body = (0..<count).map(LongBody.byte)
        #expect(try Inflate.gunzip(try #require(Gzip.compress(.counting(count)))) == body)
        let compressed = response.compressed()
        #expect((compressed.longBody == nil) == (count > 1))
        if count > 1 { #expect(try Inflate.gunzip(compressed.body) == body) }
    }

    @Test func `noise that cannot be compressed comes back`() throws {
        var random = Seeded(5)
        let noise = (0..<100_000).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        #expect(try Inflate.gunzip(try #require(Gzip.compress(noise))) == noise)
    }
}
