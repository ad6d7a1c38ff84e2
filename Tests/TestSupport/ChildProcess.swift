import Platform

/// Another program, started without a shell. It is killed when its last owner lets go of it.
package final class ChildProcess: Sendable {
    package let id: pid_t
    /// What it writes to its standard error and its standard output, unless those went elsewhere.
    private let output: Int32?
    private let end = Monitor<End?>(nil)

    /// How a program ended.
    package enum End: Equatable, Sendable {
        case exited(Int32)
        case signalled(Int32)
    }

    /// `standardError` is where its messages go; nil for where `line` and `text` read them.
    package init(
        _ path: String, _ arguments: [String], environment: [String: String] = [:], standardError: Int32? = nil
    ) throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SystemError() }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[1]) }
        #if canImport(Darwin)
            var actions: posix_spawn_file_actions_t?
        #else
            var actions = posix_spawn_file_actions_t()
        #endif
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, standardError ?? ends[1], STDERR_FILENO)
        let words = ([path] + arguments).map { strdup($0) } + [nil]
        let variables = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for text in words + variables { free(text) } }
        var child = pid_t()
        let code = posix_spawn(&child, path, &actions, nil, words, variables)
        guard code == 0 else {
            close(ends[0])
            throw SystemError(code: code)
        }
        (id, output) = (child, ends[0])
        try DetachedThread.start { [id, end] in
            var status: Int32 = 0
            while waitpid(id, &status, 0) < 0, errno == EINTR {}
            let signal = status & 0x7f
            end.withLock { $0 = signal == 0 ? .exited(status >> 8 & 0xff) : .signalled(signal) }
        }
    }

    deinit {
        if end.withLock({ $0 == nil }) { kill(id, SIGKILL) }
        if let output { close(output) }
    }

    package func send(_ signal: Int32) {
        kill(id, signal)
    }

    package var hasEnded: Bool { end.withLock { $0 != nil } }

    /// Waits until it has ended.
    package func ended() async throws -> End {
        try await Workbench.waiting { [end] in try Self.wait(for: end) }
    }

    private static func wait(for end: Monitor<End?>) throws -> End {
        guard let end = end.wait(for: { $0 }) else { throw SystemError() }
        return end
    }

    /// Reads on until a line that `isWanted`, and gives it; nil at the end of the output.
    package func line(_ isWanted: @escaping @Sendable (String) -> Bool) async throws -> String? {
        guard let output else { return nil }
        return try await Workbench.waiting {
            var line: [UInt8] = []
            var byte: UInt8 = 0
            while read(output, &byte, 1) == 1 {
                guard byte == UInt8(ascii: "\n") else {
                    line.append(byte)
                    continue
                }
                let text = String(decoding: line, as: UTF8.self)
                if isWanted(text) { return text }
                line = []
            }
            return nil
        }
    }

    /// All that comes until the end of the output.
    package func text() async throws -> String {
        try await Workbench.waiting { [output] in Self.readToEnd(output) }
    }

    /// All its output and how it ended; the calling thread waits for both.
    package func outcome() throws -> (text: String, end: End) {
        (Self.readToEnd(output), try Self.wait(for: end))
    }

    private static func readToEnd(_ output: Int32?) -> String {
        guard let output else { return "" }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = read(output, &chunk, chunk.count), count > 0 { bytes += chunk[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
