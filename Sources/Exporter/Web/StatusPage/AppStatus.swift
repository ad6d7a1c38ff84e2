import CivilTime
import DifyAPI
import LogCollection

/// What the status page and its JSON tell of one app.
struct AppStatus {
    let name: String
    /// The place of the app in the configuration, from 1 on.
    let place: Int
    let state: State
    /// Why the app is down or has no logs, and what to do; nil where nothing is wrong.
    let problem: String?
    /// Nil before anything has been heard of the app.
    let snapshot: AppSnapshot?
    /// Nil until the app has numbers.
    let recent: RecentHour?
    /// The present on Dify's clock, Unix seconds.
    let serverSecond: Int64

    enum State: String, CaseIterable {
        case down
        case noLogs = "no_logs"
        case notTried = "not_tried"
        case up
    }

    /// `name` is that of the configuration, which an app has before Dify has told its own.
    init(name: String, place: Int, snapshot: AppSnapshot?, at now: UnixTime) {
        self.name = snapshot?.name ?? name
        self.place = place
        self.snapshot = snapshot
        (state, problem) = Self.state(of: snapshot)
        let serverSecond = (now + (snapshot?.clockDifference ?? .zero)).second
        self.serverSecond = serverSecond
        recent = snapshot?.numbers.map { RecentHour($0.totals.recent, until: serverSecond) }
    }

    private static func state(of snapshot: AppSnapshot?) -> (State, problem: String?) {
        switch snapshot?.health {
        case nil: return (.notTried, nil)
        case .down(let problem): return (.down, problem.advice)
        case .up:
            guard let remark = snapshot?.info?.remarkOnLogs else { return (.up, nil) }
            return (.noLogs, remark)
        }
    }

    var numbers: AppSnapshot.Numbers? { snapshot?.numbers }

    var stuckRuns: Int { numbers?.openRuns.stuck ?? 0 }

    var runsInProgress: Int { numbers?.openRuns.count.values.reduce(0, +) ?? 0 }

    /// Failed runs since the latest success.
    var consecutiveFailures: UInt64 { numbers?.consecutiveFailures ?? 0 }

    /// Whether so many runs have failed in a row that it is an outage, as the alert in deploy/prometheus has it.
    var isFailing: Bool { consecutiveFailures >= Self.outage }

    private static let outage: UInt64 = 4

    /// Whether an operator should look.
    var needsAttention: Bool { state == .down || state == .noLogs || isFailing || stuckRuns > 0 }

    /// The lower, the worse.
    var rank: Int {
        switch state {
        case .down: 0
        case .up where isFailing: 1
        case .up where stuckRuns > 0: 2
        case .noLogs: 3
        case .notTried: 4
        case .up: 5
        }
    }

    /// Finished runs since counting began.
    var runs: [FinalStatus: UInt64]? { numbers?.totals.byStatus.mapValues(\.runs) }

    /// Failed runs by reason since counting began, the most frequent first.
    var failures: [(reason: String, runs: UInt64)] {
        (numbers?.totals.failures ?? [:]).filter { $0.value > 0 }
            .sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { ($0.key, $0.value) }
    }
}
