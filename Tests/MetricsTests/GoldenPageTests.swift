import MetricsFixtures
import Testing

@testable import Metrics

@Suite struct GoldenPageTests {
    private func page(_ format: ExpositionFormat, createdSamples: Bool = false) -> Bytes {
        Exposition.encode(FixedState.families, as: format, Exposition.Options(createdSamples: createdSamples))
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

    @Test func createdSamplesAreAllThatTheirSwitchAdds() {
        let lines = String(decoding: page(.openMetrics(.v100), createdSamples: true), as: UTF8.self).split(
            separator: "\n")
        let added = lines.filter { $0.contains("_created") }
        #expect(lines.filter { !$0.contains("_created") } == GoldenPages.openMetrics.split(separator: "\n"))
        #expect(
            added == [
                #"demo_duration_seconds_created{app="quiet"} 1700000000.5"#,
                #"demo_duration_seconds_created{app="shop"} 1700000000"#,
                #"demo_runs_created{app="shop",status="failed"} 1700000000.25"#,
                #"demo_runs_created{app="shop",status="succeeded"} 1700000000"#,
                #"demo_waited_seconds_created{app="shop"} 1700000000"#,
            ])
    }
}
