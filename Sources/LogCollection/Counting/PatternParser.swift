/// Reads a pattern and writes its program in one pass, without recursion: distances in a program are relative, so that what
/// was just written can be moved and copied.
///
/// The dialect is what glibc's `regcomp` takes with `REG_EXTENDED`, less what means something else in other dialects.
struct PatternParser {
    /// How many characters, sets and anchors a pattern may stand for once its repetitions are written out.
    private static let pieceLimit = 1000
    /// Bounds what pieces do not count: alternatives without a character, and repetitions of repetitions. A piece takes five
    /// steps in `((a*)?){,1000}`.
    private static let stepLimit = 6 * pieceLimit

    private var rest: ArraySlice<UInt8>
    private let ignoresCase: Bool
    private var steps: [PatternProgram.Step] = []
    /// The whole, and behind it each group that is open, outermost first.
    private var groups = [Group(start: 0)]

    /// What a repetition would repeat: the last steps of the program.
    private struct Item {
        let start: Int
        var pieces: Int
    }

    private struct Group {
        let start: Int
        var pieces = 0
        /// Where the last alternative begins.
        var alternative: Int
        /// The last item of the last alternative; nil at its beginning, and behind an anchor, which cannot be repeated.
        var last: Item?
        /// The jumps from the ends of the other alternatives to the end of the group.
        var exits: [Int] = []

        init(start: Int) {
            self.start = start
            alternative = start
        }
    }

    static func parse(_ source: String) throws(TextPattern.Problem) -> PatternProgram {
        let ignoresCase = source.utf8.starts(with: "(?i)".utf8)
        // As in texts, a zero byte counts as a space.
        let bytes = source.utf8.dropFirst(ignoresCase ? 4 : 0).map { $0 == 0 ? 0x20 : $0 }
        var parser = PatternParser(rest: bytes[...], ignoresCase: ignoresCase)
        while let byte = parser.rest.popFirst() { try parser.take(byte) }
        guard parser.groups.count == 1 else { throw malformed("unmatched (") }
        parser.endGroup(parser.groups[0])
        parser.steps.append(.found)
        return PatternProgram(steps: parser.steps)
    }

    private init(rest: ArraySlice<UInt8>, ignoresCase: Bool) {
        self.rest = rest
        self.ignoresCase = ignoresCase
    }

    private mutating func take(_ byte: UInt8) throws(TextPattern.Problem) {
        switch byte {
        case UInt8(ascii: "\\"): try takeEscape()
        case UInt8(ascii: "["): try takeSet()
        case UInt8(ascii: "("):
            if rest.first == UInt8(ascii: "?") {
                throw .init(message: "of the groups that begin with (? only (?i) is known, and only at the beginning")
            }
            groups.append(Group(start: steps.count))
        // Without a group that is open, ) is a character like others.
        case UInt8(ascii: ")") where groups.count > 1:
            let group = groups.removeLast()
            endGroup(group)
            try add(Item(start: group.start, pieces: max(1, group.pieces)))
        case UInt8(ascii: "|"): try beginAlternative()
        case UInt8(ascii: "^"): try addAnchor(.textStart)
        case UInt8(ascii: "$"): try addAnchor(.textEnd)
        case UInt8(ascii: "."): try add(.all)
        case UInt8(ascii: "?"): try repeatLast("?", atLeast: 0, atMost: 1)
        case UInt8(ascii: "*"): try repeatLast("*", atLeast: 0, atMost: nil)
        case UInt8(ascii: "+"): try repeatLast("+", atLeast: 1, atMost: nil)
        case UInt8(ascii: "{"): try takeRepetition()
        default: try addCharacter(byte)
        }
    }

    private mutating func takeEscape() throws(TextPattern.Problem) {
        guard let byte = rest.popFirst() else { throw .init(message: "ends in a backslash; write \\\\ for one") }
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            throw .init(message: "refers back with \\\(Character(UnicodeScalar(byte))), which is not supported")
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"):
            let sets = ["d": "[0-9]", "w": "[A-Za-z0-9_]", "s": "[[:space:]]"]
            let letter = String(UnicodeScalar(byte))
            let hint = sets[letter].map { "; write \($0)" } ?? ""
            throw .init(message: "has \\\(letter), which POSIX patterns do not know\(hint)")
        case UInt8(ascii: "<"): try addAnchor(.wordStart)
        case UInt8(ascii: ">"): try addAnchor(.wordEnd)
        case UInt8(ascii: "`"): try addAnchor(.textStart)
        case UInt8(ascii: "'"): try addAnchor(.textEnd)
        default: try addCharacter(byte)
        }
    }

    // MARK: Repetitions and alternatives

    /// `{2}`, `{2,}`, `{,5}` or `{2,5}`.
    private mutating func takeRepetition() throws(TextPattern.Problem) {
        let text = rest.prefix { ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9")) || $0 == UInt8(ascii: ",") }
        rest = rest.dropFirst(text.count)
        let numbers = text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        guard rest.popFirst() == UInt8(ascii: "}"), !text.isEmpty, numbers.count <= 2 else {
            throw .init(message: "has a { that begins no repetition such as {2,5}; write \\{ for the character")
        }
        let bounds = numbers.map { digits -> Int? in
            // Greater numbers make no difference: they are refused.
            digits.isEmpty ? nil : min(Int(String(decoding: digits, as: UTF8.self)) ?? .max, Self.pieceLimit + 1)
        }
        let least = bounds[0] ?? 0
        let most = bounds[bounds.count - 1]
        if let most, most < least { throw Self.malformed("a repetition counts down, as in {5,2}") }
        try repeatLast("{", atLeast: least, atMost: most)
    }

    private mutating func repeatLast(
        _ symbol: String, atLeast least: Int, atMost most: Int?
    ) throws(TextPattern.Problem) {
        guard var item = groups[groups.count - 1].last else {
            throw Self.malformed("\(symbol) has nothing before it to repeat")
        }
        let copies = most ?? max(1, least)
        let once = Array(steps[item.start...])
        let pieces = max(1, item.pieces * copies)
        // Before anything is copied.
        try makeRoom(pieces: pieces - item.pieces, steps: copies * (once.count + 1) + 1 - once.count)
        item.pieces = pieces
        groups[groups.count - 1].last = item

        steps.removeSubrange(item.start...)
        for _ in 0..<least { steps += once }
        if let most {
            for left in stride(from: most - least, to: 0, by: -1) {
                steps.append(.fork(left * (once.count + 1)))
                steps += once
            }
        } else {
            if least == 0 {
                steps.append(.fork(once.count + 2))
                steps += once
            }
            steps.append(.fork(-once.count))
        }
    }

    private mutating func beginAlternative() throws(TextPattern.Problem) {
        try makeRoom(pieces: 0, steps: 2)
        let start = groups[groups.count - 1].alternative
        steps.insert(.fork(steps.count - start + 2), at: start)
        groups[groups.count - 1].exits.append(steps.count)
        steps.append(.jump(0))
        groups[groups.count - 1].alternative = steps.count
        groups[groups.count - 1].last = nil
    }

    private mutating func endGroup(_ group: Group) {
        for exit in group.exits { steps[exit] = .jump(steps.count - exit) }
    }

    // MARK: Items

    private mutating func add(_ set: ByteSet) throws(TextPattern.Problem) {
        try makeRoom(pieces: 0, steps: 1)
        steps.append(.read(set))
        try add(Item(start: steps.count - 1, pieces: 1))
    }

    private mutating func addCharacter(_ byte: UInt8) throws(TextPattern.Problem) {
        let byte = folded(byte)
        try add(unfolded(ByteSet(byte...byte)))
    }

    private mutating func addAnchor(_ place: PatternProgram.Place) throws(TextPattern.Problem) {
        try makeRoom(pieces: 1, steps: 1)
        steps.append(.expect(place))
        groups[groups.count - 1].last = nil
    }

    private mutating func add(_ item: Item) throws(TextPattern.Problem) {
        try makeRoom(pieces: item.pieces, steps: 0)
        groups[groups.count - 1].last = item
    }

    /// Counts what is about to be written.
    private mutating func makeRoom(pieces: Int, steps added: Int) throws(TextPattern.Problem) {
        groups[groups.count - 1].pieces += pieces
        guard groups[groups.count - 1].pieces <= Self.pieceLimit, steps.count + added <= Self.stepLimit else {
            throw .init(
                message:
                    "is too large: with its repetitions it stands for more than \(Self.pieceLimit) characters")
        }
    }

    // MARK: Sets

    /// `[…]` up to its end.
    private mutating func takeSet() throws(TextPattern.Problem) {
        let isInverted = rest.first == UInt8(ascii: "^")
        if isInverted { rest.removeFirst() }
        var set = ByteSet()
        var isFirst = true
        while true {
            let byte = try nextInSet()
            if byte == UInt8(ascii: "]"), !isFirst { break }
            // A - that is neither first nor last belongs to a range.
            guard byte != UInt8(ascii: "-") || isFirst || rest.first == UInt8(ascii: "]") else { throw Self.badRange }
            isFirst = false
            switch try element(beginningWith: byte) {
            case .several(let bytes): set.formUnion(bytes)
            case .one(let lower):
                guard rest.first == UInt8(ascii: "-"), rest.dropFirst().first != UInt8(ascii: "]") else {
                    set.insert(lower)
                    continue
                }
                rest.removeFirst()
                guard case .one(let upper) = try element(beginningWith: try nextInSet()), lower <= upper else {
                    throw Self.badRange
                }
                set.insert(lower...upper)
            }
        }
        try add(unfolded(isInverted ? ~set : set))
    }

    private enum SetElement {
        /// What may begin or end a range.
        case one(UInt8)
        case several(ByteSet)
    }

    /// A character, `[:alpha:]`, `[.x.]` or `[=x=]`.
    private mutating func element(beginningWith byte: UInt8) throws(TextPattern.Problem) -> SetElement {
        guard byte != UInt8(ascii: "\\") else {
            throw .init(message: "has a backslash within [ ], where it would mean itself; put ] first and - last")
        }
        guard byte == UInt8(ascii: "["), let kind = rest.first, ":.=".utf8.contains(kind) else {
            return .one(folded(byte))
        }
        rest.removeFirst()
        var name: [UInt8] = []
        while true {
            let inner = try nextInSet()
            if inner == kind, rest.first == UInt8(ascii: "]") { break }
            name.append(inner)
        }
        rest.removeFirst()
        if kind == UInt8(ascii: ":") { return .several(try characterClass(name)) }
        guard name.count == 1 else { throw Self.malformed("[. .] and [= =] hold one ASCII character") }
        let character = folded(name[0])
        return kind == UInt8(ascii: ".") ? .one(character) : .several(ByteSet(character...character))
    }

    private mutating func nextInSet() throws(TextPattern.Problem) -> UInt8 {
        guard let byte = rest.popFirst() else { throw Self.malformed("unmatched [") }
        return byte
    }

    private func characterClass(_ name: [UInt8]) throws(TextPattern.Problem) -> ByteSet {
        // First and last character of each range.
        let ranges: String
        switch String(decoding: name, as: UTF8.self) {
        case "lower" where !ignoresCase: ranges = "az"
        case "upper" where !ignoresCase: ranges = "AZ"
        case "alpha", "lower", "upper": ranges = "azAZ"
        case "digit": ranges = "09"
        case "alnum": ranges = "azAZ09"
        case "xdigit": ranges = "afAF09"
        case "blank": ranges = "\t\t  "
        case "space": ranges = "\t\r  "
        case "cntrl": ranges = "\0\u{1f}\u{7f}\u{7f}"
        case "punct": ranges = "!/:@[`{~"
        case "graph": ranges = "!~"
        case "print": ranges = " ~"
        default: throw Self.malformed("[: :] names no class; there are [:alpha:], [:digit:], [:space:] and others")
        }
        let ends = Array(ranges.utf8)
        var set = ByteSet()
        for first in stride(from: 0, to: ends.count, by: 2) { set.insert(ends[first]...ends[first + 1]) }
        return set
    }

    // MARK: Case

    /// Where case does not matter, a pattern is read in capitals, as by glibc: `[a-z]` is `[A-Z]`, and `[Z-a]` no range.
    private func folded(_ byte: UInt8) -> UInt8 {
        let isSmall = byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")
        return ignoresCase && isSmall ? byte & ~0x20 : byte
    }

    private func unfolded(_ set: ByteSet) -> ByteSet {
        ignoresCase ? set.withSmallLettersLikeCapitals : set
    }

    // MARK: Problems

    private static let badRange = malformed("bad range within [ ]; put - last for the character")

    private static func malformed(_ problem: String) -> TextPattern.Problem {
        .init(message: "is not a pattern: \(problem)")
    }
}
