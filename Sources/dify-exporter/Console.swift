import Bytes
import Exporter
import Platform

/// The process's standard streams and environment.
enum Console {
    /// Why standard output did not take what was asked for; nil where it did.
    static var outputError: SystemError? { firstOutputError.withLock { $0 } }
    private static let firstOutputError = Locked<SystemError?>(nil)

    /// Writes what was asked for, and waits for its reader.
    static func write(_ text: String) {
        write(Array(text.utf8))
    }

    static func write(_ bytes: [UInt8]) {
        guard !SystemCall.writeAll(bytes, to: STDOUT_FILENO) else { return }
        let error = SystemError()
        // A reader that has gone wants no more, as in `dify-exporter logs | head`.
        guard error.code != EPIPE else { return }
        firstOutputError.withLock { $0 = $0 ?? error }
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
