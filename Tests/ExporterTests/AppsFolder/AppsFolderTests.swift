import DifyAPI
import Foundation
import Platform
import Testing

@testable import Exporter

/// A folder of keys on a real file system.
@Suite struct AppsFolderTests {
    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "dify-exporter-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }

    private func write(_ text: String, _ path: String) throws {
        try text.write(toFile: path, atomically: false, encoding: .utf8)
    }

    private func key(_ text: String) throws -> AppsFolderLook.Content {
        .key(try #require(APIKey(text)))
    }

    @Test func `each regular file is an app, and dotfiles are none`() async throws {
        try await withFolder { path in
            try write("app-1\n", path + "/support-bot")
            try write("{}", path + "/support-bot.json")
            try write("app-2", path + "/.hidden")
            let look = try await AppsFolder(path).look()
            #expect(
                look.files.mapValues(\.content) == [
                    "support-bot": try key("app-1"), "support-bot.json": .settings(Array("{}".utf8)),
                ])
        }
    }

    @Test func `what is no app says why`() async throws {
        try await withFolder { path in
            try write("", path + "/empty")
            try write("two\nlines", path + "/two")
            try write(#"{ "pol_interval": "5s" }"#, path + "/bad.json")
            try write("app-1", path + "/app-abcDEF0123456789abcdefgh")
            try write("app-1", path + "/turned\u{202e}")
            try write(String(repeating: "x", count: 70_000), path + "/long")
            try FileManager.default.createDirectory(atPath: path + "/folder", withIntermediateDirectories: false)
            #expect(mkfifo(path + "/fifo", 0o600) == 0)
            try FileManager.default.createSymbolicLink(atPath: path + "/dangling", withDestinationPath: "nowhere")
            let reasons = try await AppsFolder(path).look().files.mapValues { entry -> String in
                guard case .unusable(let reasons) = entry.content else { return "usable" }
                return reasons.joined(separator: "\n")
            }
            #expect(reasons["empty"] == "is empty; it must hold the app's key")
            #expect(reasons["two"] == "must hold nothing but the key, on one line")
            #expect(
                reasons["bad.json"] == "line 1, column 3: pol_interval: unknown key; did you mean poll_interval?")
            #expect(reasons["app-abcDEF0123456789abcdefgh"]?.hasPrefix("has a name that looks like a key") == true)
            #expect(reasons["turned\u{202e}"]?.hasPrefix("has a name that cannot be an app's") == true)
            #expect(reasons["long"] == "is longer than 4096 bytes; it must hold nothing but the key, on one line")
            #expect(reasons["folder"]?.hasPrefix("is a folder") == true)
            #expect(reasons["fifo"]?.hasPrefix("is not a regular file") == true)
            #expect(reasons["dangling"] == "is a link to a file that does not exist")
            #expect(reasons.count == 9)
        }
    }

    @Test func `files whose names are no text are told apart, and harm no other`() async throws {
        try await withFolder { path in
            try write("app-1", path + "/good")
            try write("app-2", path + "/with\u{fffd}")
            for byte in [UInt8(0xfe), 0xff] {
                let name: [UInt8] = Array("\(path)/bad".utf8) + [byte, 0]
                let descriptor = open(name.map { CChar(bitPattern: $0) }, O_CREAT | O_WRONLY, 0o600)
                #expect(descriptor >= 0)
                close(descriptor)
            }
            let files = try await AppsFolder(path).look().files.mapValues(\.content)
            let reason = AppsFolderLook.Content.unusable(["has a name that is not UTF-8; an app's name is text"])
            #expect(
                files == [
                    "good": try key("app-1"), "with\u{fffd}": try key("app-2"), #"bad\xfe"#: reason,
                    #"bad\xff"#: reason,
                ])
        }
    }

    @Test(arguments: ["", ".bak", "~", ".json", ".json.json"])
    func `a name that holds a key makes no app, and is not shown`(ending: String) async throws {
        try await withFolder { path in
            let secret = "app-0123456789abcdefghijklmn"
            try write("{}", "\(path)/\(secret)\(ending)")
            var state = FolderApps()
            _ = state.receive(try await AppsFolder(path).look())
            let (apps, problems) = state.apps(defaults: .init(), in: AppsFolder(path)) { _ in false }
            #expect(apps.isEmpty)
            let problem = try #require(problems.first)
            let texts = [problem.line, problem.shownApp, problem.shownFile, AppCheck(problem).name]
            #expect(texts.allSatisfy { !$0.contains("0123456789") })
            #expect(problem.line.contains("has a name that looks like a key"))
        }
    }

    @Test func `the folder as a whole is missing, no folder, or far too large`() async throws {
        try await withFolder { path in
            await #expect(throws: AppsFolderError.self) { try await AppsFolder(path + "/nowhere").look() }
            try write("x", path + "/file")
            let error = await #expect(throws: AppsFolderError.self) { try await AppsFolder(path + "/file").look() }
            #expect(error?.description == "the folder \(path)/file of apps_dir cannot be opened: Not a directory")
            for number in 0...AppsFolder.mostFiles {
                close(open("\(path)/app-\(number)", O_CREAT | O_WRONLY, 0o600))
            }
            let large = await #expect(throws: AppsFolderError.self) { try await AppsFolder(path).look() }
            #expect(large?.description.contains("has more than 10000 files") == true)
        }
    }

    @Test func `Kubernetes exchanges all files at once by a link`() async throws {
        try await withFolder { path in
            func place(_ version: String, _ keys: [String: String]) throws {
                try FileManager.default.createDirectory(
                    atPath: "\(path)/..\(version)", withIntermediateDirectories: false)
                for (name, key) in keys { try write(key, "\(path)/..\(version)/\(name)") }
                symlink("..\(version)", "\(path)/..data_tmp")
                #expect(rename("\(path)/..data_tmp", "\(path)/..data") == 0)
                for name in keys.keys { symlink("..data/\(name)", "\(path)/\(name)") }
            }
            try place("1", ["a": "k1", "b": "k2"])
            let folder = AppsFolder(path)
            let first = try await folder.look()
            #expect(first.files.mapValues(\.content) == ["a": try key("k1"), "b": try key("k2")])
            try place("2", ["a": "k1", "b": "k3"])
            let second = try await folder.look(after: first)
            #expect(second.files.mapValues(\.content) == ["a": try key("k1"), "b": try key("k3")])
        }
    }

    @Test func `a file that is the same is not read again`() async throws {
        try await withFolder { path in
            try write("k1", path + "/a")
            var known = try await AppsFolder(path).look()
            let identity = known.files["a"]?.identity
            known = AppsFolderLook()
            known.add("a", .init(identity: identity, content: try key("remembered")))
            #expect(try await AppsFolder(path).look(after: known) == known)
        }
    }

    @Test func `keys show themselves in no dump of a look`() async throws {
        try await withFolder { path in
            try write("app-secret", path + "/a")
            var text = ""
            dump(try await AppsFolder(path).look(), to: &text)
            #expect(!text.contains("secret"))
        }
    }
}
