import CStartup
import Exporter
import Platform

/// The program: reads the command line and hands over to the command. Its signals are caught when it begins: `CStartup`
/// does that before `main`.
@main
struct DifyExporter {
    static func main() async {
        CoreDump.forbid()
        let environment = Console.environment
        do throws(UsageError) {
            let arguments = Array(CommandLine.arguments.dropFirst())
            switch try Invocation(arguments: arguments, environment: environment) {
            case .help(let command): Console.write(Help.text(for: command))
            case .version: Console.write(BuildInfo.line + "\n")
            case .run(let command, let options): leave(try await run(command, options, environment))
            }
            leave(.success)
        } catch {
            Console.writeError("dify-exporter: \(error)")
            leave(.usage)
        }
    }

    private static func run(
        _ command: Command, _ options: OptionValues, _ environment: Environment
    ) async throws(UsageError) -> ExitCode {
        if !command.takesSignals { cstartup_release_signals() }
        return switch command {
        case .serve: try await ServeCommand(options, environment: environment, signals: signals(command)).run()
        case .demo: try await DemoCommand(options, environment: environment, signals: signals(command)).run()
        case .simulate: try await SimulateCommand(options, signals: signals(command)).run()
        case .collect: try await CollectCommand(options, environment: environment).run()
        case .backfill:
            try await BackfillCommand(options, environment: environment, signals: signals(command)).run()
        case .check: try await CheckCommand(options, environment: environment).run()
        case .logs: try await LogsCommand(options, environment: environment).run()
        case .explain: try await ExplainCommand(options, environment: environment).run()
        case .healthcheck: try await HealthcheckCommand(options).run()
        case .configInit: ConfigInitCommand(options).run()
        case .configShow: try await ConfigShowCommand(options, environment: environment).run()
        case .completion: try completion(options)
        case .manual: print(Manual.page)
        }
    }

    private static func completion(_ options: OptionValues) throws(UsageError) -> ExitCode {
        guard let shell = options.operand.flatMap(Completion.init(rawValue:)) else {
            throw UsageError(message: "completion takes \(Completion.names), not \(options.operand ?? "")")
        }
        return print(shell.script)
    }

    private static func print(_ text: String) -> ExitCode {
        Console.write(text)
        return .success
    }

    private static func signals(_ command: Command) -> Signals {
        Signals(from: cstartup_signals(), reloadsOnHangup: command == .serve)
    }

    /// Ends the process, as soon as the last lines are written, or soon after where nobody takes them.
    private static func leave(_ code: ExitCode) -> Never {
        var code = code
        if let error = Console.outputError {
            Console.writeError("dify-exporter: cannot write to standard output: \(error.text)")
            if code == .success { code = .failure }
        }
        for output in [OutputQueue.standardError, .standardOutput] { output.flush(within: .seconds(1)) }
        exit(code.rawValue)
    }
}

/// What the program tells its caller in the end.
enum ExitCode: Int32 {
    case success = 0
    case failure = 1
    /// Bad usage or configuration.
    case usage = 2
}
