import Bytes

/// The manual page, made from the tables of commands and options, for man(1): `dify-exporter manual | man -l -`.
package enum Manual {
    package static var page: String {
        """
        .TH DIFY\\-EXPORTER 1 "" "dify\\-exporter \(BuildInfo.version)" "User Commands"
        .SH NAME
        dify\\-exporter \\- Prometheus metrics for Dify workflows
        .SH SYNOPSIS
        .B dify\\-exporter
        .RI [ COMMAND ]
        .RI [ FLAGS ]
        .SH DESCRIPTION
        Reads the workflow logs of Dify apps and serves them to Prometheus as counters, histograms and gauges.
        Each finished run is counted exactly once.
        Flags are given as
        .BI \\-\\-flag= value
        or with a space, and each has an environment variable; a flag beats its variable, which beats the configuration file.
        .SH COMMANDS
        \(Command.allCases.map(section).joined(separator: "\n"))
        .SH ENVIRONMENT
        Without a configuration file, one app comes from the environment:
        .TP
        .B DIFY_API_KEY, DIFY_API_KEY_FILE
        The app's key, or the file that holds it.
        .TP
        .B DIFY_API_BASE_URL
        Where Dify's API is; https://api.dify.ai/v1 by default.
        .TP
        .B DIFY_APP_NAME
        The app's name in metrics; by default the one that Dify gives.
        .TP
        .B SSL_CERT_FILE, SSL_CERT_DIR
        Certificate authorities to trust.
        .TP
        .B https_proxy, http_proxy, no_proxy
        Proxies on the way to Dify.
        .SH SIGNALS
        .TP
        .B SIGHUP
        Loads the configuration again: all of it, or after an error nothing.
        .TP
        .B SIGTERM, SIGINT
        Writes down what has been counted, and ends. A second one ends the program at once.
        .SH FILES
        Where the Debian package has installed it:
        .TP
        .I /etc/dify\\-exporter/config.json
        The configuration of the service.
        .TP
        .I /etc/dify\\-exporter/keys
        A key for each app, one a file.
        .TP
        .I /usr/share/dify\\-exporter
        Dashboards for Grafana, and rules for Prometheus.
        .SH EXIT STATUS
        0 when all is well, 1 when something failed, and 2 for a wrong flag or configuration.
        .SH EXAMPLES
        .nf
        dify\\-exporter demo
        dify\\-exporter config init > config.json
        dify\\-exporter check \\-\\-config.file=config.json
        dify\\-exporter \\-\\-config.file=config.json
        dify\\-exporter \\-\\-apps.dir=/run/secrets/dify
        .fi

        """
    }

    private static func section(_ command: Command) -> String {
        let flags = command.options.map { option in
            let value = option.defaultValue.map { $0.isEmpty ? "" : " Default: \($0)." } ?? ""
            return """
                .TP
                .BI \\-\\-\(escaped(option.name))= \(escaped(option.placeholder))
                \(escaped(option.help + value + " Environment: " + option.environmentName + "."))
                """
        }
        return ([".SS \(escaped(command.usage))", escaped(command.summary)] + flags).joined(separator: "\n")
    }

    /// Hyphens as they are typed, and nothing that roff would take for a request.
    private static func escaped(_ text: String) -> String {
        let plain = text.replacingOccurrences(of: "\\", with: "\\e").replacingOccurrences(of: "-", with: "\\-")
        return plain.hasPrefix(".") || plain.hasPrefix("'") ? "\\&" + plain : plain
    }
}
