/// The help texts, made from the tables of commands and options.
package enum Help {
    package static func text(for command: Command?) -> String {
        command.map(commandText) ?? overview
    }

    private static var overview: String {
        let width = Command.allCases.map(\.rawValue.count).max() ?? 0
        let commands = Command.allCases.map { command in
            let start = "  \(padded(command.rawValue, to: width))  "
            return start + command.summary.wrapped(within: start.count)
        }
        return """
            dify-exporter: Prometheus metrics for Dify workflows

            Usage: dify-exporter [COMMAND] [FLAGS]

            Commands:
            \(commands.joined(separator: "\n"))

            'dify-exporter help COMMAND' lists the flags of a command.
            'dify-exporter --version' says what this is.
            To see it work at once: dify-exporter demo

            """
    }

    private static func commandText(_ command: Command) -> String {
        let flags = command.options.map { option in
            let given = option.isSwitch ? "--\(option.name)" : "--\(option.name)=\(option.placeholder)"
            let value = option.isSwitch ? "" : option.defaultValue.map { $0.isEmpty ? "" : " (default \($0))" } ?? ""
            let help = (option.help + value).wrapped(within: 6)
            return "  \(given)\n      \(help)\n      Environment: \(option.environmentName)"
        }
        let note =
            command.options.contains(.configFile)
            ? """

            Without --config.file one app comes from the environment:
            DIFY_API_KEY or DIFY_API_KEY_FILE, DIFY_APP_NAME (default: the name that Dify
            gives) and DIFY_API_BASE_URL (default https://api.dify.ai/v1).

            """ : ""
        return """
            \("dify-exporter \(command.rawValue): \(command.summary)".wrapped(within: 0))

            Usage: dify-exporter \(command.usage)\(flags.isEmpty ? "" : " [FLAGS]\n\n" + flags.joined(separator: "\n"))
            \(note)
            """
    }
}

/// A text filled up with spaces on its right.
func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
}
