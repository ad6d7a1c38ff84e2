import LogCollection
import Metrics

/// The latest snapshot of each app, by its name and in the order of the configuration: collections write, scrapes read.
package actor SnapshotBoard {
    private var apps: [String]
    /// The same, for looking names up: there may be thousands.
    private var names: Set<String>
    private var published: [String: PublishedApp] = [:]
    private var recentEncodings = RecentEncodings()
    /// What writing checkpoints came to for removed apps: its counters are over all apps, and must not fall.
    private(set) var departed = CollectionWork(since: ProcessMetrics.startTime)
    /// What is told of one count stays true of it.
    nonisolated let changes = ChangeCounter()

    /// `apps` are the names that are expected.
    package init(apps: [String]) {
        self.apps = apps
        names = Set(apps)
    }

    /// Expects these apps from now on. What is known of others is dropped.
    package func expect(_ apps: [String]) {
        (self.apps, names) = (apps, Set(apps))
        for (name, app) in published where !names.contains(name) {
            departed.keepCheckpoints(of: app.snapshot.work)
            published[name] = nil
        }
        changes.note()
    }

    /// `app` is the name that the configuration speaks of, which need not be that of the snapshot. A snapshot that lasts is
    /// encoded here, where no scrape waits for it; of the others most are never asked for.
    package nonisolated func post(_ snapshot: AppSnapshot, of app: String, lasts: Bool) async {
        let encodings = lasts ? await recentEncodings.inUse(at: .now) : []
        await put(PublishedApp(snapshot, encodedAs: encodings), of: app)
    }

    private func put(_ snapshot: PublishedApp, of app: String) {
        guard names.contains(app) else { return }
        published[app] = snapshot
        changes.note()
    }

    /// Notes that somebody asks for pages in this encoding.
    func noteAsked(_ encoding: ExpositionFormat.Encoding) {
        recentEncodings.note(encoding, at: .now)
    }

    package var all: [PublishedApp] { apps.compactMap { published[$0] } }

    /// Every app that is expected, by the name that the configuration speaks of, with what there is of it.
    package var expected: [(name: String, snapshot: AppSnapshot?)] { apps.map { ($0, published[$0]?.snapshot) } }

    /// How many apps have not been tried yet.
    package var untried: Int { apps.count { published[$0]?.snapshot.health == nil } }
}
