import Exporter
import Platform

/// Writes a commented configuration to begin with.
struct ConfigInitCommand {
    /// Nil for standard output.
    private let path: String?

    init(_ options: OptionValues) {
        path = options[.newFile].flatMap { $0.isEmpty ? nil : $0 }
    }

    func run() -> ExitCode {
        guard let path else {
            Console.write(ConfigurationText.template)
            return .success
        }
        // What is there was written by somebody.
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            let error = SystemError()
            let remedy = error.code == EEXIST ? "; move it away first, or name another" : ""
            Console.writeError("dify-exporter: \(path) cannot be written: \(error.text)\(remedy)")
            return .usage
        }
        defer { close(descriptor) }
        guard SystemCall.writeAll(Array(ConfigurationText.template.utf8), to: descriptor) else {
            Console.writeError("dify-exporter: \(path) cannot be written: \(SystemCall.message)")
            return .usage
        }
        Console.write("\(path) was written. Edit it, and try it with: dify-exporter check --config.file=\(path)\n")
        return .success
    }
}

/// Prints the configuration that is in force, without keys.
struct ConfigShowCommand {
    private let configFile: String?
    private let appsFolder: String?
    /// Nil for all apps.
    private let shard: Shard?
    private let environment: Environment

    init(_ options: OptionValues, environment: Environment) throws(UsageError) {
        configFile = options[.configFile]
        appsFolder = options[.appsFolder]
        shard = try options.shard()
        self.environment = environment
    }

    func run() async -> ExitCode {
        guard let fleet = await Program.loadFleet(file: configFile, appsFolder: appsFolder, environment) else {
            return .usage
        }
        Console.write(
            ConfigurationText.effective(
                fleet.configuration.limited(to: shard), listed: fleet.listed, folder: fleet.folder))
        for problem in fleet.problems { Console.writeError("dify-exporter: \(problem.line)") }
        return fleet.problems.isEmpty ? .success : .usage
    }
}
