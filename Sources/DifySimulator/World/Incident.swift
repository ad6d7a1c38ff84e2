import CivilTime

/// A time in which an app's runs go wrong: a model provider fails, or everything is slow.
package struct Incident: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Hashable, Sendable {
        /// Runs fail with a provider's 5xx.
        case provider
        case rateLimit = "rate_limit"
        case quota, timeout
        /// Nothing fails, but all runs take eight times as long.
        case slow

        /// What runs fail of.
        var failure: FailureKind? {
            switch self {
            case .provider: .upstream5xx
            case .rateLimit: .rateLimit
            case .quota: .quota
            case .timeout: .timeout
            case .slow: nil
            }
        }
    }

    /// As many runs as fail where nothing else is said.
    package static let usualShare = 0.7

    package var kind: Kind
    /// Which share of the runs fails of it, from 0 to 1. Of no meaning where nothing fails.
    package var share = usualShare
    package var start: UnixTime
    package var end: UnixTime
}

/// The incidents of one app: those that were called for, and those that come of themselves.
struct IncidentCalendar: Sendable {
    private var random: SeededRandom
    private let every: Duration?
    private var next: Incident?
    private var called: [Incident] = []

    /// `every` is the mean wait from one incident's start to the next one's.
    init(every: Duration?, from start: UnixTime, random: SeededRandom) {
        self.random = random
        self.every = every
        next = incident(after: start)
    }

    mutating func call(_ incident: Incident) {
        called.append(incident)
    }

    /// Ends what is going on at `moment`.
    mutating func end(at moment: UnixTime) {
        for index in called.indices { called[index].end = min(called[index].end, moment) }
        if let incident = next, incident.start <= moment { next?.end = min(incident.end, moment) }
    }

    /// What is going on at `moment`, which never lies before the one asked for last.
    mutating func incident(at moment: UnixTime) -> Incident? {
        while let incident = next, incident.end <= moment { next = self.incident(after: incident.end) }
        called.removeAll { $0.end <= moment }
        return ([next].compactMap { $0 } + called).last { $0.start <= moment }
    }

    private mutating func incident(after moment: UnixTime) -> Incident? {
        guard let every else { return nil }
        let start = moment + .milliseconds(Int64(random.exponential(mean: every.secondsValue) * 1000))
        let length = Duration.milliseconds(Int64(random.logNormal(median: 420, spread: 0.6) * 1000))
        let kind = Incident.Kind.allCases[random.below(Incident.Kind.allCases.count)]
        return Incident(kind: kind, start: start, end: start + length)
    }
}
