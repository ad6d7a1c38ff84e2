/// Refuses what a pattern must not hold although `regcomp` would take it: what means something else elsewhere, what only an
/// engine that goes back can match, and repetitions that would fill the memory.
struct PatternCheck {
    /// How many characters, sets and the like a pattern may stand for once its repetitions are written out, as engines do.
    static let pieceLimit = 1000

    private var rest: Substring.UTF8View
    /// The pieces of each group that is open, outermost first, behind those of the whole.
    private var groups = [0]
    /// The pieces of what a repetition would repeat.
    private var last = 0

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
            groups.append(0)
        case UInt8(ascii: ")"):
            // Without a group that is open it is a character like others.
            try add(groups.count > 1 ? max(1, groups.removeLast()) : 1)
        case UInt8(ascii: "+"): try repeatLast(2)
        case UInt8(ascii: "{"): try takeRepetition()
        case UInt8(ascii: "*"), UInt8(ascii: "?"): break
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
        // Without an upper bound the last of the copies may be repeated for ever.
        let most = bounds.count > 1 ? max(bounds[1], least + 1) : least
        try repeatLast(max(1, most))
    }

    private mutating func repeatLast(_ times: Int) throws(TextPattern.Problem) {
        let whole = last * times
        try add(whole - last)
        last = whole
    }

    private mutating func add(_ pieces: Int) throws(TextPattern.Problem) {
        groups[groups.count - 1] += pieces
        last = pieces
        guard groups[groups.count - 1] <= Self.pieceLimit else { throw Self.tooLarge }
    }

    private static let tooLarge = TextPattern.Problem(
        message: "is too large: with its repetitions it stands for more than \(pieceLimit) characters")
}
