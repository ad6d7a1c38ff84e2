import Bytes
import CivilTime
import DifyAPI
import LogCollection

/// Tells the log what happens to one app's collections.
struct CollectionLog: Sendable {
    private let name: String
    private let baseURL: String
    private let logger: Logger
    /// For what befalls many apps at once.
    private let gathering: GatheringLog

    init(app: AppConfiguration, logger: Logger, gathering: GatheringLog) {
        name = app.displayName
        baseURL = app.baseURL.description
        self.logger = logger
        self.gathering = gathering
    }

    @Sendable func report(_ event: AppEvent) {
        switch event {
        case .connected(let info, let version):
            gathering.log(
                .info, "connected to Dify", app: name, baseURL: baseURL,
                [
                    ("dify_app", info.name), ("mode", info.mode ?? "unknown"), ("dify_version", version ?? "unknown"),
                ])
        case .hasNoLogs(let mode):
            logger.log(
                .warn,
                "Dify writes no workflow logs for apps of this mode, so its series will stay at 0; use the key of a workflow app",
                ("app", name), ("mode", mode))
        case .collected(let requests, let rows, let duration):
            logger.log(
                .debug, "collected", ("app", name), ("requests", String(requests)), ("rows", String(rows)),
                ("duration", duration.prometheusText))
        case .failed(let problem):
            gathering.log(
                .error, problem.advice, common: withoutFileName(problem.advice), app: name, baseURL: baseURL)
        case .stillFailing(let problem, let spell):
            let message = "collections still fail: \(problem.advice)"
            gathering.log(
                .error, message, common: withoutFileName(message), app: name, baseURL: baseURL,
                [("failures", String(spell.collections)), ("since", spell.since.iso8601)])
        case .recovered(let spell):
            gathering.log(
                .info, "collections succeed again", app: name, baseURL: baseURL,
                [("failures", String(spell.collections)), ("lasting", spell.lasting.prometheusText)])
        case .catchingUp(let progress):
            logger.log(
                .info, "catching up", ("app", name), ("until", UnixTime.iso8601(second: progress.readUntil)),
                ("rows", String(progress.rows)), ("requests", String(progress.requests)),
                ("remaining", progress.remaining?.prometheusText ?? "unknown"))
        case .serverClockStepped(let step):
            logger.log(
                .warn, "the server's clock was set", ("app", name), ("base_url", baseURL),
                ("by", step.span.prometheusText))
        case .notSaved(let problem):
            let message = "the numbers are kept in memory and not published: \(problem.advice)"
            gathering.log(.error, message, common: withoutFileName(message), app: name, baseURL: baseURL)
        case .oddValue(let value):
            logger.log(
                .warn, value.field.remark, ("app", name), ("field", value.field.rawValue), ("value", value.shown),
                ("log", value.logID ?? ""))
        case .found(.leftOpen(let window)):
            logger.log(
                .warn, "Dify shows fewer rows than it counts; the window is read again", ("app", name),
                ("from", UnixTime.iso8601(second: window.first)),
                ("to", UnixTime.iso8601(second: window.last ?? window.first)))
        case .found(.gaveUp(let window)):
            logger.log(
                .error, "a window was given up: Dify never showed all the rows that it counts, so runs may be missing",
                ("app", name), ("from", UnixTime.iso8601(second: window.first)),
                ("to", UnixTime.iso8601(second: window.last ?? window.first)))
        case .found(.recalled(let window)):
            logger.log(
                .warn,
                "the server's clock was set back far; known logs were read again, and new ones are counted from here on",
                ("app", name), ("from", UnixTime.iso8601(second: window.first)),
                ("to", UnixTime.iso8601(second: window.last ?? window.first)))
        case .found(.notRecalled(let window)):
            logger.log(
                .error,
                "the server's clock was set back far, and new logs cannot be told from known ones: what is stamped there is not counted",
                ("app", name), ("from", UnixTime.iso8601(second: window.first)),
                ("to", UnixTime.iso8601(second: window.last ?? window.first)))
        case .found(.unreadable(let second, let rows)):
            logger.log(
                .error,
                "Dify cannot serve rows of its log list; the others are counted, and these once they can be read",
                ("app", name), ("created_at", UnixTime.iso8601(second: second)), ("rows", String(rows)))
        }
    }

    /// What all apps say where one disk is full: each has a file of its own.
    private func withoutFileName(_ message: String) -> String {
        message.replacingOccurrences(of: FileCheckpointStore.fileName(app: name), with: "*.checkpoint")
    }
}

extension OddValue.Field {
    /// What was made of such a value.
    fileprivate var remark: String {
        switch self {
        case .status: "Dify has written a status that is not known here; a run that ends with it is counted as other"
        case .createdFrom, .triggeredFrom: "Dify has written an origin that is not known here; it is counted as other"
        case .mode: "Dify has written an app mode that is not known here; whether it has workflow logs will show"
        case .duration, .tokens: "Dify has written a number that no run can have; the nearest possible one is counted"
        case .time: "Dify has written a time that is not plausible; a log without a plausible created_at is not counted"
        }
    }
}
