import CollectionSimulation
import DifyAPI
import TestSupport
import Testing

/// A catch-up as a guest of a server with ten slots. `swift run -c release simulation --polling` tells of one of 100,000 runs.
@Suite struct SharedServerTests {
    private func report(seed: UInt64, yields: Bool = true) async throws -> SharedServer.Report {
        var settings = SharedServer.Settings()
        settings.runs = 20_000
        settings.seed = seed
        settings.yields = yields
        // Without yielding, nothing but the server's own speed holds it back.
        if !yields { settings.limits = .init(inFlight: 2, perSecond: 1000, backgroundShare: 1) }
        return try await Workbench.computing.run { [settings] in
            var server = SharedServer(settings)
            return server.run()
        }
    }

    @Test(arguments: [1, 2] as [UInt64])
    func `a user hardly notices a catch-up, and rounds of other apps keep their turn`(seed: UInt64) async throws {
        let report = try await report(seed: seed)
        #expect(report.userP95 <= 1.3 * report.userTimeAlone)
        #expect(report.greatestLateness <= 1)
        #expect(report.catchUpSeconds < 3600)
    }

    @Test func `the model shows what a catch-up does that does not yield`() async throws {
        let report = try await report(seed: 1, yields: false)
        #expect(report.userP95 > 1.4 * report.userTimeAlone)
    }
}
