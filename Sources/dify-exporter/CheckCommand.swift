import CivilTime
import DifyAPI
import Exporter

/// Tries every app's key and prints a verdict for each.
struct CheckCommand {
    private let configFile: String?
    private let appsFolder: String?
    private let environment: Environment

    init(_ options: OptionValues, environment: Environment) throws(UsageError) {
        configFile = options[.configFile]
        appsFolder = options[.appsFolder]
        self.environment = environment
    }

    func run() async -> ExitCode {
        guard let fleet = await Program.loadFleet(file: configFile, appsFolder: appsFolder, environment) else {
            return .usage
        }
        guard Program.hasLibcurl() else { return .failure }
        var checks = await AppCheck.all(of: fleet.configuration, environment: environment) { _ in
            Program.transport(environment)
        }
        checks += fleet.problems.map(AppCheck.init)
        var table = TextTable(header: ["APP", "MODE", "DIFY", "CLOCK", "LOGS IN A DAY", "VERDICT"])
        for check in checks { table.add(check.cells) }
        Console.write(table.text)
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
