import CivilTime
import DifyAPI
import Exporter
import Metrics
import Storage

/// Collects every app once and writes what `/metrics` would show: for cron, CI jobs and node_exporter's textfile collector.
struct CollectCommand {
    private let configFile: String?
    private let appsFolder: String?
    private let since: Duration
    private let format: ExpositionFormat
    /// Nil for standard output.
    private let output: String?
    private let environment: Environment

    init(_ options: OptionValues, environment: Environment) throws(UsageError) {
        configFile = options[.configFile]
        appsFolder = options[.appsFolder]
        since = try options.required(.collectSince, expected: "a span above 0 such as 30m, 1h or 7d") { text in
            Duration(prometheus: text).flatMap { $0 > .zero ? $0 : nil }
        }
        format = try options.required(.format, expected: "text, openmetrics or protobuf") { name in
            switch name {
            case "text": .textV004
            case "openmetrics": .openMetrics(.v100)
            case "protobuf": .protobufDelimited
            default: nil
            }
        }
        output = options[.outputFile]
        guard output?.isEmpty != true else {
            throw UsageError(message: "--output takes the path of a file; leave it out for standard output")
        }
        self.environment = environment
    }

    func run() async -> ExitCode {
        guard
            let configuration = await Program.loadConfiguration(
                file: configFile, appsFolder: appsFolder, environment: environment)
        else {
            return .usage
        }
        guard Program.hasLibcurl() else { return .failure }
        let collection = await OneCollection(
            of: configuration, since: since, environment: environment, logger: Logger(level: .error, format: .logfmt)
        ) { _ in Program.transport(environment) }
        for (app, advice) in collection.problems { Console.writeError("dify-exporter: \(app): \(advice)") }
        guard write(collection.page(format)) else { return .failure }
        return collection.problems.isEmpty ? .success : .failure
    }

    private func write(_ page: [UInt8]) -> Bool {
        guard let output else {
            Console.write(page)
            return true
        }
        do throws(DiskError) {
            var file = try NewFile(at: output, isPublic: true)
            try file.write(page)
            try file.commit()
            return true
        } catch {
            Console.writeError("dify-exporter: \(error). --output keeps what it held before.")
            return false
        }
    }
}
