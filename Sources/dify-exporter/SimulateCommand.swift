import CivilTime
import DifySimulator
import Exporter
import HTTPEndpoint

/// Runs only the simulated Dify, so that others can try their programs on it.
struct SimulateCommand {
    private let addresses: [ListenAddress]
    private let settings: SimulatedDify.Settings
    private let apps: [SimulatedApp.Settings]
    private let burst: Int
    private let burstAfter: Duration
    private let signals: Signals

    init(_ options: OptionValues, signals: Signals) throws(UsageError) {
        self.signals = signals
        let span = { (text: String) in Duration(prometheus: text) }
        let spanForm = "a span such as 500ms, 30s or 5m"
        addresses = try options.listenAddresses(.listen)
        let duration = try options.parsed(.duration, expected: spanForm, span)
        let late = try options.required(.late, expected: spanForm, span)
        burst = try options.count(.burst)
        burstAfter = (duration ?? .seconds(60)) / 2

        var settings = SimulatedDify.Settings()
        settings.seed = try options.seed()
        settings.history = try options.required(.history, expected: spanForm, span)
        settings.version = try options.required(
            .difyVersion, expected: "a version such as 1.13.0", ServerVersion.init(_:))
        let percent = try options.required(.faults, expected: "a percentage from 0 to 100") { text in
            Double(text).flatMap { (0...100).contains($0) ? $0 : nil }
        }
        settings.faults = Faults(share: percent / 100)
        self.settings = settings

        let rate = try options.parsed(.rate, expected: "a number above 0") { text in
            Double(text).flatMap { $0 > 0 && $0 <= 10_000 ? $0 : nil }
        }
        let count = try options.count(.apps)
        let history = settings.history
        var apps = SimulatedApp.Settings.demo
        if let rate {
            apps = (1...max(1, count)).map { number in
                .steady(
                    name: "app-\(number)", key: "app-simulated-\(number)", runsPerSecond: rate,
                    for: duration.map { $0 + history })
            }
        }
        if late > .zero {
            for index in apps.indices {
                apps[index].oddities.lateShare = 1
                apps[index].oddities.lateness = late
            }
        }
        self.apps = apps
    }

    func run() async -> ExitCode {
        let simulator = SimulatorServer(SimulatedDify(settings: settings, apps: apps, start: .now))
        let server: HTTPServer
        do throws(HTTPServerError) {
            server = try HTTPServer(addresses: addresses, handler: simulator.handler)
        } catch {
            Console.writeError("dify-exporter: \(error.advice(.listen))")
            return .failure
        }
        server.start()
        Console.post(greeting(server.boundAddresses[0]))
        let living = Task { await live(simulator) }
        for await _ in signals.orders() { break }
        living.cancel()
        await living.value
        await server.stop()
        return .success
    }

    /// Lets the load go on until the task is cancelled.
    private func live(_ simulator: SimulatorServer) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await simulator.run() }
            if burst > 0 {
                group.addTask { await startBursts(simulator) }
            }
        }
    }

    private func startBursts(_ simulator: SimulatorServer) async {
        do {
            try await Task.sleep(for: burstAfter)
        } catch {
            return  // The program ends before the burst.
        }
        let (names, rows) = (apps.map(\.name), burst)
        await simulator.withDify { dify in
            for name in names { dify.apply(.burst(app: name, rows: rows), at: .now) }
        }
    }

    private func greeting(_ address: ListenAddress) -> String {
        var table = TextTable(header: ["  APP", "MODE", "KEY"])
        for app in apps { table.add(["  \(app.name)", app.mode.rawValue, app.key]) }
        return """

            A simulated Dify \(settings.version.text) answers at http://\(address)/v1

            \(table.text)
            Try one of them:  DIFY_API_BASE_URL=http://\(address)/v1 DIFY_API_KEY=\(apps[0].key) dify-exporter
            What is true:     http://\(address)/simulator/truth

            Ctrl-C ends it.

            """
    }
}

extension OptionValues {
    func seed() throws(UsageError) -> UInt64 {
        try required(.seed, expected: "a whole number from 0 on", UInt64.init(_:))
    }
}
