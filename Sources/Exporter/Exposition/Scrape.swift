import CivilTime
import DifyAPI
import LogCollection
import Metrics

/// What a page of metrics tells of apps and of the work on them, at one moment.
struct Scrape: Sendable {
    var snapshots: [AppSnapshot]
    /// What writing checkpoints came to for removed apps.
    var departed: CollectionWork
    var servers: [ServerFacts]
    var reload: ReloadStatus

    var families: [Family] { snapshots.flatMap(\.families) + ownFamilies }

    /// Those that are not of an app.
    var ownFamilies: [Family] { [BuildInfo.family] + serverFamilies + checkpointFamilies + reload.families }

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

    private var serverFamilies: [Family] {
        let startTime = ProcessMetrics.startTime.milliseconds
        var throttled = Family(Catalogue.throttled)
        var serverTime = Family(Catalogue.serverTime)
        var requestDuration = Family(Catalogue.apiRequestDuration)
        for server in servers {
            let url = server.baseURL.description
            throttled.add([url], server.throttled.secondsValue, startTime: startTime)
            for kind in Urgency.Kind.allCases {
                serverTime.add([url, kind.rawValue], (server.spent[kind] ?? .zero).secondsValue, startTime: startTime)
            }
            requestDuration.add([url], server.requestDurations, startTime: server.since.milliseconds)
        }
        return [throttled, serverTime, requestDuration]
    }
}

/// What requests to one base URL have come to.
struct ServerFacts: Sendable {
    let baseURL: BaseURL
    /// How long requests have waited for the request budget, and the server wanted all to pause.
    let throttled: Duration
    /// How long requests have been under way.
    let spent: [Urgency.Kind: Duration]
    /// How long each took, in seconds, without the wait for the budget.
    let requestDurations: Histogram
    /// Since when they are counted.
    let since: UnixTime
}

extension Servers.Server {
    /// What requests have come to until now.
    var facts: ServerFacts {
        get async {
            ServerFacts(
                baseURL: baseURL, throttled: await gate.throttled, spent: await gate.spent,
                requestDurations: durations.histogram, since: durations.since)
        }
    }
}
