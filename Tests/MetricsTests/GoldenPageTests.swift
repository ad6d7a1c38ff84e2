import MetricsFixtures
import Testing

@testable import Metrics

@Suite struct GoldenPageTests {
    private func page(_ format: ExpositionFormat) -> Bytes {
        Exposition.encode(FixedState.families, as: format)
    }

    @Test func `a page of text is the golden one`() {
        #expect(String(decoding: page(.textV004), as: UTF8.self) == GoldenPages.text)
    }

    @Test func `a page of OpenMetrics is the golden one`() {
        #expect(String(decoding: page(.openMetrics(.v100)), as: UTF8.self) == GoldenPages.openMetrics)
        #expect(page(.openMetrics(.v001)) == page(.openMetrics(.v100)))
    }

    @Test func `a page of protobuf is the golden one`() {
        #expect(page(.protobufDelimited) == ProtobufExpositionTests.bytes(GoldenPages.protobuf))
    }
}
