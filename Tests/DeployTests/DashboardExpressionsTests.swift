import Foundation
import Testing

/// Expressions of the dashboards as Prometheus evaluates them, where promtool is installed.
@Suite(.enabled(if: Promtool.path != nil, "promtool is not on PATH"), .serialized) struct DashboardExpressionsTests {
    private static let app = #"job="j",instance="i",app="a""#

    /// The expression with every variable at All.
    private func evaluated(_ expression: String) -> String {
        ["$job", "$instance", "$app"].reduce(expression) { $0.replacing($1, with: ".+") }
    }

    private func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n") + "\""
    }

    /// What promtool says of an expression over a minute's series, at certain minutes; nothing where the values are as expected.
    private func differences(
        _ expression: String, _ series: [(String, values: String)], _ expected: [(minute: Int, value: Int?)]
    ) async throws -> String {
        let folder = FileManager.default.temporaryDirectory.appending(path: "dify-exporter-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let inputs = series.map { "      - {series: '\($0.0)', values: '\($0.values)'}\n" }.joined()
        let samples = expected.map { minute, value in
            let samples = value.map { "[{labels: '{}', value: \($0)}]" } ?? "[]"
            let query = quoted("max(\(evaluated(expression)))")
            return "      - {expr: \(query), eval_time: \(minute)m, exp_samples: \(samples)}\n"
        }.joined()
        let file = folder.appending(path: "test.yml")
        let text = """
            evaluation_interval: 1m
            tests:
              - interval: 1m
                input_series:
            \(inputs)    promql_expr_test:
            \(samples)
            """
        try Data(text.utf8).write(to: file)
        let result = try await Promtool.run(["test", "rules", file.path])
        return result.status == 0 ? "" : result.output
    }

    private func detection(
        up: String, rules: String?, collectedUntil: String?, _ expected: [(minute: Int, value: Int?)]
    ) async throws -> String {
        let series = [
            ("dify_up{\(Self.app)}", up), ("app:dify_up:known1h{\(Self.app)}", rules),
            ("dify_exporter_collected_until_timestamp_seconds{\(Self.app)}", collectedUntil),
        ]
        return try await differences(
            Expression.detection, series.compactMap { name, values in values.map { (name, values: $0) } }, expected)
    }

    @Test func `detection tells what is missing, the worst first`() async throws {
        let week = 7 * 24 * 60
        #expect(
            try await detection(
                up: "1x\(week + 60)", rules: "0x\(week + 60)", collectedUntil: "0+60x\(week + 60)",
                [(minute: 60, value: 1), (minute: week + 30, value: 0)]) == "")
        #expect(
            try await detection(
                up: "1x60", rules: "0x60", collectedUntil: "0x60", [(minute: 9, value: 1), (minute: 20, value: 2)])
                == "")
        #expect(try await detection(up: "1x60", rules: "0x60", collectedUntil: nil, [(minute: 9, value: 2)]) == "")
        #expect(
            try await detection(up: "0x60", rules: "0x60", collectedUntil: "0+60x60", [(minute: 9, value: 3)]) == "")
        #expect(
            try await detection(up: "1x60", rules: nil, collectedUntil: "0+60x60", [(minute: 9, value: 4)]) == "")
        #expect(
            try await detection(up: "_x60", rules: "0x60", collectedUntil: "0+60x60", [(minute: 9, value: nil)]) == "")
    }

    @Test func `a comparison with last week says where there is nothing of it`() async throws {
        let week = 7 * 24 * 60
        #expect(
            try await differences(
                Expression.missingWeek, [("dify_up{\(Self.app)}", values: "1x\(week + 60)")],
                [(minute: 60, value: 0), (minute: week - 1, value: 0), (minute: week + 30, value: nil)]) == "")
    }

    @Test func `silence is the time since the latest run of any status ended`() async throws {
        #expect(
            try await differences(
                Expression.silence,
                [
                    (#"dify_workflow_last_run_finished_timestamp_seconds{\#(Self.app),status="failed"}"#, "60x60"),
                    (#"dify_workflow_last_run_finished_timestamp_seconds{\#(Self.app),status="stopped"}"#, "300x60"),
                ], [(minute: 10, value: 300)]) == "")
    }
}
