import Foundation
import Testing

/// Runs Prometheus's own checks where they are installed; elsewhere these tests are skipped.
@Suite(.enabled(if: Promtool.path != nil, "promtool is not on PATH"), .serialized) struct PromtoolTests {
    @Test func rulesAreValid() throws {
        let result = try Promtool.run(["check", "rules"] + ProjectFiles.paths(in: "deploy/prometheus", ".rules.yml"))
        #expect(result.status == 0, "\(result.output)")
    }

    @Test func exampleConfigurationIsValid() throws {
        let result = try Promtool.run(["check", "config", "deploy/prometheus/prometheus.yml"])
        #expect(result.status == 0, "\(result.output)")
    }

    @Test(arguments: try ProjectFiles.paths(in: "deploy/prometheus/tests", ".yml")) func alertsFireWhenTheyShould(
        path: String
    ) throws {
        let result = try Promtool.run(["test", "rules", path])
        #expect(result.status == 0, "\(result.output)")
    }
}

enum Promtool {
    static let path: String? = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        .map { "\($0)/promtool" }.first { FileManager.default.isExecutableFile(atPath: $0) }

    static func run(_ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: try #require(path))
        process.arguments = arguments
        process.currentDirectoryURL = ProjectFiles.root
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }
}
