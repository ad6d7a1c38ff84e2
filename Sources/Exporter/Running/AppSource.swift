import CivilTime
import DifyAPI
import LogCollection

/// One app's Dify as a source of logs, whose key is read again when its file changes.
actor AppSource: LogSource {
    private let app: AppConfiguration
    private let environment: Environment
    private let server: Servers.Server
    private let clock: any CollectionClock
    private let logger: Logger
    private var current: (client: DifyClient, file: File.Identity?)?
    private var mustReadKey = false
    /// Counts the keys: another one may be of another app.
    private var keyVersion = 0
    /// What the log was last told of the key.
    private var toldProblem: KeyError?

    init(
        app: AppConfiguration, environment: Environment, server: Servers.Server, clock: any CollectionClock,
        logger: Logger
    ) {
        self.app = app
        self.environment = environment
        self.server = server
        self.clock = clock
        self.logger = logger
    }

    /// Takes the key as it is now, whatever its file's dates say.
    func readKeyAgain() {
        mustReadKey = true
    }

    /// Rows hold what is counted, and nothing of who started a run.
    func logs(_ query: LogsQuery, _ urgency: Urgency) async -> Answer<LogPage> {
        await answer { await $0.logs(query, urgency, detail: .counted) }
    }

    func info() async -> Answer<AppInfo> {
        await answer { await $0.info() }
    }

    private func answer<Value>(_ ask: (DifyClient) async -> Answer<Value>) async -> Answer<Value> {
        switch await client() {
        case .success(let client):
            let version = keyVersion
            var answer = await ask(client)
            if answer.wasSent { server.durations.note(answer.duration) }
            answer.keyVersion = version
            return answer
        case .failure(let error): return Answer(result: .failure(error), sentAt: clock.now.date)
        }
    }

    /// The client with the present key. A file that has become unreadable leaves the key as it was: it is probably being
    /// replaced.
    private func client() async -> Result<DifyClient, APIError> {
        do throws(KeyError) {
            let known = mustReadKey ? nil : current?.file
            if let current, known == nil, !mustReadKey { return .success(current.client) }
            let reading = try await app.keySource.read(environment: environment, ifOtherThan: known)
            toldProblem = nil
            if let reading { adopt(reading) }
        } catch {
            if Task.isCancelled { return .failure(.cancelled) }
            tell(error)
            guard error.isPassing, current != nil else {
                return .failure(.unavailable(message: error.publicDescription))
            }
        }
        guard let current else { return .failure(.unavailable(message: "the key was not read")) }
        return .success(current.client)
    }

    private func adopt(_ reading: KeySource.Reading) {
        let client = app.client(key: reading.key, transport: server.transport, gate: server.gate) { [clock] in
            clock.now.date
        }
        if let current, !client.hasSameKey(as: current.client) { keyVersion += 1 }
        current = (client, reading.file)
        mustReadKey = false
    }

    /// Tells the log where the key should be, once; pages do not show paths.
    private func tell(_ problem: KeyError) {
        guard toldProblem != problem else { return }
        toldProblem = problem
        logger.log(
            .error, "the app's key cannot be read", ("app", app.displayName), ("reason", problem.description),
            ("key", current == nil ? "none" : "the one before"))
    }
}
