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

    @Test func `noise that cannot be compressed comes back`() throws {
        var random = Seeded(5)
        let noise = (0..<100_000).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        #expect(try Inflate.gunzip(try #require(Gzip.compress(noise))) == noise)
    }
}
