import DifyAPI

/// The servers of a configuration: each base URL with its connections and the gate that keeps its request budget.
struct Servers: Sendable {
    struct Server: Sendable {
        let baseURL: BaseURL
        let gate: RequestGate
        let transport: any Transport
        let durations = RequestDurations()
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
                    baseURL: url,
                    gate: RequestGate(configuration.budget(of: url)),
                    transport: makeTransport(url))
        }
        return servers
    }

    /// Gives every gate the configuration's budget. Where an operator has changed it, pauses that servers wanted are over: what
    /// they were for may be mended.
    func adoptBudget(of configuration: Configuration, endingPauses: Bool) async {
        for (url, server) in byURL {
            let limits = configuration.budget(of: url)
            if endingPauses { await server.gate.adopt(limits) } else { await server.gate.change(limits) }
        }
    }

    /// The apps of the configuration, each with its server and its place among them.
    func apps(of configuration: Configuration) -> [(place: Int, app: AppConfiguration, server: Server)] {
        configuration.apps.enumerated().compactMap { place, app in
            byURL[app.baseURL].map { (place, app, $0) }
        }
    }

    var all: [Server] { Array(byURL.values) }
}
