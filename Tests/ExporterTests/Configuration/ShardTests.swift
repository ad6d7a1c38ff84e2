import DifyAPI
import Testing

@testable import Exporter

@Suite struct ShardTests {
    private static let names = (1...1000).map { "app-\($0)" }

    private func owner(of app: String, among count: Int) throws -> Int {
        let owners = try (0..<count).filter { try #require(Shard("\($0)/\(count)")).owns(app) }
        #expect(owners.count == 1, "\(app) among \(count)")
        return try #require(owners.first)
    }

    @Test(arguments: ["0/1", "2/3", "999/1000"]) func `a shard is its index among so many`(text: String) {
        #expect(Shard(text)?.description == text)
    }

    @Test(arguments: ["", "1", "3/3", "-1/3", "0/0", "0/1001", "1/2/3", "a/b", "0/ 3", "/3", "0/"])
    func `what is no shard is refused`(text: String) {
        #expect(Shard(text) == nil)
    }

    @Test func `a thousand apps spread evenly over up to sixteen shards`() throws {
        for count in 1...16 {
            var sizes = Array(repeating: 0, count: count)
            for name in Self.names { sizes[try owner(of: name, among: count)] += 1 }
            let mean = 1000 / Double(count)
            // Five standard deviations of a fair draw: names are few, and no worse than by chance is what is promised.
            let tolerance = 5 * (mean * (1 - 1 / Double(count))).squareRoot()
            #expect(sizes.allSatisfy { abs(Double($0) - mean) <= tolerance }, "\(count) shards: \(sizes)")
        }
    }

    @Test func `a shard more takes its share and leaves the rest where they are`() throws {
        for count in 1..<16 {
            var moved = 0
            for name in Self.names {
                let (before, after) = (try owner(of: name, among: count), try owner(of: name, among: count + 1))
                guard before != after else { continue }
                moved += 1
                #expect(after == count, "\(name) went from \(before) to \(after), which was there before")
            }
            let mean = 1000 / Double(count + 1)
            let tolerance = 5 * (mean * (1 - 1 / Double(count + 1))).squareRoot()
            #expect(abs(Double(moved) - mean) <= tolerance, "\(moved) of 1000 moved from \(count) shards to one more")
        }
    }

    /// Numbers of other machines and earlier versions are found again only if this never changes.
    @Test func `the owner of a name is the same for ever`() throws {
        #expect(try Self.names.prefix(12).map { try owner(of: $0, among: 5) } == [0, 4, 3, 1, 1, 4, 3, 0, 4, 0, 4, 1])
    }

    @Test func `a configuration is limited to the apps of its shard`() throws {
        let apps = try ["support-bot", "invoices", "translator", "triage"].map { name in
            AppConfiguration(name: AppName(name), baseURL: .cloud, keySource: .inline(try #require(APIKey("app-key"))))
        }
        let configuration = Configuration(apps: apps)
        let shards = (0..<3).map { configuration.limited(to: Shard("\($0)/3")).apps.map(\.displayName) }
        #expect(shards.flatMap { $0 }.sorted() == apps.map(\.displayName).sorted())
        #expect(configuration.limited(to: nil).apps == apps)
    }

    @Test func `shards share the budget of a base URL as they share its apps`() throws {
        let urls = [try BaseURL("http://a.test/v1"), try BaseURL("http://b.test/v1")]
        let apps = try (0..<40).map { number in
            AppConfiguration(
                name: AppName("app-\(number)"), baseURL: urls[number % 2], keySource: .inline(try #require(APIKey("k")))
            )
        }
        var configuration = Configuration(apps: apps)
        (configuration.requestsInFlight, configuration.requestsPerSecond) = (16, 8)
        for count in 1...9 {
            for url in urls {
                let budgets = (0..<count).map { index in
                    let own = configuration.limited(to: Shard("\(index)/\(count)"))
                    return own.apps.contains { $0.baseURL == url } ? own.budget(of: url) : nil
                }.compactMap { $0 }
                #expect(abs(budgets.map(\.perSecond).reduce(0, +) - 8) < 1e-9)
                #expect(budgets.allSatisfy { $0.inFlight >= 1 })
                #expect(budgets.map(\.inFlight).reduce(0, +) <= max(16, count))
            }
        }
        #expect(configuration.budget(of: urls[0]) == .init(inFlight: 16, perSecond: 8))
    }
}
