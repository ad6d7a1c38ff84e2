import CivilTime
import DifyAPI

// What passes between a machine and whoever carries out its steps.
extension AppMachine {
    /// What to do next; exactly one thing at a time.
    package enum Step: Equatable, Sendable {
        case load
        case sleep(until: UnixTime)
        case askInfo
        case askLogs(LogsQuery)
        case save([UInt8])
    }

    /// What came of it.
    package enum Input: Sendable {
        case loaded(Result<[UInt8]?, StateProblem>)
        case woke
        case info(Answer<AppInfo>)
        case logs(Answer<LogPage>)
        case saved(Result<Void, StateProblem>, took: Duration)
    }

    /// What others should know, in the order in which it happened.
    package enum Output: Sendable {
        case publish(AppSnapshot)
        case report(AppEvent)
    }

    /// What a machine leaves to the next one of the same app, which has other settings.
    package struct Handover: Sendable {
        /// The state as it would be written down; nil before there was any.
        package var checkpoint: [UInt8]?
        /// Nil for an app that was away meanwhile, of which nothing is to be shown before it has been tried again.
        package var snapshot: AppSnapshot?
    }
}
