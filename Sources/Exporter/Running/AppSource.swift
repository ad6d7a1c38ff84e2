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
        current = nil
    }

    func logs(_ query: LogsQuery) async -> Answer<LogPage> {
        switch client() {
        case .success(let client): await client.logs(query)
        case .failure(let error): Answer(result: .failure(error), sentAt: clock.now)
        }
    }

    func info() async -> Answer<AppInfo> {
        switch client() {
        case .success(let client): await client.info()
        case .failure(let error): Answer(result: .failure(error), sentAt: clock.now)
        }
    }

    /// The client with the present key. A file that has become unreadable leaves the key as it was: it is probably being
    /// replaced.
    private func client() -> Result<DifyClient, APIError> {
        var identity: File.Identity?
        if case .file(let path) = app.keySource { identity = File.identity(path) }
        if let current, current.identity == identity || identity == nil { return .success(current.client) }
        do throws(KeyError) {
            let client = try app.client(environment: environment, transport: transport, gate: gate) { [clock] in
                clock.now
            }
            current = (client, identity)
            return .success(client)
        } catch {
            return .failure(.unavailable(message: error.description))
        }
    }
}
