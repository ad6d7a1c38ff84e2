import Testing

@testable import Exporter

@Suite struct CommandLineTests {
    private func parse(_ arguments: String..., environment: Environment = [:]) throws -> Invocation {
        try Invocation(arguments: arguments, environment: environment)
    }

    private func message(_ arguments: String...) -> String? {
        do {
            _ = try Invocation(arguments: arguments, environment: [:])
            return nil
        } catch {
            return "\(error)"
        }
    }

    private func options(_ invocation: Invocation) throws -> OptionValues {
        guard case .run(_, let options) = invocation else { throw UsageError(message: "not a command") }
        return options
    }

    @Test func `serve is what happens without a command`() throws {
        guard case .run(.serve, let options) = try parse() else {
            Issue.record("not serve")
            return
        }
        #expect(options.all(.listenAddress) == ["127.0.0.1:13439"])
        #expect(options[.telemetryPath] == "/metrics")
        #expect(options[.configFile] == nil)
    }

    @Test func `values follow an equals sign or a space`() throws {
        let options = try options(parse("serve", "--config.file=a=b.json", "--log.level", "debug"))
        #expect(options[.configFile] == "a=b.json")
        #expect(options[.logLevel] == "debug")
    }

    @Test func `a flag beats the environment which beats the default`() throws {
        let environment: Environment = [
            "DIFY_EXPORTER_LOG_LEVEL": "warn", "DIFY_EXPORTER_LOG_FORMAT": "json",
            "DIFY_EXPORTER_WEB_LISTEN_ADDRESS": ":1,:2",
        ]
        let options = try options(parse("--log.level=error", environment: environment))
        #expect(options[.logLevel] == "error")
        #expect(options[.logFormat] == "json")
        #expect(options.all(.listenAddress) == [":1", ":2"])
    }

    @Test func `a switch needs no value and may have one`() throws {
        for arguments in [["--web.systemd-socket", "--log.level=warn"], ["--web.systemd-socket=true"]] {
            let options = try options(Invocation(arguments: arguments, environment: [:]))
            #expect(try options.isOn(.systemdSocket))
        }
        #expect(try !options(parse()).isOn(.systemdSocket))
        #expect(try !options(parse("--web.systemd-socket=false")).isOn(.systemdSocket))
        #expect(throws: UsageError.self) { try options(parse("--web.systemd-socket=maybe")).isOn(.systemdSocket) }
        let environment: Environment = ["DIFY_EXPORTER_WEB_SYSTEMD_SOCKET": "true"]
        #expect(try options(parse(environment: environment)).isOn(.systemdSocket))
    }

    @Test func `repeatable flags collect their values`() throws {
        let options = try options(parse("--web.listen-address=:1", "--web.listen-address", ":2"))
        #expect(options.all(.listenAddress) == [":1", ":2"])
    }

    @Test func `mistakes come with the nearest right word`() {
        #expect(message("surve") == "there is no command surve; did you mean serve?")
        #expect(message("--log.levle=debug") == "serve has no flag --log.levle; did you mean --log.level?")
        #expect(message("--xyzzy") == "serve has no flag --xyzzy; see 'dify-exporter help serve'")
        #expect(message("--config.file") == "--config.file needs a value: --config.file=PATH")
        #expect(message("--log.level=a", "--log.level=b") == "--log.level is given twice; give it once")
        #expect(message("check", "stray") == "stray is not a flag of check; see 'dify-exporter help check'")
    }

    @Test func `the operand stands before or behind the flags`() throws {
        for arguments in [["explain", "x", "--app=a"], ["explain", "--app", "a", "x"]] {
            let options = try options(Invocation(arguments: arguments, environment: [:]))
            #expect(options.operand == "x")
            #expect(options[.onlyApp] == "a")
        }
        #expect(message("explain") == "RUN_ID is needed: dify-exporter explain RUN_ID")
        #expect(message("explain", "x", "y") == "y is not a flag of explain; see 'dify-exporter help explain'")
        #expect(Help.text(for: .explain).contains("Usage: dify-exporter explain RUN_ID [FLAGS]\n"))
    }

    @Test func `help and version are understood everywhere`() throws {
        #expect(try parse("--help") == .help(nil))
        #expect(try parse("help") == .help(nil))
        #expect(try parse("help", "logs") == .help(.logs))
        #expect(try parse("logs", "--help") == .help(.logs))
        #expect(try parse("logs", "--version") == .version)
    }

    @Test func `help names every flag with its variable`() {
        for command in Command.allCases {
            let text = Help.text(for: command)
            for option in command.options {
                #expect(text.contains(option.isSwitch ? "--\(option.name)\n" : "--\(option.name)="))
                #expect(text.contains(option.environmentName))
            }
            #expect(Help.text(for: nil).contains(command.rawValue))
        }
    }

    @Test func `a telemetry path is one that a request can name and nothing else has`() throws {
        func message(_ text: String) -> String? {
            do throws(UsageError) {
                _ = try TelemetryPath(text)
                return nil
            } catch {
                return error.description
            }
        }
        for path in ["/metrics", "/m", "/a/b/", "//", "/-/metrics", "/api/v1"] { #expect(message(path) == nil) }
        #expect(
            message("/")
                == "--web.telemetry-path cannot be /: the status page is there. Choose another, such as /metrics")
        for path in TelemetryPath.taken {
            #expect(message(path)?.hasPrefix("--web.telemetry-path cannot be \(path)") == true)
        }
        for path in ["", "metrics", "/a?b", "/a#b", "/%2f", "/../a", "/a/.", "/a\u{1b}"] {
            #expect(message(path)?.hasPrefix("--web.telemetry-path takes a path that begins with /") == true)
        }
    }

    @Test func `a key on the command line is not repeated`() {
        let key = "app-abcDEF0123456789abcdefgh"
        for arguments in [[key], ["--\(key)=1"], ["check", key]] {
            let error = #expect(throws: UsageError.self) { try Invocation(arguments: arguments, environment: [:]) }
            #expect(error?.description.contains(key) == false)
        }
    }

    @Test func `the environment prints nothing of itself`() {
        let environment: Environment = ["DIFY_API_KEY": "app-secret"]
        var dumped = ""
        dump(environment, to: &dumped)
        #expect(!"\(environment) \(String(reflecting: environment)) \(dumped)".contains("secret"))
        #expect(environment["DIFY_API_KEY"] == "app-secret")
    }

    @Test func `a switch stands for itself, and takes no value of its neighbour`() throws {
        let on = try options(parse("backfill", "--resume", "--output", "folder"))
        #expect(try on.isOn(.resume))
        #expect(try !on.isOn(.force))
        #expect(on[.outputFolder] == "folder")
        #expect(try !options(parse("backfill", "--resume=false")).isOn(.resume))
        #expect(try options(parse("backfill", environment: ["DIFY_EXPORTER_FORCE": "true"])).isOn(.force))
        #expect(message("backfill", "--resume=yes")?.contains("on or off") == true)
        #expect(message("backfill", "--resume", "--resume")?.contains("twice") == true)
    }

    @Test func `help shows a switch without a value`() {
        #expect(Help.text(for: .backfill).contains("  --resume\n"))
        #expect(!Help.text(for: .backfill).contains("(default false)"))
    }
}
