import CivilTime
import DifyAPI
import Exporter

/// Tries every app's key and prints a verdict for each.
struct CheckCommand {
    private let configFile: String?
    private let webConfigFile: String?
    private let environment: Environment

    init(_ options: OptionValues, environment: Environment) throws(UsageError) {
        configFile = options[.configFile]
        webConfigFile = options[.webConfigFile]
        self.environment = environment
    }

    func run() async -> ExitCode {
        let configuration = await Program.loadConfiguration(file: configFile, environment: environment)
        let webCheck = await Program.checkWebConfiguration(webConfigFile)
        guard let configuration, let webCheck else { return .usage }
        guard Program.hasLibcurl() else { return .failure }
        let checks = await AppCheck.all(of: configuration, environment: environment) { _ in
            Program.transport(environment)
        }
        var table = TextTable(header: ["APP", "MODE", "DIFY", "CLOCK", "LOGS IN A DAY", "VERDICT"])
        for check in checks { table.add(check.cells) }
        Console.write(table.text + webCheck)
        return checks.allSatisfy(\.isGood) ? .success : .failure
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
