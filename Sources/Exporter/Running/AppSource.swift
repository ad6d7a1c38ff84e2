import CivilTime
import DifyAPI
import LogCollection

/// One app's Dify as a source of logs, whose key is read again when its file changes.
actor AppSource: LogSource {
    private let app: AppConfiguration
    private let environment: [String: String]
    private let transport: any Transport
    private let gate: RequestGate
    private let clock: any CollectionClock
    private var current: (client: DifyClient, identity: File.Identity?)?
    private var mustReadKey = false
    /// Counts the keys: another one may be of another app.
    private var keyVersion = 0

    init(
        app: AppConfiguration, environment: [String: String], transport: any Transport, gate: RequestGate,
        clock: any CollectionClock
    ) {
        self.app = app
        self.environment = environment
        self.transport = transport
        self.gate = gate
        self.clock = clock
    }

    /// Takes the key as it is now, whatever its file's dates say.
    func readKeyAgain() {
        mustReadKey = true
    }

    func logs(_ query: LogsQuery) async -> Answer<LogPage> {
        await answer { await $0.logs(query) }
    }

    func info() async -> Answer<AppInfo> {
        await answer { await $0.info() }
    }

    private func answer<Value>(_ ask: (DifyClient) async -> Answer<Value>) async -> Answer<Value> {
        switch client() {
        case .success(let client):
            let version = keyVersion
            var answer = await ask(client)
            answer.keyVersion = version
            return answer
        case .failure(let error): return Answer(result: .failure(error), sentAt: clock.now.date)
        }
    }

    /// The client with the present key. A file that has become unreadable leaves the key as it was: it is probably being
    /// replaced.
    private func client() -> Result<DifyClient, APIError> {
        var identity: File.Identity?
        if case .file(let path) = app.keySource { identity = File.identity(path) }
        if let current, !mustReadKey, current.identity == identity || identity == nil {
            return .success(current.client)
        }
        do throws(KeyError) {
            let client = try app.client(environment: environment, transport: transport, gate: gate) { [clock] in
                clock.now.date
            }
            if let current, !client.hasSameKey(as: current.client) { keyVersion += 1 }
            current = (client, identity)
            mustReadKey = false
            return .success(client)
        } catch {
            return .failure(.unavailable(message: error.description))
        }
    }
}
