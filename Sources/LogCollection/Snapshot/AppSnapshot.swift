import CivilTime
import DifyAPI
import Metrics

/// What is published of one app: an immutable value that a scrape reads while the next collection goes on.
package struct AppSnapshot: Sendable {
    package internal(set) var name: String
    /// The labels that the configuration gives to the app; they describe it and change nothing.
    package let labels: [Label]
    /// Where the app's logs are in Dify's console; nil where nobody told.
    package let consoleURL: String?
    package var info: AppInfo?
    package var serverVersion: String?
    /// How far the server's clock is ahead.
    package var clockDifference: Duration?
    /// Whether the last collection succeeded, and what happened if not; nil before the first has ended.
    package var health: Health?
    package var work: CollectionWork
    /// How far the numbers have come while they have not reached the present; nil once they have.
    package var catchUp: CatchUpProgress?
    /// Nil until the list has been read up to the present once: an app's series appear together.
    package var numbers: Numbers?

    package enum Health: Sendable {
        case up
        case down(CollectionProblem)
    }

    package struct Numbers: Sendable {
        package let totals: RunTotals
        /// Failed runs since the latest run that succeeded, wholly or partly.
        package let consecutiveFailures: UInt64
        /// The failed runs that ended last, newest first.
        package let latestFailures: [FailedRun]
        package let openRuns: OpenRuns
        /// Unix seconds on the server's clock.
        package let collectedUntil: Int64
        /// Samples that went to the label value `other` since the program started.
        package let divertedSamples: UInt64

        init(_ state: AppState, at now: Int64, stuckAfter: Int64) {
            totals = state.totals
            consecutiveFailures = state.failureStreak.length
            latestFailures = state.latestFailures.runs
            openRuns = OpenRuns(state.unfinished.values, at: now, stuckAfter: stuckAfter)
            collectedUntil = state.collectedUntil
            divertedSamples = state.divertedSamples
        }

        /// Those of a moment of the past.
        init(_ timeline: Timeline, at second: Int64, stuckAfter: Int64) {
            totals = timeline.totals
            openRuns = OpenRuns(timeline.open.values, at: second, stuckAfter: stuckAfter)
            collectedUntil = second
            divertedSamples = timeline.divertedSamples
            consecutiveFailures = timeline.failureStreak.length
            latestFailures = []
        }
    }

    /// `start` is the moment from which on the work is counted.
    package init(name: String, labels: [Label], consoleURL: String? = nil, at start: UnixTime) {
        self.name = name
        self.labels = labels
        self.consoleURL = consoleURL
        work = CollectionWork(since: start)
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
