import Bytes
import Testing

@testable import Exporter

@Suite struct LoggerTests {
    private func logfmt(_ value: String) -> String {
        let line = Logger.line(.logfmt, .init(seconds: 0), .info, "m", [("value", value)])
        return String(line.dropFirst("ts=1970-01-01T00:00:00.000Z level=info msg=m value=".count))
    }

    @Test(arguments: Logger.Format.allCases)
    func `what looks like a key in the wrong place is not logged`(format: Logger.Format) {
        let key = "app-abcDEF0123456789abcdefgh"
        let line = Logger.line(
            format, .init(seconds: 0), .error, "cannot open \(key)",
            [("path", "./\(key)"), ("hash", "$2b$10$\(key.dropFirst(4))")])
        #expect(!line.contains("abcDEF"))
        #expect(line.contains("cannot open <not shown"))
    }

    @Test func `lines are logfmt or JSON`() {
        let fields = [("app", "a b"), ("path", "/x"), ("text", "say \"hi\"\n\u{1b}[0m"), ("none", "")]
        #expect(
            Logger.line(.logfmt, .init(seconds: 0), .warn, "hello", fields)
                == #"ts=1970-01-01T00:00:00.000Z level=warn msg=hello app="a b" path=/x text="say \"hi\"\n\u001b[0m" none="""#
        )
        #expect(
            Logger.line(.json, .init(seconds: 0), .info, "hello there", [("app", "ü")])
                == #"{"ts":"1970-01-01T00:00:00.000Z","level":"info","msg":"hello there","app":"ü"}"#)
    }

    @Test func `nothing in a line steers a terminal`() {
        #expect(logfmt("a\u{9b}31mb") == #""a\u009b31mb""#)
        #expect(logfmt("ab\u{202e}cd") == #""ab\u202ecd""#)
        #expect(logfmt("a\u{7f}b") == #""a\u007fb""#)
        #expect(logfmt("a\u{2028}b\u{feff}") == #""a\u2028b\ufeff""#)
        // The joiner inside an emoji, and letters of every script.
        #expect(logfmt("👩\u{200d}💻名前") == "👩\u{200d}💻名前")
        let json = Logger.line(.json, .init(seconds: 0), .info, "\u{85}", [("a\u{2066}", "\u{1b}")])
        #expect(!json.hasSteering)
        #expect(json.contains(#""msg":"\u0085","a\u2066":"\u001b""#))
    }
}
