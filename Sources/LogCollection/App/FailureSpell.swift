import CivilTime
import Platform

/// Collections that failed, one after the other. It says which of them are worth telling: each kind of problem once, and
/// a summary at growing intervals, so that an outage of hours leaves a dozen lines.
package struct FailureSpell: Sendable {
    private let began: ClockReading
    private var collections = 0
    private var kindsTold: Set<CollectionProblem.Kind> = []
    private var pause = FailureSpell.firstPause
    private var nextSummary: MonotonicTime

    /// What a spell of failures has come to.
    package struct Summary: Hashable, Sendable {
        /// How many collections have failed, one after the other.
        package let collections: Int
        /// When the first of them failed, on the exporter's clock.
        package let since: UnixTime
        package let lasting: Duration
    }

    private static let firstPause = Duration.seconds(300)
    private static let longestPause = Duration.seconds(6 * 3600)

    init(at now: ClockReading) {
        began = now
        nextSummary = now.monotonic + Self.firstPause
    }

    /// Notes one more failure, and gives the event for it; nil when nothing new is to be told.
    mutating func note(_ problem: CollectionProblem, at now: ClockReading) -> AppEvent? {
        collections += 1
        if kindsTold.insert(problem.kind).inserted { return .failed(problem) }
        guard now.monotonic >= nextSummary else { return nil }
        pause = min(pause * 2, Self.longestPause)
        nextSummary = now.monotonic + pause
        return .stillFailing(problem, summary(at: now))
    }

    func summary(at now: ClockReading) -> Summary {
        Summary(collections: collections, since: began.date, lasting: now.monotonic - began.monotonic)
    }
}

extension CollectionProblem {
    /// What makes two problems alike for the log: the code, and for what the operator must mend the whole text.
    struct Kind: Hashable, Sendable {
        let text: String
    }

    var kind: Kind {
        switch self {
        case .api(let error): Kind(text: error.needsOperator ? error.description : error.code)
        case .state, .notSaved: Kind(text: description)
        }
    }
}
