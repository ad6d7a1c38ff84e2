import CivilTime
import DifyAPI
import Exporter

/// Tries every app's key and prints a verdict for each; with `--since`, compares what was counted with what Dify lists.
struct CheckCommand {
    private let configFile: String?
    private let appsFolder: String?
    private let webConfigFile: String?
    /// How far back to compare; nil to try the keys only.
    private let since: Duration?
    private let storagePath: String
    private let output: Output
    private let environment: Environment

    private enum Output: String {
        case table, json
    }

    init(_ options: OptionValues, environment: Environment) throws(UsageError) {
        configFile = options[.configFile]
        appsFolder = options[.appsFolder]
        webConfigFile = options[.webConfigFile]
        let longest = AppReconciliation.longestSpan
        since = try options.parsed(.checkSince, expected: "a span up to \(longest.prometheusText), such as 24h") {
            text in
            Duration(prometheus: text).flatMap { $0 > .zero && $0 <= longest ? $0 : nil }
        }
        storagePath = options[.storagePath] ?? ""
        guard since == nil || !storagePath.isEmpty else {
            throw UsageError(
                message: "--since compares with stored numbers; name the exporter's folder with --storage.path")
        }
        output = try options.required(.checkOutput, expected: "table or json", Output.init(rawValue:))
        self.environment = environment
    }

    func run() async -> ExitCode {
        let fleet = await Program.loadFleet(file: configFile, appsFolder: appsFolder, environment)
        let webCheck = await Program.checkWebConfiguration(webConfigFile)
        guard let fleet, let webCheck else { return .usage }
        guard Program.hasLibcurl() else { return .failure }
        guard let since else { return await tryKeys(fleet, webCheck) }
        let apps = await AppReconciliation.all(
            of: fleet.configuration, since: since, storagePath: storagePath, environment: environment
        ) { _ in Program.transport(environment) }
        switch output {
        case .json: Console.write(AppReconciliation.json(apps))
        case .table:
            var table = TextTable(header: ["APP", "STATUS", "COUNTED", "DIFY", "DIFFERENCE", "WHY"])
            for row in apps.flatMap(\.rows) { table.add(row) }
            Console.write(table.text)
            for app in apps {
                for remark in app.remarks { Console.write("\(app.name): \(remark)\n") }
            }
        }
        for problem in fleet.problems { Console.writeError("dify-exporter: \(problem.line)") }
        return apps.allSatisfy(\.isGood) && fleet.problems.isEmpty ? .success : .failure
    }

    private func tryKeys(_ fleet: Program.Fleet, _ webCheck: String) async -> ExitCode {
        var checks = await AppCheck.all(of: fleet.configuration, environment: environment) { _ in
            Program.transport(environment)
        }
        checks += fleet.problems.map(AppCheck.init)
        if checks.isEmpty, let folder = fleet.folder { Console.writeError("dify-exporter: \(folder.emptiness)") }
        switch output {
        case .json: Console.write(AppCheck.json(checks))
        case .table:
            var table = TextTable(header: ["APP", "MODE", "DIFY", "CLOCK", "LOGS IN A DAY", "VERDICT"])
            for check in checks { table.add(check.cells) }
            Console.write(table.text + webCheck)
        }
        return !checks.isEmpty && checks.allSatisfy(\.isGood) ? .success : .failure
    }
}

extension AppCheck {
    fileprivate var cells: [String] {
        let clock = clockDifference.map { difference in
            let seconds = difference.wholeSeconds
            return seconds == 0 ? "same" : "\(seconds > 0 ? "+" : "")\(seconds)s"
        }
        return [
            name, info?.mode ?? "-", serverVersion ?? "-", clock ?? "-", logsInADay.map(String.init) ?? "-",
            isGood ? "ok" : "FAIL: \(problem ?? "")",
        ]
    }
}
