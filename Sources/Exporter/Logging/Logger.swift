import Bytes
import CivilTime
import JSON

/// Writes log lines, one line a message, as logfmt or JSON. Nobody who logs waits for the reader of the log.
package struct Logger: Sendable {
    package enum Level: String, CaseIterable, Comparable, Sendable {
        case debug, info, warn, error

        package static func < (left: Level, right: Level) -> Bool {
            left.rank < right.rank
        }

        private var rank: Int {
            switch self {
            case .debug: 0
            case .info: 1
            case .warn: 2
            case .error: 3
            }
        }
    }

    package enum Format: String, CaseIterable, Sendable {
        case logfmt, json
    }

    /// A value beside the message.
    package typealias Field = (name: String, value: String)

    private let level: Level
    private let format: Format
    private let output: OutputQueue

    package init(level: Level, format: Format, output: OutputQueue = .standardError) {
        self.level = level
        self.format = format
        self.output = output
    }

    /// How many lines nobody took in time since the start.
    package var droppedLines: UInt64 { output.droppedLines }

    package func log(_ level: Level, _ message: String, _ fields: Field...) {
        log(level, message, fields)
    }

    func log(_ level: Level, _ message: String, _ fields: [Field]) {
        guard level >= self.level else { return }
        output.post(Self.line(format, UnixTime.now, level, message, fields)) { [format] count in
            Self.line(
                format, UnixTime.now, .warn, "log lines were dropped because nobody took them in time",
                [("lines", String(count))])
        }
    }

    static func line(_ format: Format, _ time: UnixTime, _ level: Level, _ message: String, _ fields: [Field]) -> String
    {
        // Paths and the like are the operator's words, and may be a key in the wrong place.
        let all: [Field] =
            [("ts", time.iso8601), ("level", level.rawValue)]
            + ([("msg", message)] + fields).map { ($0.name, PossibleKey.masked($0.value)) }
        switch format {
        case .logfmt: return all.map { "\($0.name)=\(logfmt($0.value))" }.joined(separator: " ")
        case .json:
            var writer = JSONWriter()
            writer.object { writer in
                for field in all { writer.member(field.name, field.value) }
            }
            // Only strings can hold such characters, and there the escapes are JSON's own.
            return writer.text.escapingSteering
        }
    }

    /// Bare where it is one plain word, else in quotes with the escapes of JSON, as go-kit's logfmt writes it.
    private static func logfmt(_ value: String) -> String {
        let isPlain =
            !value.isEmpty && !value.hasSteering
            && value.utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 != 0x3d && $0 != 0x5c }
        guard !isPlain else { return value }
        var writer = JSONWriter()
        writer.string(value)
        return writer.text.escapingSteering
    }
}
