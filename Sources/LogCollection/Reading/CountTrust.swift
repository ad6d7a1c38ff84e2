/// Whether a server's counts are believed, and how much a round may spend on rows that they say are missing.
///
/// Once too many requests of a round have brought nothing, the search is put off. A server whose counts disagreed with its rows
/// stays in doubt for some rounds: each of them would look in vain, so each looks little.
struct CountTrust: Sendable {
    /// In a round, this many requests may bring nothing; what is left then becomes open.
    static let usualFutileRequests = 12
    /// The same on a server that is in doubt.
    private static let futileRequestsInDoubt = 2
    /// So many rounds without a disagreement make a server's counts believed again.
    private static let roundsOfDoubt = 10

    private var roundsInDoubt = 0
    private var round = Round()

    private struct Round: Sendable {
        var requestsLeft = CountTrust.usualFutileRequests
        var futileRequests = 0
        var hasDisagreed = false
        var hasFoundMissing = false
    }

    /// Whether the counts disagreed with the rows in one of the latest rounds.
    var isInDoubt: Bool { roundsInDoubt > 0 }

    /// Whether they disagreed neither lately nor in this round.
    var isBelieved: Bool { !isInDoubt && !round.hasDisagreed }

    /// Whether too many requests of this round have brought nothing.
    var isExhausted: Bool { round.requestsLeft <= 0 }

    mutating func beginRound() {
        round = Round()
        if isInDoubt { round.requestsLeft = Self.futileRequestsInDoubt }
    }

    /// The counts and the rows disagree: the rest of the round looks for missing rows with few requests only.
    mutating func disagree() {
        round.hasDisagreed = true
        round.requestsLeft = min(round.requestsLeft, Self.futileRequestsInDoubt)
    }

    /// A request for missing rows has brought nothing.
    mutating func noteFutileRequest() {
        round.futileRequests += 1
        round.requestsLeft -= 1
        if isExhausted { round.hasDisagreed = true }
    }

    /// A missing row was found, or a known one to be deleted.
    mutating func noteFound() {
        round.hasFoundMissing = true
    }

    /// `succeeded` is false when an error cut the round short.
    mutating func endRound(succeeded: Bool) {
        if round.hasDisagreed || (round.futileRequests > 1 && !round.hasFoundMissing) {
            roundsInDoubt = Self.roundsOfDoubt
        } else if succeeded {
            roundsInDoubt = max(0, roundsInDoubt - 1)
        }
        round = Round()
    }
}
