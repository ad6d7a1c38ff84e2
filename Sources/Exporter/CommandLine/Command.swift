/// What the program can be asked to do, with the flags that each takes.
package enum Command: String, CaseIterable, Sendable {
    case serve, demo, simulate, check, logs, explain, healthcheck

    package var summary: String {
        switch self {
        case .serve: "Collect the apps of the configuration and serve their metrics (also without a command)."
        case .demo: "Try it out: serve metrics of a simulated Dify with a few lively apps."
        case .simulate: "Run only the simulated Dify, for tests of other programs."
        case .check: "Try every app's key and say what is wrong and what to do."
        case .logs: "List workflow logs, with every filter that Dify has."
        case .explain: "Say why a run was counted, is waited for, was given up, or was never seen."
        case .healthcheck: "Ask a running exporter whether it is healthy, for containers."
        }
    }

    /// Whether it runs until a signal ends it.
    package var serves: Bool {
        switch self {
        case .serve, .demo, .simulate: true
        case .check, .logs, .explain, .healthcheck: false
        }
    }

    /// The name of the one argument that is not a flag, and is needed; nil for a command without one.
    package var operand: String? {
        self == .explain ? "RUN_ID" : nil
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
                .configFile, .listenAddress, .systemdSocket, .webConfigFile, .telemetryPath, .allowedHosts,
                .storagePath,
                .resetApp, .shard,
            ] + logging
        case .demo: [.listenAddress, .webConfigFile, .telemetryPath, .allowedHosts, .seed] + logging
        case .simulate:
            [.listen, .apps, .rate, .duration, .history, .late, .burst, .faults, .seed, .difyVersion] + logging
        case .check: [.configFile, .webConfigFile]
        case .logs:
            [
                .configFile, .app, .keyword, .status, .createdAfter, .createdBefore, .sessionID, .account, .limit,
                .output,
            ]
        case .explain: [.configFile, .storagePath, .onlyApp]
        case .healthcheck: [.listenAddress, .webConfigFile]
        }
    }
}
