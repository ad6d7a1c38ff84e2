import DifyAPI

/// Counts what was odd in an app's answers, and tells which of it is news.
package struct OddValues: Hashable, Sendable {
    /// Since the program started.
    package private(set) var counts: [OddValue.Field: UInt64] = [:]
    private var told: Set<Kind> = []

    private struct Kind: Hashable {
        let field: OddValue.Field
        let shown: String
    }

    /// So many different values are told of; what comes after them is only counted.
    static let toldLimit = 32

    package init() {}

    /// Counts a value. True for the first of its kind.
    mutating func count(_ value: OddValue) -> Bool {
        counts[value.field, default: 0] += 1
        guard told.count < Self.toldLimit else { return false }
        return told.insert(Kind(field: value.field, shown: value.shown)).inserted
    }
}

/// Takes from each row what was odd about it once, although rows are read again and again.
struct OddRows: Hashable, Sendable {
    private var taken: [OddValue] = []
    /// Runs that have not ended, whose odd status was taken.
    private var open: Set<LogID> = []
    private var refused: Set<LogID> = []

    /// Rows without a plausible time are in no ledger, so that these are remembered; later ones are not taken.
    static let refusedLimit = 1000

    /// What was taken since this was last called.
    mutating func takeValues() -> [OddValue] {
        defer { taken = [] }
        return taken
    }

    /// Notes a row that was read. Its values are final once its run has ended, and until then only its status is looked at.
    mutating func note(_ values: [OddValue], of id: LogID, isNew: Bool, wasOpen: Bool, isOpen: Bool) {
        if isOpen {
            let status = values.filter { $0.field == .status }
            guard !status.isEmpty, open.insert(id).inserted else { return }
            taken += status
        } else if isNew || wasOpen {
            let hasTold = open.remove(id) != nil
            taken += values.filter { $0.field != .status || !hasTold }
        }
    }

    mutating func noteRefused(_ rows: [OddValue]) {
        for row in rows where refused.count < Self.refusedLimit {
            if refused.insert(LogID(row.logID ?? "")).inserted { taken.append(row) }
        }
    }

    /// Forgets the runs that are no longer waited for.
    mutating func keep(_ isWaitedFor: (LogID) -> Bool) {
        open = open.filter(isWaitedFor)
    }
}
