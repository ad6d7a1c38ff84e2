/// Refuses what a pattern must not hold although `regcomp` would take it: what means something else elsewhere, what only an
/// engine that goes back can match, and what would fill the memory or take an engine for ever.
struct PatternCheck {
    /// How many characters, sets and the like a pattern may stand for once its repetitions are written out, as engines do.
    static let pieceLimit = 1000
    /// How many pieces `^`, `$`, `\<` and the like stand for: glibc copies what lies behind them for each mixture of them that
    /// a text may fulfil. Six kinds of them a hundred times took glibc 2.36 half a minute; 50 anchors take it milliseconds.
    private static let anchorPieces = 20

    private var rest: Substring.UTF8View
    /// The whole, and behind it each group that is open, outermost first.
    private var groups = [Group()]

    /// What a repetition would repeat.
    private struct Item {
        var pieces: Int
        /// Whether it matches the empty text.
        var mayBeEmpty: Bool
    }

    private struct Group {
        var pieces = 0
        /// Whether one of its alternatives matches the empty text, but for the last.
        private var earlierMayBeEmpty = false
        /// Whether all of the last alternative but its last item does.
        private var beginningMayBeEmpty = true
        /// The last item of the last alternative.
        var last = Item(pieces: 0, mayBeEmpty: true)

        var mayBeEmpty: Bool { earlierMayBeEmpty || beginningMayBeEmpty && last.mayBeEmpty }

        mutating func append(_ item: Item) {
            pieces += item.pieces
            beginningMayBeEmpty = beginningMayBeEmpty && last.mayBeEmpty
            last = item
        }

        mutating func beginAlternative() {
            self = Group(pieces: pieces + 1, earlierMayBeEmpty: mayBeEmpty)
        }
    }

    static func check(_ expression: String) throws(TextPattern.Problem) {
        var check = PatternCheck(rest: expression[...].utf8)
        while let byte = check.rest.popFirst() { try check.take(byte) }
        // What a group that was never closed holds is `regcomp`'s to complain about.
    }

    private init(rest: Substring.UTF8View) {
        self.rest = rest
    }

    private mutating func take(_ byte: UInt8) throws(TextPattern.Problem) {
        switch byte {
        case UInt8(ascii: "\\"): try takeEscape()
        case UInt8(ascii: "["): try takeSet()
        case UInt8(ascii: "("):
            if rest.first == UInt8(ascii: "?") {
                throw .init(message: "of the groups that begin with (? only (?i) is known, and only at the beginning")
            }
            groups.append(Group())
        case UInt8(ascii: ")"):
            // Without a group that is open it is a character like others.
            let closed = groups.count > 1 ? groups.removeLast() : nil
            try add(max(1, closed?.pieces ?? 1), mayBeEmpty: closed?.mayBeEmpty ?? false)
        case UInt8(ascii: "|"): try change { $0.beginAlternative() }
        case UInt8(ascii: "^"), UInt8(ascii: "$"): try add(Self.anchorPieces, mayBeEmpty: true)
        case UInt8(ascii: "?"): try repeatLast(atLeast: 0, atMost: 1)
        case UInt8(ascii: "*"): try repeatLast(atLeast: 0)
        case UInt8(ascii: "+"): try repeatLast(atLeast: 1)
        case UInt8(ascii: "{"): try takeRepetition()
        default: try add(1)
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
        case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "`"), UInt8(ascii: "'"):
            try add(Self.anchorPieces, mayBeEmpty: true)
        default: try add(1)
        }
    }

    /// `[…]` up to its end, `[:alpha:]` and the like within it.
    private mutating func takeSet() throws(TextPattern.Problem) {
        if rest.first == UInt8(ascii: "^") { rest.removeFirst() }
        if rest.first == UInt8(ascii: "]") { rest.removeFirst() }
        while let byte = rest.popFirst(), byte != UInt8(ascii: "]") {
            if byte == UInt8(ascii: "\\") {
                throw .init(message: "has a backslash within [ ], where it would mean itself; put ] first and - last")
            }
            if byte == UInt8(ascii: "["), let kind = rest.first, ":.=".utf8.contains(kind) {
                rest.removeFirst()
                while let inner = rest.popFirst(), !(inner == kind && rest.first == UInt8(ascii: "]")) {}
                _ = rest.popFirst()
            }
        }
        try add(1)
    }

    /// `{2}`, `{2,}`, `{,5}` or `{2,5}`.
    private mutating func takeRepetition() throws(TextPattern.Problem) {
        let text = rest.prefix { ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9")) || $0 == UInt8(ascii: ",") }
        rest = rest.dropFirst(text.count)
        guard rest.popFirst() == UInt8(ascii: "}"), !text.isEmpty else {
            throw .init(message: "has a { that begins no repetition such as {2,5}; write \\{ for the character")
        }
        let bounds = text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map { number in
            // Greater numbers make no difference: they are refused.
            min(Int(Substring(number)) ?? (number.isEmpty ? 0 : .max), Self.pieceLimit + 1)
        }
        let least = bounds.first ?? 0
        try repeatLast(atLeast: least, atMost: text.last == UInt8(ascii: ",") ? nil : bounds.last)
    }

    /// An item that may be empty is not repeated without end: glibc looks at each way through a round of such items that match
    /// nothing, and their number doubles with each item (`((a*)?(b*)?(c*)?)*`).
    private mutating func repeatLast(atLeast least: Int, atMost most: Int? = nil) throws(TextPattern.Problem) {
        guard most != nil || !groups[groups.count - 1].last.mayBeEmpty else {
            throw .init(message: "repeats without end what may match nothing, as in (a*)*; write (a+)*, or a*")
        }
        // Without an upper bound the last of the copies may be repeated for ever.
        let copies = max(1, most ?? least + 1)
        try change { group in
            group.pieces += group.last.pieces * (copies - 1)
            group.last.pieces *= copies
            group.last.mayBeEmpty = group.last.mayBeEmpty || least == 0
        }
    }

    private mutating func add(_ pieces: Int, mayBeEmpty: Bool = false) throws(TextPattern.Problem) {
        try change { $0.append(Item(pieces: pieces, mayBeEmpty: mayBeEmpty)) }
    }

    private mutating func change(_ change: (inout Group) -> Void) throws(TextPattern.Problem) {
        change(&groups[groups.count - 1])
        guard groups[groups.count - 1].pieces <= Self.pieceLimit else { throw Self.tooLarge }
    }

    private static let tooLarge = TextPattern.Problem(
        message:
            "is too large: with its repetitions it stands for more than \(pieceLimit) characters, where ^, $ or \\< stand for \(anchorPieces)"
    )
}
