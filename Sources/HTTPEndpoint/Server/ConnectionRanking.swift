import Platform

/// Decides which connection goes when places, descriptors or memory run short. It knows places and times, no sockets.
///
/// Who completes requests stays. A flood of connections that never do pushes out its own oldest members, so a newcomer
/// has as long to send its request as the flood needs to renew the table. Every operation takes constant time.
struct ConnectionRanking: Sendable {
    /// What a connection does, and so what is lost with it.
    enum Standing: Int, CaseIterable, Sendable {
        /// Its answer is sent, and only the client's end of the connection is missing.
        case draining

        /// What it cost was given to another client: nothing is expected of it any more.
        case spent

        /// As spent, and the system still buffers a part of its answer.
        case stalled

        /// The first message of its TLS handshake is not here as a whole: it has no session, and costs next to nothing.
        case awaitingHandshake

        /// That message is here, and waits for a session.
        case queued

        /// It has sent nothing yet.
        case silent

        /// A part of a request has come.
        case unfinished

        /// It waits for the next request after it completed one.
        case proven

        /// The client takes an answer; counted from the last byte that it took.
        case answering

        /// The handler works on its request.
        case handling

        /// Whether it has no TLS session to give up.
        var lacksSession: Bool { [.spent, .stalled, .awaitingHandshake, .queued].contains(self) }
    }

    /// How a connection stands, and since when.
    struct Rank: Hashable, Sendable {
        var standing: Standing
        var since: MonotonicTime
    }

    /// How far a member of the crowd is looked for.
    private static let crowdSearch = 32

    private struct Node {
        var rank: Rank
        var origin: PeerAddress
        var previous: Int?
        var next: Int?
    }

    /// Ordered from the oldest to the youngest.
    private struct Queue {
        var first: Int?
        var last: Int?
        var count = 0
    }

    private let grace: Duration
    private var nodes: [Node?] = []
    private var queues = [Queue](repeating: Queue(), count: Standing.allCases.count)
    private var originCounts: [PeerAddress: Int] = [:]
    private var count = 0

    /// The latest address that held more than half of the places when it got one.
    private var crowd: PeerAddress?

    /// - Parameter grace: how long a client may be silent, in the middle of a request, or not reading before it counts as
    ///   one that will not go on. Younger ones go only where nobody older does.
    init(grace: Duration = .seconds(1)) {
        self.grace = grace
    }

    func count(_ standing: Standing) -> Int {
        queues[standing.rawValue].count
    }

    /// The oldest of those that stand so.
    func oldest(_ standing: Standing) -> Int? {
        queues[standing.rawValue].first
    }

    /// The youngest of those that stand so.
    func youngest(_ standing: Standing) -> Int? {
        queues[standing.rawValue].last
    }

    func rank(of slot: Int) -> Rank? {
        nodes.indices.contains(slot) ? nodes[slot]?.rank : nil
    }

    /// Whom the connection at this place comes from.
    func origin(of slot: Int) -> PeerAddress? {
        nodes.indices.contains(slot) ? nodes[slot]?.origin : nil
    }
}

// MARK: - Who goes

extension ConnectionRanking {
    /// The place to empty for a newcomer; nil where everybody's request is being handled.
    ///
    /// In this order, the oldest first: those that are draining or spent; that sent nothing for the grace; that have been in an
    /// unfinished request for the grace; that took nothing of their answer for the grace; that are silent or unfinished;
    /// that are proven; that take an answer; that have been handled for the grace. But while the silent and unfinished
    /// are less than a quarter of all, the proven or the answering go before them, whichever are more: else a few places
    /// would be renewed faster than a newcomer can send its request. Among equals, those of an address that has more than
    /// half of all connections go first. All are those that there are: descriptors may end before places do.
    ///
    /// Who has yet to begin a handshake counts as silent, who is queued as unfinished; but the queued go last of the
    /// newcomers, since a session will be theirs within moments.
    ///
    /// - Parameter withSession: whether only those are asked that have a TLS session, because it is sessions that are short.
    func victim(at now: MonotonicTime, withSession: Bool = false) -> Int? {
        func first(_ standing: Standing, notAfter limit: MonotonicTime? = nil) -> Int? {
            withSession && standing.lacksSession ? nil : candidate(standing, notAfter: limit)
        }
        let due = now + (.zero - grace)
        let beginners = withSession ? 0 : count(.awaitingHandshake) + count(.queued)
        let newcomers = beginners + count(.silent) + count(.unfinished)
        let everybody = withSession ? sessions : count
        if let slot = first(.draining) ?? first(.spent) ?? first(.stalled) { return slot }
        for standing in [Standing.awaitingHandshake, .silent, .unfinished, .answering] {
            if let slot = first(standing, notAfter: due) { return slot }
        }
        let settled = count(.answering) > count(.proven) ? Standing.answering : .proven
        if newcomers < everybody / 4, let slot = first(settled) { return slot }
        let newcomer = older(older(first(.awaitingHandshake), first(.silent)), first(.unfinished)) ?? first(.queued)
        return newcomer ?? first(.proven) ?? first(.answering) ?? first(.handling, notAfter: due)
    }

    /// How many have a TLS session, where there are any.
    var sessions: Int { count - Standing.allCases.reduce(0) { $0 + ($1.lacksSession ? count($1) : 0) } }

    private func candidate(_ standing: Standing, notAfter limit: MonotonicTime? = nil) -> Int? {
        guard let first = queues[standing.rawValue].first, isDue(first, limit) else { return nil }
        guard let crowd, originCounts[crowd, default: 0] * 2 > count else { return first }
        var slot: Int? = first
        for _ in 0..<Self.crowdSearch {
            guard let candidate = slot, isDue(candidate, limit) else { break }
            if nodes[candidate]?.origin == crowd { return candidate }
            slot = nodes[candidate]?.next
        }
        return first
    }

    private func isDue(_ slot: Int, _ limit: MonotonicTime?) -> Bool {
        guard let limit, let since = nodes[slot]?.rank.since else { return true }
        return since <= limit
    }

    private func older(_ left: Int?, _ right: Int?) -> Int? {
        guard let left, let right, let leftSince = rank(of: left)?.since, let rightSince = rank(of: right)?.since else {
            return left ?? right
        }
        return leftSince <= rightSince ? left : right
    }
}

// MARK: - Keeping order

extension ConnectionRanking {
    /// A connection got this place.
    mutating func insert(_ slot: Int, from origin: PeerAddress, _ rank: Rank) {
        remove(slot)
        while nodes.count <= slot { nodes.append(nil) }
        nodes[slot] = Node(rank: rank, origin: origin)
        link(slot)
        let companions = originCounts[origin, default: 0] + 1
        originCounts[origin] = companions
        count += 1
        if companions * 2 > count { crowd = origin }
    }

    /// The connection at this place stands differently, or made progress.
    mutating func update(_ slot: Int, _ rank: Rank) {
        guard let old = self.rank(of: slot), old != rank else { return }
        unlink(slot)
        nodes[slot]?.rank = rank
        link(slot)
    }

    /// The place is empty.
    mutating func remove(_ slot: Int) {
        guard nodes.indices.contains(slot), let node = nodes[slot] else { return }
        unlink(slot)
        nodes[slot] = nil
        let companions = originCounts[node.origin, default: 1] - 1
        originCounts[node.origin] = companions > 0 ? companions : nil
        count -= 1
    }

    /// Times come in order but for those of one turn of the server's loop, so the right place is at or near the end.
    private mutating func link(_ slot: Int) {
        guard let rank = nodes[slot]?.rank else { return }
        var queue = queues[rank.standing.rawValue]
        var previous = queue.last
        while let older = previous, let since = nodes[older]?.rank.since, since > rank.since {
            previous = nodes[older]?.previous
        }
        let next = previous.map { nodes[$0]?.next } ?? queue.first
        nodes[slot]?.previous = previous
        nodes[slot]?.next = next
        if let previous { nodes[previous]?.next = slot } else { queue.first = slot }
        if let next { nodes[next]?.previous = slot } else { queue.last = slot }
        queue.count += 1
        queues[rank.standing.rawValue] = queue
    }

    private mutating func unlink(_ slot: Int) {
        guard let node = nodes[slot] else { return }
        var queue = queues[node.rank.standing.rawValue]
        if let previous = node.previous { nodes[previous]?.next = node.next } else { queue.first = node.next }
        if let next = node.next { nodes[next]?.previous = node.previous } else { queue.last = node.previous }
        queue.count -= 1
        queues[node.rank.standing.rawValue] = queue
        nodes[slot]?.previous = nil
        nodes[slot]?.next = nil
    }
}
