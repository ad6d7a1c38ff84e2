import DifyAPI
import Testing

@testable import Exporter

@Suite struct CollectedAppsTests {
    /// A folder of so many apps, each at a server of its own, and a file that cannot be used for each of them.
    private func watch(apps: Int) throws -> AppsFolderWatch {
        var look = AppsFolderLook()
        for number in 1...apps {
            let settings = Array("{ \"base_url\": \"http://dify-\(number).test/v1\" }".utf8)
            look.add("app-\(number)", .init(identity: nil, content: .key(try #require(APIKey("k")))))
            look.add("app-\(number).json", .init(identity: nil, content: .settings(settings)))
            look.add("bad-\(number)", .init(identity: nil, content: .unusable(["is empty"])))
        }
        var watch = AppsFolderWatch(AppsFolder("/keys"))
        let hasChanged = watch.receive(.success(look))
        #expect(hasChanged)
        return watch
    }

    @Test func `an app whose server takes too many descriptors is left out, and no other`() throws {
        let listed = AppConfiguration(
            name: AppName("listed"), baseURL: .cloud, keySource: .inline(try #require(APIKey("k"))))
        let configuration = Configuration(apps: [listed])
        let collected = CollectedApps(
            of: configuration, try watch(apps: 9), { $0 }, DescriptorBudget(limit: 100, listeners: 1))
        let names = collected.configuration.apps.map(\.displayName)
        #expect(names.first == "listed")
        #expect((2...9).contains(names.count))
        #expect(collected.problems.filter { $0.reason.contains("open files") }.count == 10 - names.count)
        #expect(DescriptorBudget(limit: 100, listeners: 1).allows(collected.configuration))
    }

    @Test func `shards share apps and problems, and miss none`() throws {
        let watch = try watch(apps: 40)
        var apps: [String] = []
        var problems: [String] = []
        for index in 0..<4 {
            let shard = Shard("\(index)/4")
            let collected = CollectedApps(of: Configuration(apps: []), watch, { $0.limited(to: shard) }, .unlimited)
            apps += collected.configuration.apps.map(\.displayName)
            problems += collected.problems.map(\.file)
        }
        #expect(apps.sorted() == (1...40).map { "app-\($0)" }.sorted())
        #expect(problems.sorted() == (1...40).map { "bad-\($0)" }.sorted())
    }
}
