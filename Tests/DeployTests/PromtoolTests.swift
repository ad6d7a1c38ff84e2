import Foundation
import TestSupport
import Testing

/// Runs Prometheus's own checks where they are installed; elsewhere these tests are skipped.
@Suite(.enabled(if: Promtool.path != nil, "promtool is not on PATH")) struct PromtoolTests {
    @Test func `rules are valid`() async throws {
        let result = try await Promtool.run(
            ["check", "rules"] + ProjectFiles.paths(in: "deploy/prometheus", ".rules.yml"))
        #expect(result.status == 0, "\(result.output)")
    }

    @Test func `example configuration is valid`() async throws {
        let result = try await Promtool.run(["check", "config", "deploy/prometheus/prometheus.yml"])
        #expect(result.status == 0, "\(result.output)")
    }

    /// A test of a file, to be run alone and with the rules that its checks need.
    struct Case: CustomTestStringConvertible, Sendable {
        let file: String
        /// What stands before the tests, and this one.
        let text: String
        let test: RuleTestFile.Test
        var testDescription: String { "\(test.name), \(file)" }

        static func all() throws -> [Case] {
            try ProjectFiles.paths(in: "deploy/prometheus/tests", ".yml").flatMap { path in
                let text = try ProjectFiles.text(path)
                let begins = text.ranges(of: "\n  - name: ").map { text.index(after: $0.lowerBound) }
                let tests = RuleTestFile(text).tests
                try #require(!tests.isEmpty && begins.count == tests.count, "\(path)")
                return zip(tests, zip(begins, begins.dropFirst() + [text.endIndex])).map { test, range in
                    Case(
                        file: path.split(separator: "/").last.map(String.init) ?? path,
                        text: String(text[..<begins[0]] + text[range.0..<range.1]), test: test)
                }
            }
        }
    }

    @Test(arguments: try Case.all()) func `alerts fire when they should`(one: Case) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "dify-exporter-\(UUID())")
        try FileManager.default.createDirectory(at: folder.appending(path: "tests"), withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let excerpt = RuleExcerpt(alerts: Set(one.test.checks.map(\.alert)), of: try RuleFile.all())
        for path in try ProjectFiles.paths(in: "deploy/prometheus", ".rules.yml") {
            let text = excerpt.text(of: try ProjectFiles.text(path))
            try Data(text.utf8).write(to: folder.appending(path: ProjectFiles.url(path).lastPathComponent))
        }
        let file = folder.appending(path: "tests/\(one.file)")
        try Data(one.text.utf8).write(to: file)
        let result = try await Promtool.run(["test", "rules", file.path])
        #expect(result.status == 0, "\(result.output)")
    }
}

enum Promtool {
    static let path: String? = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        .map { "\($0)/promtool" }.first { FileManager.default.isExecutableFile(atPath: $0) }

    /// Paths below `deploy` are those of the project.
    static func run(_ arguments: [String]) async throws -> (status: Int32, output: String) {
        let executable = try #require(path)
        let arguments = arguments.map { $0.hasPrefix("deploy/") ? ProjectFiles.url($0).path : $0 }
        let (output, end) = try await Workbench.promtool.run { try ChildProcess(executable, arguments).outcome() }
        guard case .exited(let status) = end else { return (-1, output) }
        return (status, output)
    }
}
