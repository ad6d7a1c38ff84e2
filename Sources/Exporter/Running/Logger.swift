import CivilTime
import JSON
import Platform
import Storage

/// Writes log lines to standard error, one line a message, as logfmt or JSON.
package struct Logger: Sendable {
    package enum Level: String, CaseIterable, Comparable, Sendable {
        case debug, info, warn, error

        package static func < (left: Level, right: Level) -> Bool {
            allCases.firstIndex(of: left)! < allCases.firstIndex(of: right)!
        }
    }

    package enum Format: String, CaseIterable, Sendable {
        case logfmt, json
    }

    /// A value beside the message.
    package typealias Field = (name: String, value: String)

    private let level: Level
    private let format: Format

    package init(level: Level, format: Format) {
        self.level = level
        self.format = format
    }

    package func log(_ level: Level, _ message: String, _ fields: Field...) {
        guard level >= self.level else { return }
        let line = Self.line(format, UnixTime.now, level, message, fields) + "\n"
        // One write for each line, so that lines of several threads do not mix.
        // Where nobody can read the log, there is nobody to tell.
        _ = SystemCall.writeAll(Array(line.utf8), to: STDERR_FILENO)
    }

    static func line(_ format: Format, _ time: UnixTime, _ level: Level, _ message: String, _ fields: [Field]) -> String
    {
        let all: [Field] = [("ts", time.iso8601), ("level", level.rawValue), ("msg", message)] + fields
        switch format {
        case .logfmt: return all.map { "\($0.name)=\(logfmt($0.value))" }.joined(separator: " ")
        case .json:
            var writer = JSONWriter()
            writer.object { writer in
                for field in all { writer.member(field.name, field.value) }
            }
            return writer.text
        }
    }

    /// Bare where it is one plain word, else in quotes with the escapes of JSON, as go-kit's logfmt writes it.
    private static func logfmt(_ value: String) -> String {
        let isPlain =
            !value.isEmpty
            && value.utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 != 0x3d && $0 != 0x5c && $0 != 0x7f }
        guard !isPlain else { return value }
        var writer = JSONWriter()
        writer.string(value)
        return writer.text
    }
}
