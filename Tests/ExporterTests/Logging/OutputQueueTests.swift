import Platform
import TestSupport
import Testing

@testable import Exporter

@Suite struct OutputQueueTests {
    /// A pipe that nobody reads until a test does.
    private struct Pipe {
        let readEnd: Int32
        let writeEnd: Int32

        init() throws {
            var ends: [Int32] = [-1, -1]
            guard pipe(&ends) == 0 else { throw SystemError() }
            (readEnd, writeEnd) = (ends[0], ends[1])
        }

        /// Every line up to and with the one that `isLast`.
        func lines(until isLast: @escaping @Sendable (String) -> Bool) async throws -> [String] {
            let readEnd = readEnd
            return try await Workbench.programs.run {
                var bytes: [UInt8] = []
                var lines: [String] = []
                var chunk = [UInt8](repeating: 0, count: 1 << 16)
                while true {
                    let count = read(readEnd, &chunk, chunk.count)
                    guard count > 0 else { throw SystemError() }
                    bytes += chunk[..<count]
                    while let end = bytes.firstIndex(of: UInt8(ascii: "\n")) {
                        lines.append(String(decoding: bytes[..<end], as: UTF8.self))
                        bytes.removeSubrange(...end)
                        if lines.last.map(isLast) == true { return lines }
                    }
                }
            }
        }
    }

    private let notice: OutputQueue.Notice = { "dropped \($0)" }

    private static func noticed(_ line: String) -> Int? {
        line.hasPrefix("dropped ") ? Int(line.dropFirst("dropped ".count)) : nil
    }

    @Test func `a stalled reader costs the writer nothing but lines, and is told how many`() async throws {
        let pipe = try Pipe()
        let queue = OutputQueue(descriptor: pipe.writeEnd, limit: 100_000)
        let line = String(repeating: "x", count: 99)
        // Ten times what pipe and queue hold: this would wait for ever if anybody waited.
        for _ in 0..<20_000 { queue.post(line, notice: notice) }
        let dropped = queue.droppedLines
        #expect(dropped > 10_000)

        // Each line is either there, or in the count of a notice in its place.
        let accounted = Locked(0)
        let lines = try await pipe.lines { read in
            accounted.withLock { accounted in
                accounted += Self.noticed(read) ?? 1
                return accounted == 20_000
            }
        }
        #expect(lines.compactMap(Self.noticed).reduce(0, +) == Int(dropped))
        #expect(lines.allSatisfy { $0 == line || Self.noticed($0) != nil })

        queue.post("after", notice: notice)
        #expect(try await pipe.lines { $0 == "after" } == ["after"])
        #expect(queue.droppedLines == dropped)
    }

    @Test func `lines come in their order, also from a descriptor that does not block`() async throws {
        let pipe = try Pipe()
        _ = fcntl(pipe.writeEnd, F_SETFL, O_NONBLOCK)
        let queue = OutputQueue(descriptor: pipe.writeEnd)
        let expected = (0..<10_000).map { "line \($0)" }
        for line in expected { queue.post(line, notice: notice) }
        #expect(try await pipe.lines { $0 == "line 9999" } == expected)
        #expect(queue.droppedLines == 0)
    }

    @Test func `flushing ends when all is written, and gives up on a stalled reader`() async throws {
        let pipe = try Pipe()
        let queue = OutputQueue(descriptor: pipe.writeEnd)
        #expect(queue.flush(within: .zero))
        queue.post("one", notice: notice)
        let flushed = try await Workbench.programs.run { queue.flush(within: .seconds(600)) }
        #expect(flushed)
        for _ in 0..<2000 { queue.post(String(repeating: "x", count: 99), notice: notice) }
        #expect(!queue.flush(within: .milliseconds(1)))
        _ = try await pipe.lines { $0 == "one" }
    }

    @Test func `lines for a stream that is closed count as dropped`() async throws {
        let pipe = try Pipe()
        signal(SIGPIPE, SIG_IGN)
        close(pipe.readEnd)
        let queue = OutputQueue(descriptor: pipe.writeEnd)
        for _ in 0..<3 { queue.post("lost", notice: notice) }
        let flushed = try await Workbench.programs.run { queue.flush(within: .seconds(600)) }
        #expect(flushed)
        #expect(queue.droppedLines == 3)
    }
}
