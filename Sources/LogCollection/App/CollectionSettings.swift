import CivilTime
import DifyAPI

/// How one app is collected: what its configuration says, as values that cannot be wrong any more.
package struct CollectionSettings: Hashable, Sendable {
    /// From one collection's start to the next.
    package var interval: Duration
    /// How long after its created_at a log may become visible and still be found at once.
    package var overlap: Duration
    /// How far back an app's first start counts.
    package var lookback: Duration
    /// The age at which an unfinished run is abandoned.
    package var giveUpAfter: Duration
    /// The age from which a run that is still running is shown as stuck.
    package var stuckAfter: Duration
    package var buckets: RunTotals.Buckets
    /// What the request asks for. Its status stays nil: see `countedStatus`.
    package var filter: LogsQuery.Filter
    /// The only status that is counted; nil for all. The server's own filter would hide a run until it ends.
    package var countedStatus: FinalStatus?
    package var classifier: FailureClassifier
    /// How many series may come to be whose label values come with the data; what comes later is `other`. The request codes
    /// have as many for themselves.
    package var seriesLimit: Int
    /// All of them, but for simulations that show what each is good for.
    package var safeguards = Safeguards.all

    package init(
        interval: Duration = .seconds(30), overlap: Duration = .seconds(60), lookback: Duration = .seconds(3600),
        giveUpAfter: Duration = .seconds(8 * 86400), stuckAfter: Duration = .seconds(3600),
        buckets: RunTotals.Buckets = .init(), filter: LogsQuery.Filter = .init(), countedStatus: FinalStatus? = nil,
        classifier: FailureClassifier = .init(), seriesLimit: Int = 1000
    ) {
        self.interval = interval
        self.overlap = overlap
        self.lookback = lookback
        self.giveUpAfter = giveUpAfter
        self.stuckAfter = stuckAfter
        self.buckets = buckets
        self.filter = filter
        self.countedStatus = countedStatus
        self.classifier = classifier
        self.seriesLimit = seriesLimit
    }
}
