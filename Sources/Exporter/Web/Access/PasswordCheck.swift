import Bytes
import HTTPEndpoint
import Platform

/// Compares passwords with their bcrypt hashes. That takes long, on purpose, so it is done on threads of its own, two at
/// once, and what came of it is kept: for each user what was right, and the latest of what was wrong.
///
/// Those that have to wait do so in turns of the addresses that they come from, so that a flood of guesses does not keep
/// others out. An unknown user costs the same as a known one. What is kept are SHA-256 hashes with a salt of this process, no passwords.
actor PasswordCheck {
    enum Verdict: Sendable {
        case right
        case wrong

        /// Too many wait already to be looked at.
        case busy
    }

    /// `PasswordHashing.hash`, or in tests something quick that counts.
    typealias Hash = @Sendable (_ password: [UInt8], _ setting: String) -> String?

    private let users: [String: PasswordHash]
    private let decoy: String
    private let hash: Hash
    private let work = BlockingWork(threadLimit: atOnce)
    private let salt = (0..<32).map { _ in UInt8.random(in: .min ... .max) }
    private var right: [String: [UInt8]] = [:]
    private var wrong = Recent(limit: 256)
    private var underWay: [[UInt8]: Task<Verdict, Never>] = [:]

    /// Those whose turn has not come. They are told whether it has, or will not.
    private var line = FairLine<PeerAddress?, CheckedContinuation<Bool, Never>>(limit: limit - atOnce)
    private var inTurn = 0

    /// How many passwords are looked at, or wait for it.
    private static let limit = 64

    /// How many passwords are looked at.
    private static let atOnce = 2

    /// How long looking at a password may take.
    private let patience: Duration

    init(
        users: [String: PasswordHash], patience: Duration = .seconds(60), hash: @escaping Hash = PasswordHashing.hash
    ) {
        self.users = users
        self.patience = patience
        self.hash = hash
        // Nobody's: what comes of it is not compared.
        let cost = users.values.map(\.cost).max() ?? 10
        decoy = "$2b$\(cost < 10 ? "0" : "")\(cost)$" + String(repeating: "x", count: 21) + "u"
    }

    /// - Parameter origin: where they come from; nil is an address like any other.
    func verdict(on credentials: Credentials, from origin: PeerAddress? = nil) async -> Verdict {
        let known = users[credentials.user]
        let digest = digest(of: credentials, known)
        if right[credentials.user] == digest { return .right }
        if wrong.contains(digest) { return .wrong }
        if let task = underWay[digest] { return await task.value }
        let task = Task {
            let verdict = await takeTurn(origin) ? await look(at: credentials, known, digest) : .busy
            underWay[digest] = nil
            return verdict
        }
        underWay[digest] = task
        return await task.value
    }

    /// Waits until there is a place; false where others have more right to wait.
    private func takeTurn(_ origin: PeerAddress?) async -> Bool {
        guard inTurn == Self.atOnce else {
            inTurn += 1
            return true
        }
        return await withCheckedContinuation { continuation in
            switch line.add(continuation, of: origin) {
            case .waits: break
            case .displaces(let other): other.resume(returning: false)
            case .refused: continuation.resume(returning: false)
            }
        }
    }

    private func endTurn() {
        if let next = line.next() { next.resume(returning: true) } else { inTurn -= 1 }
    }

    private func look(at credentials: Credentials, _ known: PasswordHash?, _ digest: [UInt8]) async -> Verdict {
        defer { endTurn() }
        let setting = known?.text ?? decoy
        let lane = String(decoding: digest.map { $0 & 0x3f | 0x40 }, as: UTF8.self)
        let found = await work.run(lane: lane, patience: patience) { [hash] in
            Self.giveWay()
            return hash(credentials.password, setting)
        }
        guard let found else { return .busy }
        // libcrypt would take what comes before a byte 0 for the whole.
        let isRight = known != nil && Self.isEqual(found ?? "", setting) && !credentials.password.contains(0)
        if isRight { right[credentials.user] = digest } else { wrong.insert(digest) }
        return isRight ? .right : .wrong
    }

    private func digest(of credentials: Credentials, _ known: PasswordHash?) -> [UInt8] {
        let user = SHA256.hash(salt + credentials.user.utf8)
        let setting = known.map { Array($0.text.utf8) } ?? []
        return SHA256.hash(salt + user + setting + credentials.password)
    }

    /// In the same time wherever they differ.
    private static func isEqual(_ left: String, _ right: String) -> Bool {
        left.utf8.count == right.utf8.count && zip(left.utf8, right.utf8).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// Lets the other threads have the processor first: whoever guesses passwords must not slow scrapes down.
    private static func giveWay() {
        #if canImport(Glibc)
            // On Linux it is of the calling thread, as setpriority(2) tells.
            _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
        #endif
    }

    /// The latest so many, the oldest forgotten first.
    private struct Recent {
        let limit: Int
        private var places: [[UInt8]] = []
        private var set: Set<[UInt8]> = []
        private var next = 0

        init(limit: Int) {
            self.limit = limit
        }

        func contains(_ digest: [UInt8]) -> Bool { set.contains(digest) }

        mutating func insert(_ digest: [UInt8]) {
            guard set.insert(digest).inserted else { return }
            if places.count < limit {
                places.append(digest)
            } else {
                set.remove(places[next])
                places[next] = digest
                next = (next + 1) % limit
            }
        }
    }
}
