import CivilTime
import DifyAPI
import Metrics

/// What is published of one app: an immutable value that a scrape reads while the next collection goes on.
package struct AppSnapshot: Sendable {
    package internal(set) var name: String
    /// The labels that the configuration gives to the app; they go on `dify_app_info`.
    package let labels: [Label]
    package var info: AppInfo?
    package var serverVersion: String?
    /// How far the server's clock is ahead.
    package var clockDifference: Duration?
    /// Whether the last collection succeeded, and what happened if not; nil before the first has ended.
    package var health: Health?
    package var work = CollectionWork()
    /// Nil until the list has been read up to the present once: an app's series appear together.
    package var numbers: Numbers?

    package enum Health: Sendable {
        case up
        case down(CollectionProblem)
    }

    package struct Numbers: Sendable {
        package let totals: RunTotals
        package let openRuns: OpenRuns
        /// Unix seconds on the server's clock.
        package let collectedUntil: Int64

        init(_ state: AppState, at now: Int64, stuckAfter: Int64) {
            totals = state.totals
            openRuns = OpenRuns(state.unfinished.values, at: now, stuckAfter: stuckAfter)
            collectedUntil = state.collectedUntil
        }
    }

    package init(name: String, labels: [Label]) {
        self.name = name
        self.labels = labels
    }

    /// Goes on from what was known of the app under other settings, but for its numbers: those come with its state.
    mutating func inherit(_ earlier: AppSnapshot) {
        (info, serverVersion, clockDifference) = (earlier.info, earlier.serverVersion, earlier.clockDifference)
        (health, work) = (earlier.health, earlier.work)
    }
}

/// The unfinished runs of one moment, counted.
package struct OpenRuns: Sendable {
    package private(set) var count: [OpenStatus: Int] = [:]
    /// The earliest log of each status, Unix seconds.
    package private(set) var oldest: [OpenStatus: Int64] = [:]
    /// Those that have been running for longer than stuck_after.
    package private(set) var stuck = 0

    init(_ runs: some Sequence<UnfinishedRun>, at now: Int64, stuckAfter: Int64) {
        for run in runs {
            count[run.status, default: 0] += 1
            oldest[run.status] = min(oldest[run.status] ?? .max, run.second)
            if run.status == .running, now - run.second > stuckAfter { stuck += 1 }
        }
    }
}

/// What collecting an app has cost and come to, since the program started.
package struct CollectionWork: Sendable {
    package internal(set) var collections: [CollectionResult: UInt64] = [:]
    package internal(set) var lastEnded: [CollectionResult: UnixTime] = [:]
    package internal(set) var collectionDuration = Histogram(bounds: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300])
    package internal(set) var requests: [String: UInt64] = [:]
    package internal(set) var requestDuration = Histogram(bounds: [
        0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
    ])
    package internal(set) var tally = Collector.Tally()
    package internal(set) var checkpointFailures: UInt64 = 0
    package internal(set) var checkpointDuration = Histogram(bounds: [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5,
    ])
    /// The size of the latest checkpoint.
    package internal(set) var checkpointBytes = 0

    package init() {}

    /// Adds what writing another app's checkpoints came to.
    package mutating func keepCheckpoints(of other: CollectionWork) {
        checkpointFailures += other.checkpointFailures
        checkpointDuration.merge(other.checkpointDuration)
    }
}

package enum CollectionResult: String, CaseIterable, Hashable, Sendable {
    case success, error
}
