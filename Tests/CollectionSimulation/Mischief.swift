import DifySimulator

/// What goes on in some worlds only, beside the troubles that all have. Each world has a few of these.
package enum Mischief: String, CaseIterable, Sendable {
    /// Keys are exchanged on one side first, and corrected later.
    case keys
    /// Another app comes to be behind the key.
    case strangers
    /// The requests that tell whose logs these are fail.
    case recognition
    /// A server, or a proxy before it, wants absurd pauses.
    case pauses
    /// Counts say more than the rows that there are.
    case counts
    /// Answers hold fewer rows than their count.
    case hidden
    /// Numbers that no run can have.
    case numbers
    /// `Date` is no date, or that of another clock. Then nobody sets a clock: what could tell of it is `Date`.
    case dates
    /// The configuration is loaded again, with other settings.
    case reloads
    /// The server's clock is set by hours.
    case steps
    /// The server's clock is wrong by hours or days from the start.
    case wrong
    /// Rows that the server cannot serve, repaired later.
    case unreadable
    /// The server is upgraded under way, at once or in minutes in which both releases answer.
    case upgrades
    /// Numbers are kept in memory only, and live as long as the process.
    case memory
    /// All of it goes on three times as long, beyond the lifetime of what is known of an app.
    case long

    /// How often a world has it.
    var share: Double {
        switch self {
        case .memory, .long: 0.08
        case .hidden, .steps: 0.15
        default: 0.25
        }
    }

    /// What the world of a seed has, unless it is told.
    package static func drawn(bySeed seed: UInt64) -> Set<Mischief> {
        var random = random(bySeed: seed)
        return drawn(using: &random)
    }

    /// What mischiefs are drawn from, and what they do.
    static func random(bySeed seed: UInt64) -> SeededRandom {
        SeededRandom(seed: seed, stream: 8)
    }

    /// The same, by a generator that afterwards draws what they do.
    static func drawn(using random: inout SeededRandom) -> Set<Mischief> {
        var drawn: Set<Mischief> = []
        for mischief in allCases where random.chance(mischief.share) { drawn.insert(mischief) }
        return drawn.contains(.dates) ? drawn.subtracting([.steps, .wrong]) : drawn
    }
}

/// The releases that worlds begin with and are upgraded to.
enum Release {
    static let versions: [ServerVersion] = [
        "1.10.1", "1.11.2", "1.12.0", "1.13.0", "1.13.1", "1.14.0", "1.15.0", "1.16.1", "1.17.0",
    ]

    /// The first that cannot serve every row.
    static let unreadable: ServerVersion = "1.15.0"
}
