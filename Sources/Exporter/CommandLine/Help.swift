/// The help texts, made from the tables of commands and options.
package enum Help {
    package static func text(for command: Command?) -> String {
        command.map(commandText) ?? overview
    }

    private static var overview: String {
        let width = Command.allCases.map(\.rawValue.count).max() ?? 0
        let commands = Command.allCases.map { command in
            "  \(padded(command.rawValue, to: width))  \(command.summary)"
        }
        return """
            dify-exporter: Prometheus metrics for Dify workflows

            Usage: dify-exporter [COMMAND] [FLAGS]

            Commands:
            \(commands.joined(separator: "\n"))

            'dify-exporter help COMMAND' lists the flags of a command; 'dify-exporter --version' says what this is.
            To see it work at once: dify-exporter demo

            """
    }

    private static func commandText(_ command: Command) -> String {
        let flags = command.options.map { option in
            let given = option.isSwitch ? "--\(option.name)" : "--\(option.name)=\(option.placeholder)"
            let value = option.isSwitch ? "" : option.defaultValue.map { $0.isEmpty ? "" : " (default \($0))" } ?? ""
            return "  \(given)\n      \(option.help)\(value)\n      Environment: \(option.environmentName)"
        }
        let note =
            command.options.contains(.configFile)
            ? """

            Without --config.file one app comes from the environment: DIFY_API_BASE_URL (default https://api.dify.ai/v1),
            DIFY_API_KEY or DIFY_API_KEY_FILE, and DIFY_APP_NAME (default: the name that Dify gives).

            """ : ""
        return """
            dify-exporter \(command.rawValue): \(command.summary)

            Usage: dify-exporter \(command.usage) [FLAGS]

            \(flags.joined(separator: "\n"))
            \(note)
            """
    }
}

/// A text filled up with spaces on its right.
func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
}
