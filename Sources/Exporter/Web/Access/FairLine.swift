/// A line of a bounded length in which everybody's first stands before anybody's second: whoever asks for much waits for
/// himself, and takes nobody else's place.
///
/// Times: what is added or taken is compared with all that waits, of which there is little.
struct FairLine<Owner: Hashable, Element> {
    private struct Entry {
        let owner: Owner
        let element: Element
        let round: Int
    }

    /// What came of one more.
    enum Admission {
        case waits

        /// It waits, and the latest of the owner who has most does not any longer.
        case displaces(Element)

        /// The line is full, and nobody has more in it than this owner would have.
        case refused
    }

    private let limit: Int
    private var entries: [Entry] = []
    private var round = 0

    init(limit: Int) {
        self.limit = limit
    }

    mutating func add(_ element: Element, of owner: Owner) -> Admission {
        let latest = entries.last { $0.owner == owner }
        let entry = Entry(owner: owner, element: element, round: latest.map { $0.round + 1 } ?? round)
        if entries.count < limit {
            entries.append(entry)
            return .waits
        }
        let counts = Dictionary(entries.map { ($0.owner, 1) }, uniquingKeysWith: +)
        guard let most = counts.values.max(), most > counts[owner, default: 0] + 1,
            let place = entries.lastIndex(where: { counts[$0.owner] == most })
        else { return .refused }
        let displaced = entries.remove(at: place)
        entries.append(entry)
        return .displaces(displaced.element)
    }

    /// Takes who is next; nil where nobody waits.
    mutating func next() -> Element? {
        guard let place = entries.indices.min(by: { entries[$0].round < entries[$1].round }) else { return nil }
        let entry = entries.remove(at: place)
        round = entry.round
        return entry.element
    }
}
