/// Finds what a misspelt word was probably meant to be.
enum Spelling {
    /// The candidate with the fewest edits, when they are at most a third of the word's length.
    static func nearest(to word: String, among candidates: [String]) -> String? {
        let scored = candidates.map { (candidate: $0, edits: distance(Array(word.utf8), Array($0.utf8))) }
        guard let best = scored.min(by: { $0.edits < $1.edits }) else { return nil }
        return best.edits <= max(1, word.utf8.count / 3) ? best.candidate : nil
    }

    /// Levenshtein's distance.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        // No name here is as long, and a hostile one must not cost a second.
        guard left.count <= 128, right.count <= 128 else { return .max }
        var previous = Array(0...right.count)
        for (row, leftByte) in left.enumerated() {
            var current = [row + 1]
            for (column, rightByte) in right.enumerated() {
                let substitution = previous[column] + (leftByte == rightByte ? 0 : 1)
                current.append(min(substitution, previous[column + 1] + 1, current[column] + 1))
            }
            previous = current
        }
        return previous[right.count]
    }
}
