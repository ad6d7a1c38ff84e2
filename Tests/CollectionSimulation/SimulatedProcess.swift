import CivilTime
import DifyAPI
import LogCollection

/// One app within the simulated exporter: its machine, the step that it is at, and what it has published.
struct SimulatedProcess {
    var setup: AppSetup
    /// Nil while the exporter is down.
    var machine: AppMachine?
    var activity = Activity.none
    /// The latest published value of every counter, over all lives of the exporter: what a Prometheus has seen.
    var published: [String: Double] = [:]
    var snapshot: AppSnapshot?
    /// The latest published claim of completeness.
    var claimedUntil: Int64 = 0
    /// That of before the server's clock was set by hours.
    var claimedBeforeStep: Int64 = 0
    /// The latest one that was checked.
    var checkedUntil: Int64 = 0
    /// Where counting began, on the server's clock.
    var start: Int64?
    /// The key that the exporter has, and the one that the request under way was made with.
    var key: Key
    var asked: Key
    /// Windows of which the collector said that rows may be missing for ever.
    var givenUp: [Window] = []
    /// The successful collections since the server's clock was set by hours, and when the second of them had ended.
    var successesSinceStep = 0
    var knownSuccesses: UInt64 = 0
    var watchedAgainAt: UnixTime?
    /// When the latest two successful collections of this process had ended, the latest first.
    var succeededAt: [UnixTime] = []
    /// The successful collections of this process at which a row bore out the server's clock.
    var witnesses = 0
    /// Since when what is published has been close to the present; nil while it is not.
    var currentSince: UnixTime?
    /// Requests since the latest rest.
    var requestsOfRound = 0

    struct Key {
        let text: String
        let version: Int
    }

    enum Activity {
        case none
        case sleeping(until: UnixTime)
        /// Waits for the budget to ask this.
        case queued(AppMachine.Step)
        /// The server reads its tables at `readsAt`, and the answer is there at `endsAt`.
        case asking(AppMachine.Step, sentAt: UnixTime, readsAt: UnixTime, endsAt: UnixTime)
        case receiving(AppMachine.Step, Result<TransportResponse, TransportError>, sentAt: UnixTime, endsAt: UnixTime)
        case saving([UInt8], endsAt: UnixTime)
        case loading(endsAt: UnixTime)
    }

    init(setup: AppSetup, key: String) {
        self.setup = setup
        self.key = Key(text: key, version: 0)
        asked = self.key
    }
}

extension SimulatedProcess.Activity {
    var isQueued: Bool {
        if case .queued = self { return true }
        return false
    }

    /// When something happens next of its own accord.
    var due: UnixTime? {
        switch self {
        case .none, .queued: nil
        case .sleeping(let moment), .saving(_, let moment), .loading(let moment): moment
        case .asking(_, _, let moment, _): moment
        case .receiving(_, _, _, let moment): moment
        }
    }
}
