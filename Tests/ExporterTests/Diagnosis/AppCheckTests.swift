import CivilTime
import DifyAPI
import DifySimulator
import Testing

@testable import Exporter

@Suite struct AppCheckTests {
    /// A Dify of two apps that had a run a minute for an hour.
    private func dify(_ version: ServerVersion = "1.15.0", _ changes: Change...) -> SimulatedTransport {
        var settings = SimulatedDify.Settings()
        (settings.version, settings.history) = (version, .seconds(3600))
        let apps = (1...2).map { number in
            SimulatedApp.Settings.steady(
                name: "app-\(number)", key: "key-\(number)", runsPerSecond: 1.0 / 60, for: .seconds(3600))
        }
        var dify = SimulatedDify(settings: settings, apps: apps, start: .now)
        for change in changes { dify.apply(change, at: .now) }
        return SimulatedTransport(dify) { .now }
    }

    private func checks(_ dify: SimulatedTransport, keys: [String]) async throws -> [AppCheck] {
        let apps = try keys.enumerated().map { index, key in
            AppConfiguration(
                name: AppName("name-\(index)"), baseURL: try BaseURL("http://dify.test/v1"),
                keySource: .inline(try #require(APIKey(key))))
        }
        return await AppCheck.all(of: Configuration(apps: apps), environment: [:]) { _ in dify }
    }

    @Test func `an app that answers is good`() async throws {
        let check = try await checks(dify(), keys: ["key-1"])[0]
        #expect(check.problem == nil)
        #expect(check.logsInADay == 60)
        #expect(check.serverVersion == "1.15.0")
    }

    @Test func `a row below the newest that Dify cannot serve is told, with the number of logs`() async throws {
        let poison = Change.poison(app: "app-1", share: 0.5, youngerThan: .seconds(7200))
        let check = try await checks(dify("1.15.0", poison), keys: ["key-1"])[0]
        let words = "Dify cannot serve a row of its log list, and so none of its page (400). "
        #expect(check.problem?.hasPrefix(words) == true)
        #expect(check.problem?.contains("repair the row") == true)
        #expect(check.logsInADay == 60)
    }

    @Test func `a key that two apps have is told of the second`() async throws {
        let checks = try await checks(dify(), keys: ["key-1", "key-2", "key-1"])
        #expect(checks[0].problem == nil && checks[1].problem == nil)
        #expect(checks[2].problem?.hasPrefix("this app has the key of name-0") == true)
    }
}
