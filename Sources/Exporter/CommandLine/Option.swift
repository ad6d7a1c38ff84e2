/// One flag of the program. The table of them feeds parsing, `--help`, the names of environment variables and the README.
package struct Option: Hashable, Sendable {
    /// As it is typed, without the two dashes.
    package let name: String
    /// What stands for the value in help texts.
    package let placeholder: String
    /// Nil where there is no value unless one is given.
    package let defaultValue: String?
    package let isRepeatable: Bool
    /// Whether it is given without a value, and means yes then.
    package let isSwitch: Bool
    /// The words that it takes, where it takes no others.
    let choices: [String]
    package let help: String

    init(
        _ name: String, _ placeholder: String, default defaultValue: String? = nil, isRepeatable: Bool = false,
        isSwitch: Bool = false, choices: [String] = [], _ help: String
    ) {
        self.name = name
        self.placeholder = placeholder
        self.defaultValue = defaultValue
        self.isRepeatable = isRepeatable
        self.isSwitch = isSwitch
        self.choices = choices
        self.help = help
    }

    /// A switch that is off unless it is given.
    static func switching(_ name: String, _ help: String) -> Option {
        Option(name, "true", default: "false", isSwitch: true, help)
    }

    /// Whether it takes the path of a file or folder.
    var isPath: Bool { ["PATH", "FILE", "FOLDER"].contains(placeholder) }

    /// `DIFY_EXPORTER_WEB_LISTEN_ADDRESS` for `web.listen-address`.
    package var environmentName: String {
        "DIFY_EXPORTER_" + name.uppercased().map { $0.isLetter || $0.isNumber ? String($0) : "_" }.joined()
    }
}

extension Option {
    package static let configFile = Option(
        "config.file", "PATH",
        "The configuration file. Without one, a single app comes from DIFY_API_KEY or DIFY_API_KEY_FILE.")
    package static let appsFolder = Option(
        "apps.dir", "PATH",
        "A folder in which each file is an app: its name is the app's, its content the key. NAME.json beside it has the app's "
            + "own settings. Files come and go live.")
    package static let listenAddress = Option(
        "web.listen-address", "HOST:PORT", default: "127.0.0.1:13439", isRepeatable: true,
        "Where to serve; give it again for more addresses.")
    package static let webConfigFile = Option(
        "web.config.file", "PATH",
        "A file that asks for TLS, client certificates or passwords, with the keys of Prometheus's exporters, as JSON.")
    package static let systemdSocket = Option(
        "web.systemd-socket", "BOOL", isSwitch: true,
        "Serve on the sockets that systemd hands over, and not on --web.listen-address.")
    package static let telemetryPath = Option(
        "web.telemetry-path", "/PATH", default: TelemetryPath.standard.description, "The path of the metrics.")
    package static let allowedHosts = Option(
        "web.allowed-hosts", "HOST", isRepeatable: true,
        "A host by which browsers may reach the status page, without a port; give it again for more, or * for any. Without it: "
            + "on loopback this machine's own names, elsewhere any.")
    package static let storagePath = Option(
        "storage.path", "PATH", default: "data/",
        "The folder of the numbers that outlive a restart; empty keeps them in memory only.")
    package static let resetApp = Option(
        "storage.reset-app", "NAME", isRepeatable: true,
        "Set this app's stored numbers aside and begin anew; for a checkpoint that cannot be used.")
    package static let shard = Option(
        "shard", "I/N",
        "Collect only this share of the apps: I counts from 0 to N-1, and N exporters with one configuration share it.")
    package static let logLevel = Option(
        "log.level", "LEVEL", default: "info", choices: Logger.Level.allCases.map(\.rawValue),
        "What to log: debug, info, warn or error.")
    package static let logFormat = Option(
        "log.format", "FORMAT", default: "logfmt", choices: Logger.Format.allCases.map(\.rawValue),
        "How to log: logfmt or json.")

    package static let newFile = Option(
        "output", "FILE", "Where to write it; without, to standard output. A file that is there is left as it is.")
    package static let app = Option("app", "NAME", "The app of the configuration; needed when there are several.")
    package static let onlyApp = Option("app", "NAME", "Only this app of the configuration.")
    package static let keyword = Option("keyword", "TEXT", "Only logs with this text in inputs, outputs or session id.")
    package static let status = Option(
        "status", "STATUS", choices: ["succeeded", "failed", "stopped"],
        "Only runs that are succeeded, failed or stopped.")
    package static let createdAfter = Option(
        "created-after", "TIME",
        "Only logs from this time on: 2026-11-22T10:00:00Z, 2026-11-22, or 2h for two hours ago.")
    package static let createdBefore = Option("created-before", "TIME", "Only logs up to this time, written likewise.")
    package static let sessionID = Option("created-by-end-user-session-id", "ID", "Only logs of this end user.")
    package static let account = Option(
        "created-by-account", "EMAIL", "Only logs of this account, by its e-mail address.")
    package static let limit = Option("limit", "N", default: "20", "How many logs to list, newest first.")
    package static let output = Option(
        "output", "FORMAT", default: "table", choices: ["table", "json"],
        "How to list them: table, or json for JSON lines.")

    package static let collectSince = Option(
        "since", "SPAN", default: "1h", "How far back to read. As in 30m or 7d.")
    package static let format = Option(
        "format", "FORMAT", default: "text", "How to write the metrics: text, openmetrics or protobuf.")
    package static let outputFile = Option(
        "output", "FILE", "The file to write in one step; without it, to standard output.")

    package static let checkSince = Option(
        "since", "SPAN",
        "Compare what the exporter of --storage.path has counted over so long with what Dify lists now. As in 24h; at most 8d."
    )
    package static let checkOutput = Option(
        "output", "FORMAT", default: "table", "How to print it: table or json.")
    package static let historySince = Option(
        "since", "TIME", default: "30d",
        "Where the history begins: 2026-11-22T10:00:00Z, 2026-11-22, or 30d for thirty days ago. Runs logged before are not in it."
    )
    package static let historyUntil = Option(
        "until", "TIME", "Where it ends, written likewise; without it, a minute ago.")
    package static let step = Option(
        "step", "SPAN", default: "1m", "From one sample to the next, from 1s to 5m; as the scrape interval will be.")
    package static let label = Option(
        "label", "NAME=VALUE", isRepeatable: true,
        "A label that the scrape would add, such as job=dify or instance=localhost:13439; give it again for more.")
    package static let outputFolder = Option("output", "FOLDER", "The folder to write to, a file for each day.")
    package static let share = Option(
        "share", "SHARE",
        "How much of one worker's time reading may take for each base URL, above 0 to 1; without it, catch_up_share of the configuration. Less while the server's answers are slower than usual."
    )
    package static let resume = switching("resume", "Go on with a history that was interrupted.")
    package static let force = switching("force", "Overwrite a history that is in the folder.")
    package static let leaveCheckpoint = switching(
        "checkpoint",
        "Leave the state in --storage.path from which serve goes on, so that counters go on where the history ends.")

    package static let listen = Option(
        "listen", "HOST:PORT", default: "127.0.0.1:13440", "Where the simulated Dify answers.")
    package static let apps = Option("apps", "N", default: "3", "How many apps there are, with --rate.")
    package static let rate = Option(
        "rate", "N", "Runs a second for each app, evenly. Without it the apps are lively, as in the demo.")
    package static let duration = Option(
        "duration", "SPAN", "How long runs are started; without it for ever. As in 60s.")
    package static let history = Option(
        "history", "SPAN", default: "0s", "How long runs have been started already when it begins. As in 1h.")
    package static let late = Option("late", "SPAN", default: "0s", "How late rows become visible at most.")
    package static let burst = Option(
        "burst", "N", default: "0", "How many rows one second in the middle holds in addition.")
    package static let faults = Option(
        "faults", "PERCENT", default: "0", "How many requests in a hundred fail, in all the ways there are.")
    package static let seed = Option("seed", "N", default: "1", "The seed of all that is random.")
    package static let difyVersion = Option(
        "dify-version", "VERSION", default: "1.13.0", "The version of Dify to behave like.")
}
