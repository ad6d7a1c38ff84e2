import Exporter
import Foundation
import Platform
import TestSupport
import Testing

/// What stalls in the surroundings of the program stalls nothing in it.
@Suite(.serialized) struct StallTests {
    /// A pipe that is full and that nobody reads.
    private func fullPipe() throws -> (readEnd: Int32, writeEnd: Int32) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SystemError() }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
        let bytes = [UInt8](repeating: 0x2e, count: 4096)
        while write(ends[1], bytes, bytes.count) > 0 {}
        _ = fcntl(ends[1], F_SETFL, 0)
        return (ends[0], ends[1])
    }

    /// A port of this machine that was free a moment ago.
    private func freePort() async throws -> UInt16 {
        let other = try await TestedDify()
        await other.stop()
        return other.port
    }

    /// A program that asks `dify` and serves on a port of its own, which its log cannot tell. Where another test takes the port first, the
    /// program ends, and the next has another.
    private func startServing(_ dify: TestedDify, log: Int32) async throws -> (process: ChildProcess, port: UInt16) {
        for _ in 0..<5 {
            let port = try await freePort()
            let process = try Program.start(
                "--web.listen-address=127.0.0.1:\(port)", "--storage.path=", "--log.level=debug",
                environment: ["DIFY_API_KEY": TestedDify.key, "DIFY_API_BASE_URL": dify.url], standardError: log)
            try await Workbench.until { dify.answeredLogs > 0 || process.hasEnded }
            if !process.hasEnded { return (process, port) }
            #expect(try await process.ended() == .exited(1), "it ended for another reason than a port that is taken")
        }
        throw SystemError(code: EADDRINUSE)
    }

    @Test func `a log that nobody reads holds up neither scrapes nor the end`() async throws {
        let pipe = try fullPipe()
        let dify = try await TestedDify()
        let (process, port) = try await startServing(dify, log: pipe.writeEnd)
        close(pipe.writeEnd)
        for _ in 0..<20 { #expect(try await answer("/metrics", port: port).hasPrefix("HTTP/1.1 200 ")) }
        process.send(SIGTERM)
        #expect(try await process.ended() == .exited(0))
        close(pipe.readEnd)
        await dify.stop()
    }

    @Test func `a message that nobody reads does not keep the program from ending`() async throws {
        let pipe = try fullPipe()
        let process = try Program.start("--config.file=/nowhere", standardError: pipe.writeEnd)
        close(pipe.writeEnd)
        #expect(try await process.ended() == .exited(2))
        close(pipe.readEnd)
    }

    @Test func `a FIFO is no configuration file, and nobody waits for its writer`() async throws {
        try await Program.withFolder { folder in
            let path = folder + "/config.json"
            #expect(mkfifo(path, 0o600) == 0)
            for command in ["serve", "check", "logs"] {
                let process = try Program.start(command, "--config.file=\(path)")
                #expect(
                    try await process.text()
                        == "dify-exporter: the configuration file \(path) is not a regular file\n")
                #expect(try await process.ended() == .exited(2))
            }
        }
    }
}
