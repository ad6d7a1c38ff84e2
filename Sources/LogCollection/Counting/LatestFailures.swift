/// The failed runs that ended last, for whoever has been alerted and wants to look at one. Error texts are not kept.
package struct LatestFailures: Hashable, Sendable {
    /// The one that ended last comes first.
    package private(set) var runs: [FailedRun] = []

    package static let limit = 20

    init() {}

    /// What was written down. Nil where it cannot have been such a list.
    init?(_ runs: [FailedRun]) {
        let isFalling = zip(runs, runs.dropFirst()).allSatisfy { !$0.endedBefore($1) }
        guard isFalling, runs.count <= Self.limit else { return nil }
        self.runs = runs
    }

    /// False for a run that ended too early to be one of the latest.
    func mayTake(endedAt end: Int64) -> Bool {
        runs.count < Self.limit || end >= runs.last?.endedAt ?? .min
    }

    /// Takes in a run, whichever order runs become known in.
    mutating func note(_ run: FailedRun) {
        let place = runs.firstIndex { $0.endedBefore(run) } ?? runs.count
        guard place < Self.limit else { return }
        runs.insert(run, at: place)
        if runs.count > Self.limit { runs.removeLast() }
    }
}

/// One failed run, without its error text.
package struct FailedRun: Hashable, Sendable {
    /// A UUID, as Dify's are; nil for anything else, which would be whatever a server says.
    package let id: String?
    /// Unix seconds on the server's clock.
    package let endedAt: Int64
    /// The class of the error text.
    package let reason: String
    /// Seconds; nil where the server tells none.
    package let elapsed: Double?
    package let tokens: UInt64
    package let steps: UInt64

    package init(id: String?, endedAt: Int64, reason: String, elapsed: Double?, tokens: UInt64, steps: UInt64) {
        self.id = id.flatMap { LogID.uuid($0.utf8) == nil ? nil : $0 }
        self.endedAt = endedAt
        self.reason = reason
        self.elapsed = elapsed
        self.tokens = tokens
        self.steps = steps
    }

    /// Ends are whole seconds; of equal ones the id decides.
    fileprivate func endedBefore(_ other: FailedRun) -> Bool {
        (endedAt, id ?? "") < (other.endedAt, other.id ?? "")
    }
}
