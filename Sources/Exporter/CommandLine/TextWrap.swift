extension String {
    /// The text in lines that end before column 81, broken between words; each but the first begins behind `column` spaces,
    /// where the first is thought to begin too. A longer word has a line of its own.
    func wrapped(within column: Int) -> String {
        var lines: [String] = []
        for word in split(separator: " ") {
            if let line = lines.last, column + line.count + 1 + word.count <= 80 {
                lines[lines.count - 1] += " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines.joined(separator: "\n" + String(repeating: " ", count: column))
    }
}
