import Bytes
import CivilTime
import DifyAPI
import JSON
import LogCollection
import Metrics

/// Configurations as text for people. Keys are never in it.
package enum ConfigurationText {
    /// A setting as it stands in the file, and what it is for.
    private struct Setting {
        let key: String
        let value: String
        let comment: String
    }

    /// A configuration to begin with: every setting with its default, commented out, and one app.
    package static var template: String {
        let defaults = Configuration(apps: [])
        let settings = lines(of: defaults).map { setting in
            padded("  // \(member(setting)),", to: 46) + "// \(setting.comment)"
        }
        let histograms = histograms(defaults.appDefaults.collection.buckets).map { "  // \($0)" }
        return """
            // The configuration of dify-exporter. 'dify-exporter check --config.file=FILE' tries it.
            // Lines that are commented out show the defaults. Durations: 500ms 30s 5m 1h30m 7d.
            {
            \((settings + histograms).joined(separator: "\n"))

              // Reasons of failed runs beside the built-in ones; the first that matches wins.
              // "failure_reasons": [{ "reason": "billing", "pattern": "(?i)insufficient balance" }],

              // Each file of this folder is an app: its name is the app's, its content the key.
              // "apps_dir": "/run/secrets/dify",

              "apps": [
                // The key is on the app's API Access page in Dify. Instead of api_key_file: api_key_env.
                { "name": "my-app", "api_key_file": "/run/secrets/my-app" },
                // {
                //   "name": "invoices",
                //   "base_url": "http://dify.internal/v1",
                //   "api_key_env": "INVOICES_KEY",
                //   "poll_interval": "10s",
                //   "filter": { "created_by_account": "bot@example.com" },
                //   "labels": { "team": "finance" },
                // },
              ],
            }

            """
    }

    /// What is in force: all settings, and each app with those that it has of its own. It reads back as the same
    /// configuration, but for keys, which it names the place of. `folder` is where the apps come from that the file does not
    /// list.
    package static func effective(
        _ configuration: Configuration, listed: Configuration, folder: AppsFolder?
    ) -> String {
        var text = "{\n"
        for setting in lines(of: configuration) { text += "  \(member(setting)),\n" }
        for line in histograms(configuration.appDefaults.collection.buckets) { text += "  \(line)\n" }
        let rules = configuration.appDefaults.collection.classifier.ownRules
        if !rules.isEmpty {
            text += "  \"failure_reasons\": [\n"
            for rule in rules {
                let pattern = string(rule.pattern.description)
                text += "    { \"reason\": \(string(rule.reason)), \"pattern\": \(pattern) },\n"
            }
            text += "  ],\n"
        }
        if let folder {
            text += "  // From apps_dir, \(folder.shownPath), as it is now, come those apps whose key file is there.\n"
        }
        let names = Set(listed.apps.map(\.displayName))
        text += "  \"apps\": [\n"
        for app in configuration.apps {
            let file = names.contains(app.displayName) ? nil : folder?.shownPath(of: app.displayName)
            text += "    { \(members(of: app, configuration.appDefaults, file: file).joined(separator: ", ")) },\n"
        }
        return PossibleKey.masked(text + "  ],\n}\n")
    }

    // MARK: Settings

    private static func lines(of configuration: Configuration) -> [Setting] {
        let common = configuration.appDefaults
        let collection = common.collection
        return [
            Setting(key: "base_url", value: string(common.baseURL.description), comment: "for apps that name none"),
            span("poll_interval", collection.interval, "from one collection to the next"),
            span("request_timeout", common.requestTimeout, "Dify may take long"),
            Setting(
                key: "requests_in_flight", value: String(configuration.requestsInFlight),
                comment: "at most, for each base_url"),
            Setting(
                key: "requests_per_second", value: number(configuration.requestsPerSecond),
                comment: "at most, for each base_url"),
            span("lookback", collection.lookback, "how far back an app's first start counts"),
            span("overlap", collection.overlap, "rows may become visible this late"),
            span("give_up_after", collection.giveUpAfter, "unfinished runs are abandoned then"),
            span("stuck_after", collection.stuckAfter, "running runs are shown as stuck then"),
            Setting(
                key: "series_limit", value: String(collection.seriesLimit), comment: "for each app"),
        ]
    }

    private static func span(_ key: String, _ span: Duration, _ comment: String) -> Setting {
        Setting(key: key, value: string(span.prometheusText), comment: comment)
    }

    /// Upper bounds of buckets, a line for each histogram.
    private static func histograms(_ buckets: RunTotals.Buckets) -> [String] {
        let all = [
            ("duration_seconds", buckets.duration), ("tokens", buckets.tokens), ("steps", buckets.steps),
        ]
        let members = all.map { "  \(string($0.0)): [\($0.1.map(number).joined(separator: ", "))]," }
        return ["\(string("histograms")): {"] + members + ["},"]
    }

    /// What an app has of its own; `file` is its key's in the folder.
    private static func members(of app: AppConfiguration, _ common: AppDefaults, file: String?) -> [String] {
        var members: [Setting] = []
        func add(_ key: String, _ value: String) { members.append(Setting(key: key, value: value, comment: "")) }
        func add(_ key: String, _ span: Duration, unless usual: Duration) {
            if span != usual { add(key, string(span.prometheusText)) }
        }

        if let name = app.name { add("name", string(name.description)) }
        switch app.keySource {
        case .inline: add(file == nil ? "api_key" : "api_key_file", string(file ?? "<hidden>"))
        case .file(let path): add("api_key_file", string(PossibleKey.shown(path: path)))
        case .environment(let name): add("api_key_env", string(name))
        }
        if app.baseURL != common.baseURL { add("base_url", string(app.baseURL.description)) }
        let (own, usual) = (app.collection, common.collection)
        add("poll_interval", own.interval, unless: usual.interval)
        add("request_timeout", app.requestTimeout, unless: common.requestTimeout)
        add("lookback", own.lookback, unless: usual.lookback)
        add("overlap", own.overlap, unless: usual.overlap)
        add("give_up_after", own.giveUpAfter, unless: usual.giveUpAfter)
        add("stuck_after", own.stuckAfter, unless: usual.stuckAfter)
        let filter = [
            ("keyword", own.filter.keyword), ("status", own.countedStatus?.rawValue),
            ("created_by_end_user_session_id", own.filter.createdByEndUserSessionID),
            ("created_by_account", own.filter.createdByAccount),
        ].compactMap { name, value in value.map { "\(string(name)): \(string($0))" } }
        if !filter.isEmpty { add("filter", "{ \(filter.joined(separator: ", ")) }") }
        if !app.labels.isEmpty {
            let labels = app.labels.map { "\(string($0.name)): \(string($0.value))" }
            add("labels", "{ \(labels.joined(separator: ", ")) }")
        }
        return members.map(member)
    }

    private static func member(_ setting: Setting) -> String { "\(string(setting.key)): \(setting.value)" }

    private static func string(_ text: String) -> String {
        var writer = JSONWriter()
        writer.string(text)
        return writer.text.escapingSteering
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && value.magnitude < 1e15 ? String(Int64(value)) : value.description
    }
}
