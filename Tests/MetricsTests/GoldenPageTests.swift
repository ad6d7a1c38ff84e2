import MetricsFixtures
import Testing

@testable import Metrics

@Suite struct GoldenPageTests {
    private func page(_ format: ExpositionFormat) -> Bytes {
        Exposition.encode(FixedState.families, as: format)
    }

    @Test func text() {
        #expect(String(decoding: page(.textV004), as: UTF8.self) == GoldenPages.text)
    }

    @Test func openMetrics() {
        #expect(String(decoding: page(.openMetrics(.v100)), as: UTF8.self) == GoldenPages.openMetrics)
        #expect(page(.openMetrics(.v001)) == page(.openMetrics(.v100)))
    }

    @Test func protobuf() {
        #expect(page(.protobufDelimited) == ProtobufExpositionTests.bytes(GoldenPages.protobuf))
    }
}
