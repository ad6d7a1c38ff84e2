import Bytes
import Exporter
import Platform

/// The process's standard streams and environment.
enum Console {
    /// Writes what was asked for, and waits for its reader.
    static func write(_ text: String) {
        write(Array(text.utf8))
    }

    static func write(_ bytes: [UInt8]) {
        // A reader that has gone wants no more, as in `dify-exporter logs | head`.
        _ = SystemCall.writeAll(bytes, to: STDOUT_FILENO)
    }

    /// Writes what need not be read, for programs that serve: nobody waits for its reader.
    static func post(_ text: String) {
        OutputQueue.standardOutput.post(text) { "\($0) texts before this line were lost." }
    }

    /// A line for standard error. Nobody waits for its reader, as the program's end does not.
    static func writeError(_ line: String) {
        OutputQueue.standardError.post(ErrorLine.shown(line)) { "dify-exporter: \($0) lines were lost here." }
    }

    /// Text for a terminal that standard error is, steering included.
    static func showOnTerminal(_ text: String) {
        OutputQueue.standardError.post(text) { _ in "" }
    }

    /// This machine's name; nil where the system does not tell it.
    static var hostName: String? {
        var bytes = [CChar](repeating: 0, count: 256)
        guard gethostname(&bytes, bytes.count - 1) == 0 else { return nil }
        return String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    static var environment: Environment {
        var variables: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let parts = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
            next += 1
        }
        return Environment(variables)
    }
}
