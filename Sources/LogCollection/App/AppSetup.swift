import DifyAPI
import Metrics

/// What an app is given at its start.
package struct AppSetup: Sendable {
    /// The `app` label of its series.
    package var name: String
    /// Whether the name stands only until Dify has told its own.
    package var takesNameOfDify: Bool
    /// The labels that the configuration gives to the app.
    package var labels: [Label]
    /// Where its logs are in Dify's console; nil where nobody told.
    package var consoleURL: String?
    package var settings: CollectionSettings
    /// The app's place among all apps, from 0 up to but not including 1: it spreads collections over the interval.
    package var position: Double
    /// The longest wait for the first collection: longer where many apps begin at once than where somebody waits for one.
    package var firstWithin: Duration
    package var baseURL: String
    /// Where its checkpoint is kept, for messages; nil for numbers in memory only.
    package var storagePath: String
    package var isDurable: Bool

    package init(
        name: String, takesNameOfDify: Bool = false, labels: [Label] = [], consoleURL: String? = nil,
        settings: CollectionSettings, position: Double = 0, firstWithin: Duration = .seconds(10), baseURL: String,
        storagePath: String?
    ) {
        self.name = name
        self.takesNameOfDify = takesNameOfDify
        self.labels = labels
        self.consoleURL = consoleURL
        self.settings = settings
        self.position = position
        self.firstWithin = firstWithin
        self.baseURL = baseURL
        self.storagePath = storagePath ?? ""
        isDurable = storagePath != nil
    }
}

/// What an operator may want to read about in the log.
package enum AppEvent: Sendable {
    /// The app's collections begin to work, with what its Dify says of it.
    case connected(AppInfo, serverVersion: String?)
    /// Dify writes no logs for apps of this mode.
    case hasNoLogs(mode: String)
    /// A collection has ended well.
    case collected(requests: UInt64, rows: Int, duration: Duration)
    /// A collection has failed with a problem that was not told since collections began to fail.
    case failed(CollectionProblem)
    /// Collections have failed for long; told at growing intervals.
    case stillFailing(CollectionProblem, FailureSpell.Summary)
    /// The first success after failures.
    case recovered(after: FailureSpell.Summary)
    /// The numbers have not reached the present; told at most once a minute.
    case catchingUp(CatchUpProgress)
    /// The server's clock was set, as far as its answers tell.
    case serverClockStepped(ServerClock.Step)
    /// What reading the list has found, beside logs.
    case found(Collector.Finding)
    /// A value that no known Dify writes, or that lies beyond what a run can have; the first of its kind.
    case oddValue(OddValue)
    /// The last numbers could not be written down when collecting ended.
    case notSaved(StateProblem)
}
