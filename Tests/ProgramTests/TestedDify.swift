import CivilTime
import DifySimulator
import HTTPEndpoint
import Platform

/// A simulated Dify on a port of its own, with one app that has runs.
final class TestedDify: Sendable {
    static let key = "app-Jx0DvXkZ7nOqbT2mYwRs1aLc"
    let port: UInt16
    private let server: HTTPServer
    private let counts: Locked<Counts>

    private struct Counts {
        var requests = 0
        var answeredLogs = 0
    }

    /// `answers` is false for a Dify that takes requests and never answers.
    init(answers: Bool = true, keys: [String] = [key]) async throws {
        var settings = SimulatedDify.Settings()
        settings.history = .seconds(3600)
        let apps = keys.enumerated().map { number, key in
            SimulatedApp.Settings.steady(name: "app-\(number)", key: key, runsPerSecond: 0.1)
        }
        let simulator = SimulatorServer(SimulatedDify(settings: settings, apps: apps, start: .now))
        let counts = Locked(Counts())
        let handler = simulator.handler
        server = try HTTPServer(addresses: [ListenAddress(host: "127.0.0.1", port: 0)]) { request in
            counts.withLock { $0.requests += 1 }
            guard answers else {
                // Until the client goes away.
                try? await Task.sleep(for: .seconds(3600))
                return .text(500, "")
            }
            let response = await handler(request)
            if request.path.hasSuffix("/logs") { counts.withLock { $0.answeredLogs += 1 } }
            return response
        }
        self.counts = counts
        port = server.boundAddresses[0].port
        server.start()
    }

    var url: String { "http://127.0.0.1:\(port)/v1" }
    var requests: Int { counts.withLock(\.requests) }
    var answeredLogs: Int { counts.withLock(\.answeredLogs) }

    func stop() async {
        await server.stop()
    }
}
