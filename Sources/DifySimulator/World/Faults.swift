import CivilTime
import DifyAPI

/// What goes wrong between a client and a server that is well.
package struct Faults: Sendable {
    package enum Kind: String, CaseIterable, Hashable, Sendable {
        case serverError = "500"
        case throttled = "429"
        case badGateway = "502"
        case cut, stall, reset
    }

    /// The share of requests that fail, from 0 to 1.
    package var share: Double
    /// Each as likely as the others.
    package var kinds: [Kind]
    /// How long a stalled request hangs: longer than any client waits.
    package var stall: Duration = .seconds(120)
    /// The next requests fail so, one after the other, whatever the share.
    var forced: [Kind] = []

    package init(share: Double, kinds: [Kind] = Kind.allCases) {
        self.share = share
        self.kinds = kinds
    }

    package static let none = Faults(share: 0)

    /// What happens to the next request.
    mutating func next(using random: inout SeededRandom) -> Kind? {
        if !forced.isEmpty { return forced.removeFirst() }
        return !kinds.isEmpty && random.chance(share) ? kinds[random.below(kinds.count)] : nil
    }
}

extension SimulatedAnswer {
    /// The answer after something has gone wrong with it.
    func failing(
        with kind: Faults.Kind, stall: Duration, pages: ServerPages, using random: inout SeededRandom
    ) -> SimulatedAnswer {
        var answer = self
        switch kind {
        case .serverError: answer.response = pages.internalError()
        case .throttled: answer.response = pages.throttled(seconds: 1 + random.below(5), asDate: random.chance(0.5))
        case .badGateway: answer.response = pages.badGateway()
        case .cut: answer.fault = .cut(afterBytes: random.below(response.body.count))
        case .stall: answer.fault = .stall(stall)
        case .reset: answer.fault = .reset
        }
        return answer
    }
}
