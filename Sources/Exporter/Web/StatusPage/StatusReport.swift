import CivilTime
import LogCollection

/// What the status page and its JSON tell, at one moment.
struct StatusReport {
    /// In the order of the configuration.
    let apps: [AppStatus]
    let now: UnixTime
    let telemetryPath: String

    /// `apps` are all that are configured, each with what was last published of it.
    init(apps: [(name: String, snapshot: AppSnapshot?)], at now: UnixTime, telemetryPath: String) {
        self.apps = apps.enumerated().map { place, app in
            AppStatus(name: app.name, place: place + 1, snapshot: app.snapshot, at: now)
        }
        self.now = now
        self.telemetryPath = telemetryPath
    }

    /// Apps of the same rank stay in the order of the configuration, so that the page does not change with every number.
    var worstFirst: [AppStatus] {
        apps.sorted { ($0.rank, $0.place) < ($1.rank, $1.place) }
    }

    func count(_ state: AppStatus.State) -> Int {
        apps.count { $0.state == state }
    }

    /// All apps' runs that ended in the last hour.
    var recentRuns: [FinalStatus: UInt64] {
        apps.reduce(into: [:]) { $0.merge($1.recent?.runs ?? [:], uniquingKeysWith: +) }
    }

    var runsInProgress: Int { apps.reduce(0) { $0 + $1.runsInProgress } }

    var stuckRuns: Int { apps.reduce(0) { $0 + $1.stuckRuns } }

    /// Where an app's metrics alone are.
    func metricsPath(of app: AppStatus) -> String {
        "\(telemetryPath.percentEncodedPath)?app=\(app.name.percentEncoded)"
    }
}
