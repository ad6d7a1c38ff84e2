/// The keyword filter: a search for up to 30 characters in inputs and session ids, whatever their case, or for a run by its id
/// (dify-logs-api §1.3).
struct Keyword {
    private let pattern: [Mark]
    private let runID: String?

    private enum Mark: Equatable {
        case letter(Character)
        case anyLetter
        case anyText
    }

    init(_ text: String, version: ServerVersion) {
        let letters = text.prefix(30).lowercased().map { letter -> Mark in
            guard !version.escapesKeywords else { return .letter(letter) }
            return letter == "%" ? .anyText : letter == "_" ? .anyLetter : .letter(letter)
        }
        pattern = [.anyText] + letters + [.anyText]
        let digits = text.lowercased().filter { $0 != "-" }
        runID = digits.count == 32 && digits.allSatisfy(\.isHexDigit) ? digits : nil
    }

    func matches(_ run: SimulatedRun) -> Bool {
        if let runID, run.runID.text.filter({ $0 != "-" }) == runID { return true }
        return matches(run.inputs) || run.creator.sessionID.map(matches) ?? false
    }

    /// SQL's LIKE: walks on, and returns to the last `%` where it cannot.
    private func matches(_ text: String) -> Bool {
        let letters = Array(text.lowercased())
        var (place, mark) = (0, 0)
        var retry: (place: Int, mark: Int)?
        while place < letters.count {
            if mark < pattern.count, pattern[mark] == .anyText {
                retry = (place, mark)
                mark += 1
            } else if mark < pattern.count, pattern[mark] == .anyLetter || pattern[mark] == .letter(letters[place]) {
                (place, mark) = (place + 1, mark + 1)
            } else if let last = retry {
                retry = (last.place + 1, last.mark)
                (place, mark) = (last.place + 1, last.mark + 1)
            } else {
                return false
            }
        }
        return pattern[mark...].allSatisfy { $0 == .anyText }
    }
}
