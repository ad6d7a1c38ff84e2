import DifyAPI
import Testing

@testable import Exporter

@Suite struct DescriptorBudgetTests {
    private func configuration(apps: Int, urls: Int, inFlight: Int = 2) throws -> Configuration {
        let apps = try (0..<apps).map { number in
            AppConfiguration(
                name: AppName("app-\(number)"), baseURL: try BaseURL("http://dify-\(number % urls)/v1"),
                keySource: .environment(name: "K"))
        }
        var configuration = Configuration(apps: apps)
        configuration.requestsInFlight = inFlight
        return configuration
    }

    private func refusal(_ limit: Int, _ configuration: Configuration) -> String? {
        do throws(LoadError) {
            try DescriptorBudget(limit: limit, listeners: 1).check(configuration)
            return nil
        } catch {
            return error.lines.joined()
        }
    }

    @Test func `apps cost no descriptor, base URLs do, and clients get the rest`() throws {
        let budget = DescriptorBudget(limit: 1024, listeners: 1)
        #expect(budget.connections(beside: try configuration(apps: 1, urls: 1)) == 973)
        #expect(budget.connections(beside: try configuration(apps: 5000, urls: 1)) == 973)
        #expect(
            DescriptorBudget(limit: 524_288, listeners: 1).connections(beside: try configuration(apps: 1, urls: 1))
                == 4096)
        #expect(budget.connections(beside: try configuration(apps: 60, urls: 60)) == 383)
        #expect(
            DescriptorBudget(limit: 64, listeners: 1).connections(beside: try configuration(apps: 100, urls: 1)) == 13)
    }

    @Test func `what does not fit is refused with the numbers and the remedy`() throws {
        #expect(refusal(1024, try configuration(apps: 97, urls: 97)) == nil)
        #expect(
            refusal(1024, try configuration(apps: 98, urls: 98))
                == "98 base URLs with 2 requests in flight at once and the endpoint need 1029 open files, and this process may "
                + "have 1024. Raise the limit of open files: LimitNOFILE= in a systemd unit, ulimits in Compose, or ulimit -n "
                + "before the start.")
        #expect(refusal(20, try configuration(apps: 1, urls: 1))?.hasPrefix("1 base URL with 2 requests") == true)
        #expect(refusal(.max, try configuration(apps: 98, urls: 98, inFlight: 64)) == nil)
    }

    @Test func `a configuration that no longer fits is kept out at a reload`() async throws {
        let exporter = try await TestedExporter(
            TestedExporter.app(1), descriptors: DescriptorBudget(limit: 200, listeners: 1))
        let answer = await exporter.reload(configuration: try configuration(apps: 40, urls: 40))
        #expect(answer.status == 500)
        #expect(answer.text.hasSuffix("The log says why: 1 problem.\n"))
        await exporter.stop()
    }
}
