import Exporter
import Foundation
import Platform
import TestSupport
import Testing

@Suite(.serialized) struct SignalTests {
    /// Whether the process catches SIGTERM, by the mask in its /proc.
    private func catchesTerminate(_ process: ChildProcess) throws -> Bool {
        let status = try String(contentsOfFile: "/proc/\(process.id)/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("SigCgt:") })
        let mask = try #require(UInt64(line.dropFirst("SigCgt:".count).trimmingCharacters(in: .whitespaces), radix: 16))
        return mask & 1 << (SIGTERM - 1) != 0
    }

    @Test func `a signal in the first milliseconds ends the program well`() async throws {
        try await Program.withFolder { folder in
            for _ in 0..<10 {
                let process = try Program.start(
                    "--web.listen-address=127.0.0.1:0", "--storage.path=\(folder)/data",
                    environment: ["DIFY_API_KEY": "app-x", "DIFY_API_BASE_URL": "http://127.0.0.1:9/v1"])
                try await Workbench.until { try catchesTerminate(process) }
                process.send(SIGTERM)
                #expect(try await process.ended() == .exited(0))
            }
        }
    }

    @Test(arguments: [(SIGTERM, 143), (SIGINT, 130)] as [(Int32, Int32)])
    func `a second signal ends the program at once, although a disk hangs`(signal: Int32, status: Int32) async throws {
        try await Program.withFolder { folder in
            // Nobody reads this pipe, so writing the checkpoint never ends.
            let checkpoint = FileCheckpointStore.path(folder: folder, app: "a") + ".new"
            #expect(mkfifo(checkpoint, 0o600) == 0)
            let dify = try await TestedDify()
            let process = try Program.start(
                "--web.listen-address=127.0.0.1:0", "--storage.path=\(folder)",
                environment: [
                    "DIFY_API_KEY": TestedDify.key, "DIFY_API_BASE_URL": dify.url, "DIFY_APP_NAME": "a",
                ])
            let port = try await Program.port(of: process)
            // Something has been read, so there is something to write.
            try await Workbench.until { dify.answeredLogs > 0 }
            #expect(try await answer("/metrics", port: port).hasPrefix("HTTP/1.1 200 "))
            process.send(signal)
            _ = try await process.line { $0.contains("msg=stopping") }
            process.send(signal)
            #expect(try await process.ended() == .exited(status))
            await dify.stop()
        }
    }

    @Test func `other commands end as the system has it`() async throws {
        // A Dify that accepts nobody: the command waits for it.
        let dify = try await TestedDify(answers: false)
        let process = try Program.start(
            "check", environment: ["DIFY_API_KEY": "app-x", "DIFY_API_BASE_URL": dify.url])
        try await Workbench.until { dify.requests > 0 }
        process.send(SIGINT)
        #expect(try await process.ended() == .signalled(SIGINT))
        await dify.stop()
    }
}
