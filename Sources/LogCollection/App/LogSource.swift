import CivilTime
import DifyAPI

/// Where logs come from: Dify over HTTP in production, a simulated one in tests.
package protocol LogSource: Sendable {
    func logs(_ query: LogsQuery) async -> Answer<LogPage>
    func info() async -> Answer<AppInfo>
}

extension DifyClient: LogSource {}

/// The time that a collection goes by.
package protocol CollectionClock: Sendable {
    var now: UnixTime { get }
    /// Throws `CancellationError` when the task is cancelled meanwhile.
    func sleep(for span: Duration) async throws
}

/// The machine's own clock.
package struct WallClock: CollectionClock {
    package init() {}

    package var now: UnixTime { .now }

    package func sleep(for span: Duration) async throws {
        try await Task.sleep(for: span)
    }
}
