import CivilTime
import DifyAPI
import LogCollection
import Metrics

/// What a page of metrics tells of apps and of the work on them, at one moment.
struct Scrape: Sendable {
    var snapshots: [AppSnapshot]
    /// What writing checkpoints came to for apps that are gone.
    var departed: CollectionWork
    /// How long requests to each base URL have waited for the request budget.
    var throttled: [(baseURL: BaseURL, span: Duration)]
    var reload: ReloadStatus

    var families: [Family] {
        snapshots.flatMap(\.families) + [BuildInfo.family, throttledFamily] + checkpointFamilies + reload.families
    }

    /// Over all apps: a disk is everybody's.
    private var checkpointFamilies: [Family] {
        let startTime = ProcessMetrics.startTime.milliseconds
        let works = snapshots.map(\.work) + [departed]
        var all = CollectionWork(since: ProcessMetrics.startTime)
        for work in works { all.keepCheckpoints(of: work) }
        var failures = Family(Catalogue.checkpointFailures)
        failures.add([], Double(all.checkpointFailures), startTime: startTime)
        var duration = Family(Catalogue.checkpointDuration)
        duration.add([], all.checkpointDuration, startTime: startTime)
        var bytes = Family(Catalogue.checkpointBytes)
        bytes.add([], Double(works.reduce(0) { $0 + $1.checkpointBytes }))
        return [failures, duration, bytes]
    }

    private var throttledFamily: Family {
        var family = Family(Catalogue.throttled)
        for (baseURL, span) in throttled {
            family.add([baseURL.description], span.secondsValue, startTime: ProcessMetrics.startTime.milliseconds)
        }
        return family
    }
}

extension [(baseURL: BaseURL, gate: RequestGate)] {
    /// How long requests have waited at each gate.
    var throttledSpans: [(baseURL: BaseURL, span: Duration)] {
        get async {
            var spans: [(baseURL: BaseURL, span: Duration)] = []
            for (baseURL, gate) in self { spans.append((baseURL, await gate.throttled)) }
            return spans
        }
    }
}
