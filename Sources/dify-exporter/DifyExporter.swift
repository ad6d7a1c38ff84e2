import Exporter
import Platform

/// The program: reads the command line and hands over to the command.
@main
struct DifyExporter {
    static func main() async {
        let environment = Console.environment
        do throws(UsageError) {
            let arguments = Array(CommandLine.arguments.dropFirst())
            switch try Invocation(arguments: arguments, environment: environment) {
            case .help(let command): Console.write(Help.text(for: command))
            case .version: Console.write(BuildInfo.line + "\n")
            case .run(let command, let options):
                exit(try await run(command, options, environment).rawValue)
            }
        } catch {
            Console.writeError("dify-exporter: \(error)")
            exit(ExitCode.usage.rawValue)
        }
    }

    private static func run(
        _ command: Command, _ options: OptionValues, _ environment: [String: String]
    ) async throws(UsageError) -> ExitCode {
        switch command {
        case .serve: try await ServeCommand(options, environment: environment).run()
        case .demo: try await DemoCommand(options, environment: environment).run()
        case .simulate: try await SimulateCommand(options).run()
        case .check: try await CheckCommand(options, environment: environment).run()
        case .logs: try await LogsCommand(options, environment: environment).run()
        case .explain: try await ExplainCommand(options, environment: environment).run()
        case .healthcheck: try await HealthcheckCommand(options).run()
        }
    }
}

/// What the program tells its caller in the end.
enum ExitCode: Int32 {
    case success = 0
    case failure = 1
    /// Bad usage or configuration.
    case usage = 2
}
