import Foundation
import TestSupport
import Testing

/// Runs Prometheus's own checks where they are installed; elsewhere these tests are skipped.
@Suite(.enabled(if: Promtool.path != nil, "promtool is not on PATH"), .serialized) struct PromtoolTests {
    @Test func `rules are valid`() async throws {
        let result = try await Promtool.run(
            ["check", "rules"] + ProjectFiles.paths(in: "deploy/prometheus", ".rules.yml"))
        #expect(result.status == 0, "\(result.output)")
    }

    @Test func `example configuration is valid`() async throws {
        let result = try await Promtool.run(["check", "config", "deploy/prometheus/prometheus.yml"])
        #expect(result.status == 0, "\(result.output)")
    }

    @Test(arguments: try ProjectFiles.paths(in: "deploy/prometheus/tests", ".yml")) func `alerts fire when they should`(
        path: String
    ) async throws {
        let result = try await Promtool.run(["test", "rules", path])
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
        let child = try await Workbench.programs.run { try ChildProcess(executable, arguments) }
        let output = try await child.text()
        guard case .exited(let status) = try await child.ended() else { return (-1, output) }
        return (status, output)
    }
}
