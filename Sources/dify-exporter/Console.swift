import Platform
import Storage

/// The process's standard streams and environment.
enum Console {
    static func write(_ text: String) {
        write(text, to: STDOUT_FILENO)
    }

    /// A line for standard error.
    static func writeError(_ line: String) {
        write(line + "\n", to: STDERR_FILENO)
    }

    /// Straight to the descriptor: what a person waits for must not stay in a buffer when standard output is a pipe.
    private static func write(_ text: String, to descriptor: Int32) {
        // A reader that has gone wants no more, as in `dify-exporter logs | head`.
        _ = SystemCall.writeAll(Array(text.utf8), to: descriptor)
    }

    static var environment: [String: String] {
        var variables: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let parts = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
            next += 1
        }
        return variables
    }
}
