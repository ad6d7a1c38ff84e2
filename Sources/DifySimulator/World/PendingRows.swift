import CivilTime

/// Logs that are written or will be, and that nobody can read yet: a heap with the next to appear on top.
struct PendingRows: Sendable {
    private struct Entry {
        let visibleAt: UnixTime
        let ordinal: Int

        func isBefore(_ other: Entry) -> Bool {
            (visibleAt, ordinal) < (other.visibleAt, other.ordinal)
        }
    }

    private var entries: [Entry] = []

    mutating func insert(_ ordinal: Int, visibleAt: UnixTime) {
        entries.append(Entry(visibleAt: visibleAt, ordinal: ordinal))
        var child = entries.count - 1
        while child > 0, entries[child].isBefore(entries[(child - 1) / 2]) {
            entries.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// Takes the next log that is visible by `moment`, if there is one.
    mutating func take(by moment: UnixTime) -> Int? {
        guard let first = entries.first, first.visibleAt <= moment else { return nil }
        entries.swapAt(0, entries.count - 1)
        entries.removeLast()
        var parent = 0
        while true {
            let children = (2 * parent + 1)..<min(2 * parent + 3, max(entries.count, 2 * parent + 1))
            guard let least = children.min(by: { entries[$0].isBefore(entries[$1]) }),
                entries[least].isBefore(entries[parent])
            else { return first.ordinal }
            entries.swapAt(parent, least)
            parent = least
        }
    }
}
