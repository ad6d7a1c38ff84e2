// Looking for a text within another. The standard library can do so too, but its algorithms bring its regular expressions
// into the program, which are a tenth of it.

extension StringProtocol {
    /// Where a text occurs first, compared byte by byte; nil where it does not, and for an empty one.
    package func firstOccurrence(of text: String) -> Range<String.Index>? {
        guard let first = text.utf8.first else { return nil }
        var rest = Substring(self).utf8
        while let start = rest.firstIndex(of: first) {
            rest = rest[start...]
            if rest.starts(with: text.utf8) { return start..<rest.index(start, offsetBy: text.utf8.count) }
            rest = rest.dropFirst()
        }
        return nil
    }

    package func hasOccurrence(of text: String) -> Bool {
        firstOccurrence(of: text) != nil
    }

    /// What stands before, between and behind the occurrences of a text: at least one piece, some of them empty.
    package func pieces(between text: String) -> [Substring] {
        var pieces: [Substring] = []
        var rest = Substring(self)
        while let range = rest.firstOccurrence(of: text) {
            pieces.append(rest[..<range.lowerBound])
            rest = rest[range.upperBound...]
        }
        return pieces + [rest]
    }

    package func replacingOccurrences(of text: String, with replacement: String) -> String {
        pieces(between: text).joined(separator: replacement)
    }
}
