/// An operator's pattern for error texts: a POSIX extended regular expression in the dialect of glibc, checked and bounded.
///
/// Its own engine matches it in time and memory that are bounded whatever the pattern and the text are: texts are a stranger's.
/// Neither Swift's Regex nor the C library's engine are: one tries each way to read a text, the other keeps what it learns
/// of texts, and takes gigabytes for some patterns.
///
/// `(?i)` at the beginning lets case not matter, and texts are matched byte by byte, so that `[[:alpha:]]` and the like mean
/// ASCII. A pattern may be found anywhere in a text.
package struct TextPattern: Hashable, Sendable, CustomStringConvertible {
    /// As the operator wrote it.
    package let description: String
    private let program: PatternProgram

    /// Why a text is no such pattern, in words for the operator.
    package struct Problem: Error, Equatable {
        package let message: String
    }

    package init(_ source: String) throws(Problem) {
        description = source
        program = try PatternParser.parse(source)
    }

    package static func == (one: TextPattern, other: TextPattern) -> Bool {
        one.description == other.description
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(description)
    }

    /// Whether the pattern occurs in a text. A zero byte counts as a space.
    func occurs(in text: [UInt8]) -> Bool {
        program.occurs(in: text)
    }
}
