import DifyAPI
import TestSupport
import Testing

@testable import Exporter

@Suite struct FolderAppsTests {
    private let folder = AppsFolder("/keys")

    private func key(_ text: String) throws -> AppsFolderLook.Content {
        .key(try #require(APIKey(text)))
    }

    private func look(_ files: [String: AppsFolderLook.Content]) -> AppsFolderLook {
        var look = AppsFolderLook()
        for (name, content) in files { look.add(name, .init(identity: nil, content: content)) }
        return look
    }

    private func apps(_ state: FolderApps, taken: Set<String> = []) -> (names: [String], problems: [String]) {
        let (apps, problems) = state.apps(defaults: .init(), in: folder) { taken.contains($0.description) }
        return (apps.map(\.displayName), problems.map(\.line))
    }

    @Test func `the first look is taken at once`() throws {
        var state = FolderApps()
        let change1 = state.receive(look(["b": try key("1"), "a": try key("2")]))
        #expect(change1)
        #expect(apps(state).names == ["a", "b"])
    }

    @Test func `a change is taken at the second look that shows one, as it is then`() throws {
        var state = FolderApps()
        _ = state.receive(look(["a": try key("1")]))
        let change2 = state.receive(look(["a": try key("half"), "b": try key("2")]))
        #expect(!change2)
        #expect(apps(state).names == ["a"])
        let change3 = state.receive(look(["a": try key("whole"), "b": try key("2")]))
        #expect(change3)
        let (found, _) = state.apps(defaults: .init(), in: folder) { _ in false }
        #expect(found.map(\.displayName) == ["a", "b"])
        #expect(found.first?.keySource == .inline(try #require(APIKey("whole"))))
        let change4 = state.receive(look(["a": try key("whole"), "b": try key("2")]))
        #expect(!change4)
    }

    @Test func `a file that is missing in one look stays`() throws {
        var state = FolderApps()
        _ = state.receive(look(["a": try key("1")]))
        let change5 = state.receive(look([:]))
        #expect(!change5)
        let change6 = state.receive(look(["a": try key("1")]))
        #expect(!change6)
        let change7 = state.receive(look([:]))
        #expect(!change7)
        let change8 = state.receive(look([:]))
        #expect(change8)
        #expect(apps(state).names == [])
    }

    @Test func `what cannot be used harms no other, and leaves in force what was there`() throws {
        var state = FolderApps()
        _ = state.receive(look(["a": try key("1"), "b": .unusable(["is empty; it must hold the app's key"])]))
        #expect(apps(state).names == ["a"])
        #expect(apps(state).problems == ["/keys/b is empty; it must hold the app's key"])
        for _ in 0..<2 { _ = state.receive(look(["a": .unusable(["is empty"]), "b": try key("2")])) }
        #expect(apps(state).names == ["a", "b"])
        #expect(apps(state).problems == ["/keys/a is empty. Until then it counts as it was before"])
    }

    @Test func `settings are for the app beside them`() throws {
        var state = FolderApps()
        _ = state.receive(
            look([
                "a": try key("1"),
                "a.json": .settings(Array(#"{ "poll_interval": "7s", "labels": { "t": "x" } }"#.utf8)),
                "b": try key("2"), "b.json": .unusable(["line 1, column 3: pol: unknown key"]),
                "c.json": .settings(Array("{}".utf8)),
            ]))
        let (found, problems) = state.apps(defaults: .init(), in: folder) { _ in false }
        #expect(found.map(\.displayName) == ["a"])
        #expect(found.first?.collection.interval == .seconds(7))
        #expect(found.first?.labels.map(\.name) == ["t"])
        #expect(
            problems.map(\.line) == [
                "/keys/b.json line 1, column 3: pol: unknown key",
                "/keys/c.json has no key file c beside it; add the key, or delete the settings",
            ])
        #expect(problems.map(\.app) == ["b", "c"])
    }

    @Test func `an app that ran without settings goes on so beside new ones that cannot be used`() throws {
        let bad = AppsFolderLook.Content.unusable(["line 1, column 2: the text ends too early"])
        var state = FolderApps()
        _ = state.receive(look(["a": try key("1")]))
        for _ in 0..<2 {
            _ = state.receive(look(["a": try key("1"), "a.json": bad, "b": try key("2"), "b.json": bad]))
        }
        #expect(apps(state).names == ["a"])
        #expect(
            apps(state).problems == [
                "/keys/a.json line 1, column 2: the text ends too early. Until then it counts as it was before",
                "/keys/b.json line 1, column 2: the text ends too early",
            ])
    }

    @Test func `an app of the configuration file goes before one of the folder`() throws {
        var state = FolderApps()
        _ = state.receive(look(["a": try key("1"), "b": try key("2")]))
        let (names, problems) = apps(state, taken: ["a"])
        #expect(names == ["b"])
        #expect(problems == ["/keys/a is for an app that the configuration file lists too; keep one of the two"])
    }

    @Test func `two spellings of one name are one too many`() throws {
        var state = FolderApps()
        var look = AppsFolderLook()
        for name in ["caf\u{e9}", "cafe\u{301}"] { look.add(name, .init(identity: nil, content: try key("1"))) }
        _ = state.receive(look)
        #expect(apps(state).names == [])
        #expect(apps(state).problems.count == 1)
    }

    /// Whatever happens to files from look to look, the apps are those of the second to last look at the latest.
    @Test func `after two equal looks the apps are those of the look`() throws {
        var random = Seeded(14)
        var state = FolderApps()
        for _ in 0..<2000 {
            var files: [String: AppsFolderLook.Content] = [:]
            for number in 0..<5 where random.below(3) > 0 { files["app-\(number)"] = try key("k\(random.below(4))") }
            _ = state.receive(look(files))
            guard random.below(2) == 0 else { continue }
            _ = state.receive(look(files))
            let (found, problems) = state.apps(defaults: .init(), in: folder) { _ in false }
            #expect(problems.isEmpty)
            let keys = Dictionary(uniqueKeysWithValues: found.map { ($0.displayName, $0.keySource) })
            let expected = files.mapValues { content -> KeySource? in
                guard case .key(let key) = content else { return nil }
                return .inline(key)
            }
            #expect(keys == expected)
        }
    }
}
