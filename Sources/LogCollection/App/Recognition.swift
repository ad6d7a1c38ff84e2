import DifyAPI

/// Finds out whether the app behind a key is the one whose numbers are stored: it asks for some logs that the stored state
/// has read.
///
/// A key that is exchanged, a base URL that moves and an app that is renamed keep their logs, and with them their numbers.
/// A key of another app does not.
struct Recognition: Hashable, Sendable {
    private let identity: Checkpoint.Identity
    private let known: [Int64: Set<LogID>]
    private var seconds: [Int64]
    private var hasFoundLog = false

    /// Some logs may have been deleted meanwhile, so a few seconds are tried before the app counts as another.
    private static let secondsTried = 3

    init(of checkpoint: Checkpoint) {
        identity = checkpoint.identity
        let newest = checkpoint.state.ledger.seconds.keys.sorted(by: >).prefix(Self.secondsTried)
        known = checkpoint.state.ledger.seconds.filter { newest.contains($0.key) }.mapValues(\.present)
        seconds = newest.reversed()
    }

    /// Whose numbers they are, for people.
    var owner: String { "\(identity.difyName ?? identity.name) at \(identity.baseURL)" }

    /// What to ask next; nil when enough is known.
    func query(_ filter: LogsQuery.Filter) -> LogsQuery? {
        guard !hasFoundLog, let second = seconds.last else { return nil }
        return PageRequest(window: Window(second: second)).query(filter)
    }

    mutating func receive(_ page: LogPage) {
        guard let second = seconds.popLast() else { return }
        let answered = Set(page.logs.map { LogID($0.id) })
        hasFoundLog = hasFoundLog || !answered.isDisjoint(with: known[second] ?? [])
    }

    /// Tries again from the beginning: the operator may have corrected the key.
    mutating func startAgain() {
        seconds = known.keys.sorted()
    }

    /// The verdict. Without a known log to find, names decide; with the same name at the same place, logs that are gone were
    /// deleted.
    func isSameApp(difyName: String?, baseURL: String) -> Bool {
        if hasFoundLog { return true }
        let hasSameName = identity.difyName == nil || difyName == nil || identity.difyName == difyName
        return hasSameName && (known.isEmpty || identity.baseURL == baseURL)
    }
}
