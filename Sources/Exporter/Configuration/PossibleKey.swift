import Bytes

/// Texts that may be a key which stands in the wrong place, as where the path of its file belongs. What may be one is never
/// printed.
enum PossibleKey {
    static let hidden = "<not shown: it may be a key>"

    /// Whether a text looks like a key: a prefix of Dify's and letters and digits, or many letters and digits and nothing
    /// else.
    static func isLikely(_ text: String) -> Bool {
        for prefix in ["app-", "dataset-", "sk-", "Bearer "] where text.hasPrefix(prefix) {
            let rest = text.dropFirst(prefix.count)
            if rest.hasPrefix("app-") { return true }
            if rest.utf8.count >= 16, rest.utf8.allSatisfy(ASCII.isAlphanumeric) { return true }
        }
        return text.utf8.count >= 20 && text.utf8.allSatisfy(ASCII.isAlphanumeric)
            && text.utf8.contains(where: ASCII.isDigit)
            && !text.utf8.allSatisfy(ASCII.isDigit)
    }

    /// Whether a key may stand anywhere in a name, as in that of a backup copy.
    static func isLikely(in name: String) -> Bool {
        isLikely(name) || isWithin(name)
    }

    /// A name for messages and labels of the log.
    static func shown(name: String) -> String {
        isLikely(name) ? hidden : masked(name)
    }

    /// Whether a text holds a key of Dify's own form, or a bcrypt hash.
    static func isWithin(_ text: String) -> Bool { masked(text) != text }

    /// What to do about it, for whoever wrote such a text.
    static let advice = "this holds what looks like a key, and would show it; a key goes into api_key_file"

    /// A path for messages. Only what begins as a path is certain to be none of a key.
    static func shown(path: String) -> String {
        ["/", "./", "../", "~"].contains { path.hasPrefix($0) } && !isLikely(path) ? masked(path) : hidden
    }

    /// Whether an environment variable can have the name, and a key is unlikely to look like it.
    static func isVariableName(_ text: String) -> Bool {
        text.utf8.count <= 255 && !text.isEmpty && !ASCII.isDigit(text.utf8.first ?? 0)
            && text.utf8.allSatisfy { ASCII.isAlphanumeric($0) || $0 == UInt8(ascii: "_") } && !isLikely(text)
    }

    /// A line with every key of Dify's own form and every bcrypt hash taken out.
    static func masked(_ line: String) -> String {
        var text = ""
        let line = withoutHashes(line)
        var rest = line[...]
        while let start = rest.firstOccurrence(of: "app-") {
            let tail = rest[start.upperBound...].prefix { $0.asciiValue.map(ASCII.isAlphanumeric) ?? false }
            let isKey = tail.utf8.count >= shortestKey && tail.utf8.contains(where: ASCII.isDigit)
            text.append(contentsOf: rest[..<start.lowerBound])
            text.append(contentsOf: isKey ? hidden : String(rest[start.lowerBound..<tail.endIndex]))
            rest = rest[tail.endIndex...]
        }
        text.append(contentsOf: rest)
        return text
    }

    /// `$2y$10$…` and its like, with whatever letters, digits, dots and slashes follow.
    private static func withoutHashes(_ line: String) -> String {
        let parts = line.pieces(between: "$2")
        guard parts.count > 1, let first = parts.first else { return line }
        return parts.dropFirst().reduce(into: String(first)) { text, part in
            let mark = part.utf8.prefix(5)
            guard let dollar = mark.firstIndex(of: UInt8(ascii: "$")) else {
                text += "$2" + part
                return
            }
            let hash = part[part.utf8.index(after: dollar)...].utf8.prefix { byte in
                ASCII.isAlphanumeric(byte) || [UInt8(ascii: "$"), UInt8(ascii: "."), UInt8(ascii: "/")].contains(byte)
            }
            text += hash.count >= shortestKey ? hidden + part[hash.endIndex...] : "$2" + part
        }
    }

    /// Behind the prefix. Dify's have 24 letters and digits there.
    private static let shortestKey = 20
}
