/// Why bytes are not the JSON that was expected, and where.
package struct JSONError: Error, Equatable, Sendable {
    /// Bytes before the place where reading stopped.
    package let offset: Int
    package let problem: Problem

    package init(offset: Int, problem: Problem) {
        self.offset = offset
        self.problem = problem
    }

    package enum Problem: Equatable, Sendable {
        case unexpectedEnd
        case unexpected(byte: UInt8, expected: String)
        case trailingBytes
        case tooDeep(limit: Int)
        case tooLong(limit: Int)
        case invalidUTF8
        case invalidEscape
        case unpairedSurrogate
        case controlCharacter
        case invalidNumber
        /// The JSON may be sound, but its reader wants no more elements of this array.
        case tooMany(limit: Int)
        /// The JSON is sound, but its reader wanted something else in this place.
        case mismatch(String)
    }
}

extension JSONError.Problem: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unexpectedEnd: "the text ends too early"
        case .unexpected(let byte, let expected): "found \(Self.name(of: byte)) where \(expected) was expected"
        case .trailingBytes: "there is more text after the value"
        case .tooDeep(let limit): "values are nested more than \(limit) deep"
        case .tooLong(let limit): "the text is longer than \(limit) bytes"
        case .invalidUTF8: "the bytes are not UTF-8"
        case .invalidEscape: "a backslash is followed by something that is not an escape"
        case .unpairedSurrogate: "half of a surrogate pair stands alone"
        case .controlCharacter: "a control character in a string must be written as an escape"
        case .invalidNumber: "this is not a JSON number"
        case .tooMany(let limit): "there are more than \(limit) elements in this array"
        case .mismatch(let message): message
        }
    }

    private static func name(of byte: UInt8) -> String {
        (0x21...0x7e).contains(byte) ? "'\(Character(UnicodeScalar(byte)))'" : "byte 0x\(String(byte, radix: 16))"
    }
}

/// A place in a text for people: both count from 1, columns in Unicode scalars.
package struct JSONPosition: Equatable, Sendable, CustomStringConvertible {
    package let line: Int
    package let column: Int

    package var description: String { "line \(line), column \(column)" }

    /// The position of the byte at `offset` in `bytes`; an offset past the end means the end.
    package init(offset: Int, in bytes: [UInt8]) {
        let before = bytes.prefix(offset)
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        line = before.count { $0 == UInt8(ascii: "\n") } + 1
        // Continuation bytes of UTF-8 belong to the scalar before them.
        column = before[lineStart...].count { $0 & 0xc0 != 0x80 } + 1
    }
}
