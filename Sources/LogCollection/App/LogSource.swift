import DifyAPI

/// Where logs come from: Dify over HTTP in production, a simulated one in tests. Each answer tells the version of the key
/// that it was asked with.
package protocol LogSource: Sendable {
    func logs(_ query: LogsQuery, _ urgency: Urgency) async -> Answer<LogPage>
    func info() async -> Answer<AppInfo>
}

extension DifyClient: LogSource {}
