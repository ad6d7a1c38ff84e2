import CivilTime
import DifyAPI
import LogCollection

extension AppInfo {
    /// Why there will never be a log, and what to do; nil for apps that Dify writes logs for.
    var remarkOnLogs: String? {
        guard !hasWorkflowLogs else { return nil }
        return
            "this app's mode is \(mode ?? ""), and Dify writes workflow logs for workflow apps only. Use the key of a "
            + "workflow app, or remove this one."
    }
}

extension Duration {
    /// A clock that is further off than this makes times on dashboards misleading.
    private static let toleratedClockDifference = Duration.seconds(30)

    /// What to do about a server whose clock is so far ahead, or behind where negative; nil where it does not matter.
    var remarkOnClock: String? {
        guard magnitude > Self.toleratedClockDifference else { return nil }
        return "the server's clock differs by \(prometheusText). Counting is not affected, but set the clocks by NTP."
    }
}
