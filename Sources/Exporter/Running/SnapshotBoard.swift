import LogCollection
import Metrics

/// The latest snapshot of each app, by its name and in the order of the configuration: collections write, scrapes read.
package actor SnapshotBoard {
    private var apps: [String]
    /// The same, for looking names up: there may be thousands.
    private var names: Set<String>
    private var snapshots: [String: AppSnapshot] = [:]
    /// What writing checkpoints came to for apps that are gone: its counters are over all apps, and must not fall.
    private(set) var departed = CollectionWork(since: ProcessMetrics.startTime)
    /// Grows with each change: what is told of one generation stays true of it.
    private(set) var generation = 0

    /// `apps` are the names that are expected.
    package init(apps: [String]) {
        self.apps = apps
        names = Set(apps)
    }

    /// Expects these apps from now on. What is known of others is dropped.
    package func expect(_ apps: [String]) {
        (self.apps, names) = (apps, Set(apps))
        generation += 1
        for (name, snapshot) in snapshots where !names.contains(name) {
            departed.keepCheckpoints(of: snapshot.work)
            snapshots[name] = nil
        }
    }

    /// `app` is the name that the configuration speaks of, which need not be that of the snapshot.
    package func post(_ snapshot: AppSnapshot, of app: String) {
        guard names.contains(app) else { return }
        snapshots[app] = snapshot
        generation += 1
    }

    package var all: [AppSnapshot] { apps.compactMap { snapshots[$0] } }

    /// Every app that is expected, by the name that the configuration speaks of, with what there is of it.
    package var expected: [(name: String, snapshot: AppSnapshot?)] { apps.map { ($0, snapshots[$0]) } }

    /// How many apps have not been tried yet.
    package var untried: Int { apps.count { snapshots[$0]?.health == nil } }
}
