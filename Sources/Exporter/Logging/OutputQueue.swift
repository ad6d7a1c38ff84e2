import Platform
import Storage

/// Lines on their way to a stream whose reader may stall: a full pipe, a terminal after Ctrl-S, a collector that stopped.
/// Whoever writes a line never waits; a thread of the queue's own does.
///
/// Lines beyond `limit` bytes are dropped and counted. Once the reader is back, a line in their place says how many.
package final class OutputQueue: Sendable {
    private let descriptor: Int32
    private let limit: Int
    private let state = Monitor(State())

    private struct State {
        var lines: [[UInt8]] = []
        /// Of the lines above and of those that the thread is writing.
        var bytes = 0
        var hasThread = false
        var isWriting = false
        /// All lines that nobody took.
        var dropped: UInt64 = 0
        /// Those that nobody has been told of.
        var untold: UInt64 = 0
        /// How the last dropped line's writer wants it told.
        var notice: Notice?

        var isEmpty: Bool { lines.isEmpty && untold == 0 && !isWriting }

        mutating func drop(_ notice: @escaping Notice) {
            dropped += 1
            untold += 1
            self.notice = notice
        }
    }

    /// Makes the line that tells of so many dropped ones.
    package typealias Notice = @Sendable (UInt64) -> String

    /// What the thread takes at a time: lines, and what was dropped behind them.
    private struct Batch {
        let lines: [[UInt8]]
        let notice: [UInt8]?
    }

    /// The process's standard error, which the log and the messages of commands share.
    package static let standardError = OutputQueue(descriptor: STDERR_FILENO)
    package static let standardOutput = OutputQueue(descriptor: STDOUT_FILENO)

    /// The descriptor must stay open as long as the process.
    package init(descriptor: Int32, limit: Int = 1 << 20) {
        self.descriptor = descriptor
        self.limit = limit
    }

    /// How many lines nobody took since the start.
    package var droppedLines: UInt64 { state.withLock(\.dropped) }

    /// Leaves a line, which gets its line end here; returns at once.
    package func post(_ line: String, notice: @escaping Notice) {
        let bytes = Array((line + "\n").utf8)
        state.withLock { state in
            guard state.bytes + bytes.count <= limit else { return state.drop(notice) }
            if !state.hasThread {
                do throws(SystemError) {
                    try DetachedThread.start { self.write() }
                    state.hasThread = true
                } catch {
                    return state.drop(notice)
                }
            }
            state.lines.append(bytes)
            state.bytes += bytes.count
        }
    }

    /// Waits until all is written; false where the reader does not take it within the span. Blocks its thread.
    @discardableResult
    package func flush(within span: Duration) -> Bool {
        state.wait(atMost: span) { state in state.isEmpty || !state.hasThread ? true : nil } ?? false
    }

    /// The thread's life, which is as long as the process's.
    private func write() {
        while let batch = state.wait(for: Self.take) {
            var failed: UInt64 = 0
            // One write for each line, so that lines of other processes do not come between.
            for line in batch.lines where !Self.write(line, to: descriptor) { failed += 1 }
            if let notice = batch.notice { _ = Self.write(notice, to: descriptor) }
            let bytes = batch.lines.reduce(0) { $0 + $1.count }
            state.withLock { state in
                state.bytes -= bytes
                state.dropped += failed
                state.isWriting = false
            }
        }
    }

    private static func take(_ state: inout State) -> Batch? {
        guard !state.lines.isEmpty || state.untold > 0 else { return nil }
        let notice = state.untold > 0 ? state.notice.map { Array(($0(state.untold) + "\n").utf8) } : nil
        let batch = Batch(lines: state.lines, notice: notice)
        (state.lines, state.untold, state.notice) = ([], 0, nil)
        state.isWriting = true
        return batch
    }

    /// False where the stream is broken: then nobody reads it, and nobody can be told.
    private static func write(_ line: [UInt8], to descriptor: Int32) -> Bool {
        var rest = line[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Platform.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if count < 0, errno == EAGAIN || errno == EWOULDBLOCK {
                // Another process that shares the stream has made it non-blocking.
                var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&entry, 1, -1)
            } else if count == 0 || errno != EINTR {
                return false
            }
        }
        return true
    }
}
