/// What the program can be asked to do, with the flags that each takes.
package enum Command: String, CaseIterable, Sendable {
    case serve, demo, simulate, check, collect, backfill, logs, explain, healthcheck
    case configInit = "config init"
    case configShow = "config show"
    case completion, manual

    package var summary: String {
        switch self {
        case .serve: "Collect the apps of the configuration and serve their metrics (also without a command)."
        case .demo: "Try it out: serve metrics of a simulated Dify with a few lively apps."
        case .simulate: "Run only the simulated Dify, for tests of other programs."
        case .check: "Try every app's key and say what is wrong and what to do."
        case .collect: "Collect every app once and write its metrics, for cron and node_exporter's textfile collector."
        case .backfill: "Write the history of the apps as OpenMetrics, from which promtool makes blocks for Prometheus."
        case .logs: "List workflow logs, with every filter that Dify has."
        case .explain: "Say why a run was counted, is waited for, was given up, or was never seen."
        case .healthcheck: "Ask a running exporter whether it is healthy, for containers."
        case .configInit: "Write a commented configuration to begin with."
        case .configShow: "Print the configuration that is in force, without keys."
        case .completion: "Print a script that lets a shell complete this program's flags."
        case .manual: "Print the manual page, for man."
        }
    }

    /// Whether signals are its own to follow: it serves until one ends it, or leaves what can be gone on with.
    package var takesSignals: Bool {
        switch self {
        case .serve, .demo, .simulate, .backfill: true
        case .check, .collect, .logs, .explain, .healthcheck, .configInit, .configShow, .completion, .manual: false
        }
    }

    /// The name of the one argument that is not a flag, and is needed; nil for a command without one.
    package var operand: String? {
        switch self {
        case .explain: "RUN_ID"
        case .completion: "SHELL"
        default: nil
        }
    }

    /// As it stands in usage lines.
    var usage: String {
        operand.map { "\(rawValue) \($0)" } ?? rawValue
    }

    package var options: [Option] {
        let logging: [Option] = [.logLevel, .logFormat]
        return switch self {
        case .serve:
            [
                .configFile, .appsFolder, .listenAddress, .systemdSocket, .webConfigFile, .telemetryPath, .allowedHosts,
                .storagePath, .resetApp, .shard,
            ] + logging
        case .demo: [.listenAddress, .webConfigFile, .telemetryPath, .allowedHosts, .seed] + logging
        case .simulate:
            [.listen, .apps, .rate, .duration, .history, .late, .burst, .faults, .seed, .difyVersion] + logging
        case .check: [.configFile, .appsFolder, .webConfigFile, .checkSince, .storagePath, .checkOutput]
        case .backfill:
            [
                .configFile, .appsFolder, .onlyApp, .historySince, .historyUntil, .step, .label, .outputFolder, .share,
                .resume, .force, .leaveCheckpoint, .storagePath,
            ]
        case .collect: [.configFile, .appsFolder, .collectSince, .format, .outputFile]
        case .logs:
            [
                .configFile, .appsFolder, .app, .keyword, .status, .createdAfter, .createdBefore, .sessionID, .account,
                .limit,
                .output,
            ]
        case .explain: [.configFile, .appsFolder, .storagePath, .onlyApp]
        case .healthcheck: [.listenAddress, .webConfigFile]
        case .configInit: [.newFile]
        case .configShow: [.configFile, .appsFolder, .shard]
        case .completion, .manual: []
        }
    }
}
