import DifyAPI

/// The servers of a configuration: each base URL with its connections and the gate that keeps its request budget.
struct Servers: Sendable {
    struct Server: Sendable {
        let gate: RequestGate
        let transport: any Transport
    }

    private var byURL: [BaseURL: Server] = [:]

    /// `makeTransport` gives each base URL its own connections.
    init(of configuration: Configuration, makeTransport: (BaseURL) -> any Transport) {
        for app in configuration.apps where byURL[app.baseURL] == nil {
            let gate = RequestGate(inFlight: configuration.requestsInFlight, perSecond: configuration.requestsPerSecond)
            byURL[app.baseURL] = Server(gate: gate, transport: makeTransport(app.baseURL))
        }
    }

    /// The apps of the configuration, each with its server and its place among them.
    func apps(of configuration: Configuration) -> [(place: Int, app: AppConfiguration, server: Server)] {
        configuration.apps.enumerated().compactMap { place, app in
            byURL[app.baseURL].map { (place, app, $0) }
        }
    }

    var gates: [(baseURL: BaseURL, gate: RequestGate)] {
        byURL.map { ($0.key, $0.value.gate) }
    }
}
