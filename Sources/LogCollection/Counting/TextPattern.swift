import Platform

/// An operator's pattern for error texts: a POSIX extended regular expression, checked and bounded.
///
/// The C library's engine matches it, because it never goes back over a text for each way to read it, as Swift's Regex
/// does: no text of a stranger can hold up the program. `(?i)` at the beginning lets case not matter, and texts are matched byte
/// by byte, so that `[[:alpha:]]` and the like mean ASCII. A pattern may be found anywhere in a text.
package struct TextPattern: Hashable, Sendable, CustomStringConvertible {
    /// As the operator wrote it.
    package let description: String
    private let expression: String
    private let flags: Int32

    /// Why a text is no such pattern, in words for the operator.
    package struct Problem: Error, Equatable {
        package let message: String
    }

    package init(_ source: String) throws(Problem) {
        description = source
        let ignoresCase = source.hasPrefix("(?i)")
        expression = ignoresCase ? String(source.dropFirst(4)) : source
        flags = REG_EXTENDED | REG_NOSUB | (ignoresCase ? REG_ICASE : 0)
        try PatternCheck.check(expression)
        var compiled = regex_t()
        let code = regcomp(&compiled, expression, flags)
        guard code == 0 else { throw Problem(message: "is not a pattern: \(Self.text(of: code, &compiled))") }
        regfree(&compiled)
    }

    /// Whether the pattern occurs in a text. A zero byte counts as a space.
    ///
    /// The pattern is compiled for each text, which takes some microseconds and makes this a plain value: glibc's compiled
    /// patterns learn from each text and never forget, so that one that is kept grows with all that strangers send.
    func occurs(in text: [UInt8]) -> Bool {
        var compiled = regex_t()
        guard regcomp(&compiled, expression, flags) == 0 else { return false }
        defer { regfree(&compiled) }
        let characters = text.map { $0 == 0 ? CChar(0x20) : CChar(bitPattern: $0) } + [0]
        return regexec(&compiled, characters, 0, nil, 0) == 0
    }

    private static func text(of code: Int32, _ pattern: inout regex_t) -> String {
        var text = [CChar](repeating: 0, count: 128)
        regerror(code, &pattern, &text, text.count)
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
