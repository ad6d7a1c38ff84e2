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
        self = Servers().adopting(configuration, makeTransport: makeTransport)
    }

    private init() {}

    /// The servers of another configuration. Those that are in both keep their connections, and their gates with all who wait
    /// there.
    func adopting(_ configuration: Configuration, makeTransport: (BaseURL) -> any Transport) -> Servers {
        var servers = Servers()
        for url in Set(configuration.apps.map(\.baseURL)) {
            servers.byURL[url] =
                byURL[url]
                ?? Server(
                    gate: RequestGate(configuration.requestLimits),
                    transport: makeTransport(url))
        }
        return servers
    }

    /// Gives every gate the configuration's budget.
    func adoptBudget(of configuration: Configuration) async {
        for server in byURL.values {
            await server.gate.adopt(configuration.requestLimits)
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
