import HTTPEndpoint

/// Who waits for a turn of something slow, and whose turn is next. A value without a clock: times are handed in.
///
/// Names that are configured come first, for no other can be right. Then the addresses take turns, and at one address the
/// names, so whoever tries many passwords waits for himself. When it is full, the place to go is the latest of whom the
/// others suffer from most: an unknown name before a known one, then the address with most places, then the name.
///
/// Who floods it can tell by waiting that a name is configured. Names are no secrets, as passwords are.
struct PasswordQueue<Waiter> {
    /// Whose password it is.
    struct Origin: Hashable, Sendable {
        /// Nil where it is not known.
        let client: PeerAddress?
        /// Nil for all names that are not configured.
        let user: String?
    }

    private struct Entry {
        let origin: Origin
        let number: Int
        let since: ContinuousClock.Instant
        let waiter: Waiter
    }

    private let limit: Int
    /// In the order in which they came. So few that looking through them costs nothing beside a hash.
    private var entries: [Entry] = []
    private var nextNumber = 0
    /// When each had its latest turn, counted in turns; only of those who still wait for another.
    private var clientTurns: [PeerAddress?: Int] = [:]
    private var turns: [Origin: Int] = [:]
    private var turn = 0

    init(limit: Int) {
        self.limit = limit
    }

    var count: Int { entries.count }

    /// Adds a waiter. Gives the one who has to go for it, who may be itself; nil where there is a place.
    mutating func insert(_ waiter: Waiter, from origin: Origin, at now: ContinuousClock.Instant) -> Waiter? {
        nextNumber += 1
        entries.append(Entry(origin: origin, number: nextNumber, since: now, waiter: waiter))
        guard entries.count > limit else { return nil }
        var ofClient: [PeerAddress?: Int] = [:]
        var ofOrigin: [Origin: Int] = [:]
        for entry in entries {
            ofClient[entry.origin.client, default: 0] += 1
            ofOrigin[entry.origin, default: 0] += 1
        }
        return takeFirst { entry in
            (
                entry.origin.user == nil ? 0 : 1, -ofClient[entry.origin.client, default: 0],
                -ofOrigin[entry.origin, default: 0], -entry.number
            )
        }?.waiter
    }

    /// Takes out whose turn it is.
    mutating func next() -> Waiter? {
        let (clientTurns, turns) = (clientTurns, turns)
        let chosen = takeFirst { entry in
            (
                entry.origin.user == nil ? 1 : 0, clientTurns[entry.origin.client] ?? 0, turns[entry.origin] ?? 0,
                entry.number
            )
        }
        guard let chosen else { return nil }
        turn += 1
        self.clientTurns[chosen.origin.client] = turn
        self.turns[chosen.origin] = turn
        forgetTurns()
        return chosen.waiter
    }

    /// Takes out those who have waited since then or longer.
    mutating func removeAll(since limit: ContinuousClock.Instant) -> [Waiter] {
        let late = entries.filter { $0.since <= limit }
        entries.removeAll { $0.since <= limit }
        forgetTurns()
        return late.map(\.waiter)
    }

    private mutating func takeFirst(by key: (Entry) -> (Int, Int, Int, Int)) -> Entry? {
        entries.indices.min { key(entries[$0]) < key(entries[$1]) }.map { entries.remove(at: $0) }
    }

    private mutating func forgetTurns() {
        let waiting = Set(entries.map(\.origin))
        turns = turns.filter { waiting.contains($0.key) }
        let clients = Set(waiting.map(\.client))
        clientTurns = clientTurns.filter { clients.contains($0.key) }
    }
}
