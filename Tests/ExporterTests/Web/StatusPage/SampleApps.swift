import CivilTime
import DifyAPI
import DifySimulator
import Metrics

@testable import Exporter
@testable import LogCollection

/// Apps in each state that the status page knows, at one moment.
enum SampleApps {
    /// In the middle of a step of two minutes, 2023-11-15T12:01:00Z.
    static let noon: Int64 = 1_700_049_660
    static let now = UnixTime(seconds: noon)

    /// An app that was collected: one run a minute for the last 50 minutes, of which each tenth failed and one partly succeeded.
    static func busy(_ name: String, labels: [Label] = [], consoleURL: String? = nil) -> AppSnapshot {
        let runs = (0..<50).map { minute in
            let status: RunStatus = minute == 7 ? .partialSucceeded : minute % 10 == 0 ? .failed : .succeeded
            let second = noon - Int64(minute) * 60
            return log("\(name) \(minute)", endedAt: second, status, elapsed: Double(minute + 1))
        }
        return snapshot(name, runs, labels: labels, consoleURL: consoleURL)
    }

    static func snapshot(
        _ name: String, _ logs: [WorkflowLog], labels: [Label] = [], consoleURL: String? = nil
    ) -> AppSnapshot {
        var snapshot = AppSnapshot(
            name: name, labels: labels, consoleURL: consoleURL, at: UnixTime(seconds: noon - 600))
        snapshot.info = AppInfo(
            name: "\(name) in Dify", description: nil, tags: ["one"], mode: "workflow", authorName: "Mo")
        snapshot.serverVersion = "1.13.0"
        snapshot.health = .up
        snapshot.work.lastEnded[.success] = UnixTime(seconds: noon - 4)
        var state = AppState(start: noon - 7200, buckets: .init(), at: UnixTime(seconds: noon - 600))
        for log in logs { _ = state.apply(log, at: noon, settings: CollectionSettings()) }
        state.frontier = noon
        state.complete(until: noon - 61)
        snapshot.numbers = AppSnapshot.Numbers(state, at: noon, stuckAfter: 3600)
        return snapshot
    }

    /// The last hour of an app that had these runs, each so many minutes ago.
    static func hour(_ runs: (minutesAgo: Int64, status: RunStatus, elapsed: Double)...) -> RecentHour? {
        let logs = runs.enumerated().map { number, run in
            log("\(number)", endedAt: noon - run.minutesAgo * 60, run.status, elapsed: run.elapsed)
        }
        return AppStatus(name: "a", place: 1, snapshot: snapshot("a", logs), at: now).recent
    }

    /// The id of the run that a log is of.
    static func runID(_ id: String) -> String { RandomUUID(of: id).text }

    static func log(
        _ id: String, endedAt second: Int64, _ status: RunStatus, elapsed: Double = 1, error: String? = "rate limit"
    ) -> WorkflowLog {
        let run = WorkflowRun(
            id: runID(id), status: status, error: error, elapsedTime: elapsed, totalTokens: 10, totalSteps: 2,
            createdAt: second - 60, finishedAt: status == .running ? nil : second)
        return WorkflowLog(id: id, run: run, createdFrom: "service-api", createdAt: second - 60)
    }

    static var down: AppSnapshot {
        var snapshot = busy("down")
        snapshot.health = .down(.api(.authentication(message: "Access token is invalid")))
        snapshot.work.lastEnded[.error] = UnixTime(seconds: noon - 2)
        return snapshot
    }

    static var stuck: AppSnapshot {
        snapshot("stuck", [log("s", endedAt: noon - 5000, .running), log("t", endedAt: noon, .running)])
    }

    static var chat: AppSnapshot {
        var snapshot = snapshot("chat", [])
        snapshot.info?.mode = "advanced-chat"
        return snapshot
    }

    /// Every state once, the worst neither first nor last.
    static var all: [(name: String, snapshot: AppSnapshot?)] {
        [
            ("busy", busy("busy", labels: [Label(name: "team", value: "finance")])), ("chat", chat), ("down", down),
            ("stuck", stuck), ("new", nil), ("quiet", snapshot("quiet", [])),
        ]
    }

    static func report(_ apps: [(name: String, snapshot: AppSnapshot?)] = all) -> StatusReport {
        StatusReport(apps: apps, at: now, telemetryPath: "/metrics")
    }
}
