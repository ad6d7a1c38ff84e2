import DifyAPI

/// Finds out whether the app behind a key is the one whose numbers are stored: it asks for some logs that the stored state
/// has read.
///
/// A key that is exchanged, a base URL that moves and an app that is renamed keep their logs, and with them their numbers.
/// A key of another app does not.
struct Recognition: Hashable, Sendable {
    private let identity: Checkpoint.Identity
    private let known: [Int64: Set<LogID>]
    /// The seconds that may still be asked for; the last is next.
    private var seconds: [Int64]
    private var answers = 0
    private var hasFoundLog = false
    /// Whether a second that is known held other logs only.
    private var hasFoundStrangers = false

    /// Some logs may have been deleted meanwhile, so a few seconds are tried before the app counts as another.
    private static let secondsTried = 3
    /// Some seconds may hold a log that Dify cannot serve, so a few more are at hand.
    private static let secondsAtHand = 10

    init(of checkpoint: Checkpoint) {
        identity = checkpoint.identity
        let ledger = checkpoint.state.ledger
        let unreadable = checkpoint.state.unreadable.seconds
        let newest = ledger.seconds.keys.sorted(by: >)
        let readable = newest.filter { unreadable[$0] == nil }
        let chosen = (readable + newest.filter { unreadable[$0] != nil }).prefix(Self.secondsAtHand)
        known = ledger.seconds.filter { chosen.contains($0.key) }.mapValues { $0.present.all.union($0.missing) }
        seconds = chosen.reversed()
    }

    /// Whose numbers they are, for people.
    var owner: String { "\(identity.difyName ?? identity.name) at \(identity.baseURL)" }

    /// What to ask next; nil when no answer could tell more. The app's filter is left out, for it may have changed.
    var query: LogsQuery? {
        guard !hasFoundLog, answers < Self.secondsTried, let second = seconds.last else { return nil }
        return PageRequest(window: Window(second: second)).query(.init())
    }

    mutating func receive(_ page: LogPage) {
        guard let second = seconds.popLast() else { return }
        answers += 1
        let answered = Set(page.logs.map { LogID($0.id) })
        let isKnown = !answered.isDisjoint(with: known[second] ?? [])
        hasFoundLog = hasFoundLog || isKnown
        // Only an answer with every log of the second shows that the known ones are not among them.
        if !isKnown, !answered.isEmpty, Int64(answered.count) >= page.total { hasFoundStrangers = true }
    }

    /// Leaves the second that was asked for out: Dify cannot serve it.
    mutating func passOver() {
        _ = seconds.popLast()
    }

    /// Whether Dify could serve none of the seconds, so that there is nothing but names to decide from.
    var isUndecided: Bool { answers == 0 && seconds.isEmpty && !known.isEmpty }

    /// The verdict. Where neither a known log was found nor another in its place, names decide; with the same name at the
    /// same place, missing logs were deleted.
    func isSameApp(difyName: String?, baseURL: String) -> Bool {
        if hasFoundLog { return true }
        if hasFoundStrangers { return false }
        let hasSameName = identity.difyName == nil || difyName == nil || identity.difyName == difyName
        return hasSameName && (known.isEmpty || identity.baseURL == baseURL)
    }
}
