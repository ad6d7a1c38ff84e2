import Platform
import Testing

@testable import Exporter

@Suite struct AlikeLinesTests {
    private func kind(_ message: String, _ baseURL: String = "http://dify.test/v1") -> AlikeLines.Kind {
        .init(level: .error, message: message, baseURL: baseURL)
    }

    @Test func `the first line is written, and the apps that follow with the same one are told together`() {
        var lines = AlikeLines()
        let isWritten = ["a", "b", "c"].map { lines.begin(kind("down"), app: $0) }
        #expect(isWritten == [true, false, false])
        let others = [lines.begin(kind("refused"), app: "d"), lines.begin(kind("down", "http://b.test/v1"), app: "e")]
        #expect(others == [true, true])
        let held = lines.close(kind("down"))
        #expect(held == ["b", "c"])
        let next = lines.begin(kind("down"), app: "f")
        #expect(next)
    }

    @Test func `two hundred apps whose Dify goes down write two lines`() async throws {
        var ends: [Int32] = [-1, -1]
        #expect(pipe(&ends) == 0)
        let output = OutputQueue(descriptor: ends[1])
        let log = GatheringLog(Logger(level: .info, format: .logfmt, output: output))
        for number in 1...200 {
            log.log(.error, "Dify cannot be reached", app: "app-\(number)", baseURL: "http://dify.test/v1")
        }
        log.flush()
        output.flush(within: .seconds(60))
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = read(ends[0], &bytes, bytes.count)
        let text = String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self).split(separator: "\n")
        #expect(text.count == 2)
        #expect(text.first?.contains("msg=\"Dify cannot be reached\" app=app-1 base_url=http://dify.test/v1") == true)
        #expect(text.last?.contains("apps=199 names=\"app-10, app-100, ") == true)
    }
}
