import Platform
import TestSupport
import Testing

@testable import HTTPEndpoint

struct ConnectionRankingTests {
    private typealias Standing = ConnectionRanking.Standing

    private static let start = MonotonicTime.now
    private static let here = PeerAddress.ipv4(1)

    private static func at(_ seconds: Double) -> MonotonicTime {
        start + .milliseconds(Int(seconds * 1000))
    }

    /// One place after the other, each with its standing and the second since when.
    private func ranking(_ places: [(ConnectionRanking.Standing, Double)]) -> ConnectionRanking {
        var ranking = ConnectionRanking()
        for (slot, (standing, since)) in places.enumerated() {
            ranking.insert(
                slot, from: .ipv4(UInt32(slot)), .init(standing: standing, since: Self.at(since)))
        }
        return ranking
    }

    /// Empties the table as newcomers would, and tells the order of the places.
    private func order(_ ranking: ConnectionRanking, at second: Double) -> [Int] {
        var ranking = ranking
        var order: [Int] = []
        while let slot = ranking.victim(at: Self.at(second)) {
            order.append(slot)
            ranking.remove(slot)
        }
        return order
    }

    @Test func `who gives least for what it costs goes first`() {
        let ranking = ranking([
            (.handling, 0), (.proven, 0), (.answering, 0), (.unfinished, 0), (.silent, 0), (.draining, 0),
        ])
        #expect(order(ranking, at: 100) == [5, 4, 3, 2, 1, 0])
    }

    @Test(arguments: ConnectionRanking.Standing.allCases)
    func `of equals the oldest goes first, in whatever order they came`(standing: ConnectionRanking.Standing) {
        let ranking = ranking([(standing, 3), (standing, 1), (standing, 4), (standing, 2)])
        #expect(order(ranking, at: 100) == [1, 3, 0, 2])
    }

    @Test func `a young newcomer stays longer than an old one of the next kind`() {
        let ranking = ranking([(.silent, 9.9), (.unfinished, 1), (.answering, 2), (.unfinished, 9.8)])
        #expect(order(ranking, at: 10) == [1, 2, 3, 0])
    }

    @Test func `who completed requests stays while newcomers have a quarter of the places`() {
        let newcomers = (0..<2).map { _ in (Standing.silent, 9.9) }
        let proven = (0..<6).map { (Standing.proven, Double($0)) }
        #expect(ranking(newcomers + proven).victim(at: Self.at(10)) == 0)
        #expect(ranking(newcomers.dropLast() + proven + [(.proven, 7)]).victim(at: Self.at(10)) == 1)
    }

    @Test func `who has no session costs least, and who is queued for one has the best claim to it`() {
        let ranking = ranking([
            (.queued, 0), (.unfinished, 99.9), (.silent, 99.8), (.awaitingHandshake, 99.7), (.stalled, 0), (.spent, 0),
            (.proven, 0),
        ])
        #expect(order(ranking, at: 100) == [5, 4, 3, 2, 1, 0, 6])
        #expect(order(self.ranking([(.awaitingHandshake, 0), (.silent, 0), (.queued, 0)]), at: 100) == [0, 1, 2])
    }

    @Test func `sessions are taken only from those that have one`() {
        let without = [(Standing.queued, 0.0), (.awaitingHandshake, 0), (.spent, 0), (.stalled, 0)]
        #expect(ranking(without).victim(at: Self.at(100), withSession: true) == nil)
        #expect(ranking(without).sessions == 0)
        let mixed = ranking(without + [(.proven, 0), (.unfinished, 99.9), (.silent, 99.8), (.draining, 0)])
        #expect(mixed.sessions == 4)
        #expect(mixed.victim(at: Self.at(100), withSession: true) == 7)
        #expect(mixed.youngest(.queued) == 0 && mixed.youngest(.answering) == nil)
    }

    @Test func `nobody goes while each request is handled, until that takes too long`() {
        let ranking = ranking([(.handling, 0), (.handling, 0.5)])
        #expect(ranking.victim(at: Self.at(0.9)) == nil)
        #expect(order(ranking, at: 1.2) == [0])
    }

    @Test func `progress saves a connection`() {
        var ranking = ranking([(.answering, 0), (.answering, 0)])
        ranking.update(0, .init(standing: .answering, since: Self.at(5)))
        #expect(ranking.victim(at: Self.at(6)) == 1)
    }

    @Test func `an address with most of the places goes before others of the same kind`() {
        var ranking = ConnectionRanking()
        for (slot, origin) in [9, 1, 1, 1].enumerated() {
            ranking.insert(
                slot, from: .ipv4(UInt32(origin)), .init(standing: .unfinished, since: Self.at(Double(slot))))
        }
        #expect(order(ranking, at: 100) == [1, 2, 0, 3])
    }

    @Test func `a place that is empty is nobody's`() {
        var ranking = ranking([(.silent, 0)])
        ranking.remove(0)
        ranking.remove(0)
        ranking.remove(7)
        ranking.update(0, .init(standing: .silent, since: Self.at(1)))
        #expect(ranking.victim(at: Self.at(2)) == nil && ranking.rank(of: 0) == nil && ranking.rank(of: 9) == nil)
    }

    @Test func `the order holds after any number of changes`() {
        var random = Seeded(7)
        var ranking = ConnectionRanking()
        var model: [Int: ConnectionRanking.Rank] = [:]
        for step in 0..<20_000 {
            let slot = Int.random(in: 0..<40, using: &random)
            let standing = Standing.allCases.randomElement(using: &random) ?? .silent
            let since = Self.at(Double(step) + Double.random(in: -3...0, using: &random))
            switch Int.random(in: 0..<3, using: &random) {
            case 0:
                ranking.remove(slot)
                model[slot] = nil
            case 1:
                ranking.insert(slot, from: .ipv4(UInt32(slot)), .init(standing: standing, since: since))
                model[slot] = .init(standing: standing, since: since)
            default:
                ranking.update(slot, .init(standing: standing, since: since))
                if model[slot] != nil { model[slot] = .init(standing: standing, since: since) }
            }
            for standing in Standing.allCases {
                let members = model.filter { $0.value.standing == standing }
                #expect(ranking.count(standing) == members.count)
                #expect(ranking.oldest(standing).flatMap { model[$0]?.since } == members.values.map(\.since).min())
            }
        }
    }
}

/// Attackers and scrapers on one table, by the hundredth of a second: what the ranking promises whoever completes requests.
struct ConnectionRankingSimulation {
    private enum Client: Equatable {
        /// Sends a part of a request at once, and comes again as soon as it is closed.
        case halfOpen
        /// Sends nothing.
        case silent
        /// Completes one request, then waits.
        case polite
        /// Asks for a page and does not read it.
        case nonReader
        case scraper
    }

    private static let turn = Duration.milliseconds(10)
    private static let scraperSlowness = 5

    @Test(arguments: [UInt64](1...20))
    func `a scraper is never pushed out, by whatever flood`(seed: UInt64) {
        var random = Seeded(seed)
        let capacity = Int.random(in: 64...1024, using: &random)
        let flood: [Client] = [.halfOpen, .silent, .polite, .nonReader].filter { _ in Bool.random(using: &random) }
        // The table is renewed no faster than in the time that a scraper needs to send its request.
        let arrivals = Int.random(in: 0...(capacity / 4 / Self.scraperSlowness), using: &random)
        var ranking = ConnectionRanking()
        var clients = [Client?](repeating: nil, count: capacity)
        var free = Array(0..<capacity)
        var now = MonotonicTime.now
        var keptScraper: Int?
        var slowScraper: (slot: Int, readyAt: Int)?
        var served = 0

        func admit(_ client: Client, _ standing: ConnectionRanking.Standing) -> Int? {
            if free.isEmpty {
                guard let slot = ranking.victim(at: now) else { return nil }
                #expect(clients[slot] != .scraper, "seed \(seed): a scraper went")
                ranking.remove(slot)
                clients[slot] = nil
                free.append(slot)
            }
            guard let slot = free.popLast() else { return nil }
            clients[slot] = client
            ranking.insert(slot, from: .ipv4(1), .init(standing: standing, since: now))
            return slot
        }

        for turn in 0..<1500 {
            now = now + Self.turn
            for _ in 0..<arrivals {
                switch flood.randomElement(using: &random) {
                case .halfOpen: _ = admit(.halfOpen, .unfinished)
                case .silent: _ = admit(.silent, .silent)
                case .polite: _ = admit(.polite, .proven)
                case .nonReader: _ = admit(.nonReader, .answering)
                case .scraper, nil: break
                }
            }
            // One scraper keeps its connection; only those who complete requests as it does may take it, by turns.
            if turn % 100 == 0, !flood.contains(.polite) {
                keptScraper = keptScraper ?? admit(.scraper, .proven)
                if let keptScraper { ranking.update(keptScraper, .init(standing: .proven, since: now)) }
                #expect(keptScraper != nil)
            }
            // The other one comes anew each time, and needs some turns until its request is here.
            if turn % 100 == 50 {
                let slot = slowScraper == nil ? admit(.scraper, .silent) : nil
                #expect(slot != nil, "seed \(seed): a scraper found no place")
                slowScraper = slot.map { ($0, turn + Self.scraperSlowness) }
            } else if let scraper = slowScraper, turn == scraper.readyAt {
                ranking.remove(scraper.slot)
                clients[scraper.slot] = nil
                free.append(scraper.slot)
                slowScraper = nil
                served += 1
            }
        }
        #expect(served == 15)
    }
}
