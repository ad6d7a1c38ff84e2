import DifyAPI
import LogCollection
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

    /// The lines that a log has after `write` has written to it.
    private func lines(_ write: (Logger, GatheringLog) throws -> Void) rethrows -> [Substring] {
        var ends: [Int32] = [-1, -1]
        #expect(pipe(&ends) == 0)
        let output = OutputQueue(descriptor: ends[1])
        let logger = Logger(level: .info, format: .logfmt, output: output)
        let log = GatheringLog(logger)
        try write(logger, log)
        log.flush()
        output.flush(within: .seconds(60))
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = read(ends[0], &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self).split(separator: "\n")
    }

    @Test func `two hundred apps whose Dify goes down write two lines`() {
        let text = lines { _, log in
            for number in 1...200 {
                log.log(.error, "Dify cannot be reached", app: "app-\(number)", baseURL: "http://dify.test/v1")
            }
        }
        #expect(text.count == 2)
        #expect(text.first?.contains("msg=\"Dify cannot be reached\" app=app-1 base_url=http://dify.test/v1") == true)
        #expect(text.last?.contains("apps=199 names=\"app-10, app-100, ") == true)
    }

    @Test func `two hundred apps whose disk is full write two lines, though each names its file`() throws {
        let text = try lines { logger, log in
            for number in 1...200 {
                let app = try self.app(number)
                let path = FileCheckpointStore.path(folder: "/data", app: app.displayName)
                CollectionLog(app: app, logger: logger, gathering: log)
                    .report(.failed(.notSaved(.disk("cannot write \(path).new: No space left on device"))))
            }
        }
        #expect(text.count == 2)
        #expect(text.first?.contains("cannot write /data/app-1-") == true)
        #expect(text.last?.contains("cannot write /data/*.checkpoint.new: No space left on device") == true)
    }

    private func app(_ number: Int) throws -> AppConfiguration {
        AppConfiguration(
            name: AppName("app-\(number)"), baseURL: .cloud, keySource: .inline(try #require(APIKey("k"))))
    }

    @Test func `two hundred apps that begin write two lines`() throws {
        let text = try lines { logger, log in
            for number in 1...200 {
                let info = AppInfo(
                    name: "Bot \(number)", description: nil, tags: [], mode: "workflow", authorName: nil)
                CollectionLog(app: try app(number), logger: logger, gathering: log)
                    .report(.connected(info, serverVersion: "1.13.0"))
            }
        }
        #expect(text.count == 2)
        #expect(text.first?.contains("dify_app=\"Bot 1\" mode=workflow dify_version=1.13.0") == true)
        #expect(text.last?.contains("the same for more apps: connected to Dify\" apps=199") == true)
    }
}
