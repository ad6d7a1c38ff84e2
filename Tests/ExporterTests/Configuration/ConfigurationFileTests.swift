import DifyAPI
import JSON
import LogCollection
import Metrics
import Testing

@testable import Exporter

@Suite struct ConfigurationFileTests {
    private func read(_ text: String) throws -> Configuration {
        try Configuration.read(Array(text.utf8))
    }

    /// The messages for a text, as they would be printed for a file named `f`.
    private func messages(_ text: String) -> [String] {
        do {
            _ = try read(text)
            return []
        } catch let error as ConfigurationError {
            return error.problems.map { $0.line(file: "f") }
        } catch {
            return ["\(error)"]
        }
    }

    private static let key = "app-abcDEF0123456789abcdefgh"

    @Test(arguments: [
        #""name": "KEY""#, #""name": "bot (KEY)""#, #""base_url": "http://KEY/v1""#, #""base_url": "http://h/KEY""#,
        #""console_url": "https://h/KEY""#, #""labels": { "team": "KEY" }"#,
    ])
    func `what would show a key is refused, and does not show it`(member: String) {
        let name = member.contains("name") ? "" : #""name": "a", "#
        let lines = messages(
            #"{ "apps": [{ \#(name)"api_key": "x", \#(member.replacing("KEY", with: Self.key)) }] }"#)
        #expect(lines.count == 1)
        #expect(lines.allSatisfy { $0.contains("key") && !$0.lowercased().contains("abcdef") })
    }

    @Test func `names and paths that only begin as a key does are taken`() throws {
        for name in ["app-1", "app-for-customers", "my app-simulated-12"] {
            #expect(try read(#"{ "apps": [{ "name": "\#(name)", "api_key": "x" }] }"#).apps.count == 1)
        }
    }

    @Test func `a folder of keys makes apps optional`() throws {
        for text in [#"{ "apps_dir": "/keys" }"#, #"{ "apps_dir": "/keys", "apps": [] }"#] {
            let configuration = try read(text)
            #expect(configuration.appsFolder == "/keys")
            #expect(configuration.apps.isEmpty)
        }
        #expect(try Configuration.read(Array("{}".utf8), hasAppsFolder: true).apps.isEmpty)
        #expect(
            messages(#"{ "apps_dir": "" }"#) == [
                "f:1:15: apps_dir: is empty; name the folder of key files, or remove it"
            ])
        #expect(
            messages(#"{ "apps_dir": "app-abcDEF0123456789abcdefgh" }"#)
                == ["f:1:15: apps_dir: this looks like a key, and must be the path of a folder of key files"])
    }

    @Test func `every key of the contract is read`() throws {
        let configuration = try read(
            """
            {
              "base_url": "https://api.dify.ai/v1",   // for apps that name none
              "poll_interval": "30s",
              "request_timeout": "20s",
              "requests_in_flight": 3,
              "requests_per_second": 2.5,
              "catch_up_share": 0.5,
              "lookback": "1h",
              "overlap": "90s",
              "give_up_after": "8d",
              "stuck_after": "2h",
              "histograms": { "duration_seconds": [0.1, 1], "tokens": [100], "steps": [1, 2, 5] },
              "failure_reasons": [ { "reason": "billing", "pattern": "(?i)insufficient balance" } ],
              "series_limit": 500,
              "apps": [
                { "name": "support-bot", "api_key_file": "/run/secrets/support-bot" },
                { "name": "invoices", "base_url": "http://dify.internal/v1", "api_key_env": "INVOICES_KEY", "poll_interval": "10s",
                  "filter": { "created_by_end_user_session_id": "vip-7", "created_by_account": null, "keyword": null, "status": "failed" },
                  "labels": { "team": "finance" } },
              ],
            }
            """)
        #expect(configuration.requestsInFlight == 3)
        #expect(configuration.requestsPerSecond == 2.5)
        #expect(configuration.catchUpShare == 0.5)
        let (bot, invoices) = (configuration.apps[0], configuration.apps[1])
        #expect(bot.displayName == "support-bot")
        #expect(bot.collection.seriesLimit == 500)
        let pattern = try TextPattern("(?i)insufficient balance")
        #expect(bot.collection.classifier.ownRules == [.init(reason: "billing", pattern: pattern)])
        #expect(bot.baseURL == .cloud)
        #expect(bot.collection.interval == .seconds(30))
        #expect(bot.collection.overlap == .seconds(90))
        #expect(bot.collection.stuckAfter == .seconds(7200))
        #expect(bot.collection.buckets == .init(duration: [0.1, 1], tokens: [100], steps: [1, 2, 5]))
        #expect(invoices.baseURL.description == "http://dify.internal/v1")
        #expect(invoices.collection.interval == .seconds(10))
        #expect(invoices.collection.overlap == .seconds(90))
        #expect(invoices.collection.filter == .init(createdByEndUserSessionID: "vip-7"))
        #expect(invoices.collection.countedStatus == .failed)
        #expect(invoices.labels == [Label(name: "team", value: "finance")])
    }

    @Test func `what is left out has the defaults of the contract`() throws {
        let app = try read(#"{"apps": [{"name": "a", "api_key": "app-x"}]}"#).apps[0]
        #expect(app.baseURL.description == "https://api.dify.ai/v1")
        #expect(app.requestTimeout == .seconds(60))
        #expect(app.collection == CollectionSettings())
        #expect(app.collection.interval == .seconds(30))
        #expect(app.collection.giveUpAfter == .seconds(8 * 86_400))
        #expect(app.collection.buckets.duration == [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1200])
    }

    @Test func `all mistakes of a file are named at once`() {
        let text = """
            {
              "poll_intervall": "30s",
              "request_timeout": "20",
              "requests_in_flight": 0,
              "lookback": 5,
              "apps": [
                { "name": "a", "api_key": "two words" },
                { "name": "a", "api_key_env": "K", "api_key_file": "f", "base_url": "dify.internal" },
                { "api_key_env": "K", "filter": { "status": "running" }, "labels": { "job": "x" } }
              ]
            }
            """
        #expect(
            messages(text) == [
                "f:2:3: poll_intervall: unknown key; did you mean poll_interval?",
                "f:3:22: request_timeout: \"20\" is not a duration; write for example 500ms, 30s, 5m, 1h30m or 7d",
                "f:4:25: requests_in_flight: 0 is out of range; it goes from 1 to 64",
                "f:5:15: lookback: must be a string, not a number",
                "f:7:31: apps[0].api_key: this cannot be a key: keys are visible ASCII without spaces",
                "f:8:5: apps[1]: give one of api_key_file, api_key_env, not 2",
                "f:8:73: apps[1].base_url: a base URL begins with http:// or https://, as in https://api.dify.ai/v1",
                "f:9:5: apps[2]: name is missing",
                "f:9:49: apps[2].filter.status: \"running\" is not a final status; there are succeeded, failed, stopped, "
                    + "partial-succeeded",
                "f:9:81: apps[2].labels.job: this label's name is taken; choose another",
            ])
    }

    @Test(
        arguments: [
            ("", "f:1:1: the file is empty; it needs at least { \"apps\": [ … ] }"),
            ("[]", "f:1:1: must be an object, not an array"),
            ("{}", "f:1:1: apps: is missing; list at least one app, or name a folder of keys in apps_dir"),
            (
                #"{"apps": []}"#,
                "f:1:10: apps: is empty; list at least one app with its name and api_key_file, or name a folder of keys in apps_dir"
            ),
            (#"{"apps": {}}"#, "f:1:10: apps: must be an array, not an object"),
            (#"{"apps": [1]}"#, "f:1:11: apps[0]: must be an object, not a number"),
            (
                #"{"apps": [{"name": "a"}]}"#,
                "f:1:11: apps[0]: the key is missing: give api_key_file, api_key_env or api_key"
            ),
            ("{\n  \"apps\": [\n}", "f:3:1: found '}' where a value was expected"),
            (
                #"{"apps": [{"name": "a", "api_key": "x", "name": "b"}]}"#,
                "f:1:41: apps[0].name: this key stands twice; keep one"
            ),
            (
                #"{"apps": [{"name": "a", "api_key": "x"}, {"name": "a", "api_key": "y"}]}"#,
                "f:1:42: apps[1].name: two apps are named \"a\"; the name tells their series apart"
            ),
            (
                #"{"histograms": {"steps": [5, 2]}, "apps": [{"name": "a", "api_key": "x"}]}"#,
                "f:1:30: histograms.steps: bounds are numbers above 0, each greater than the one before"
            ),
            (
                #"{"failure_reasons": [{"reason": "a b", "pattern": "x"}], "apps": [{"name": "a", "api_key": "x"}]}"#,
                "f:1:33: failure_reasons[0].reason: a reason has 1 to 64 letters, digits and underscores"
            ),
            (
                #"{"apps": [{"name": "a", "api_key": "x", "filter": {"keyword": "k", "created_by_end_user_session_id": "s"}}]}"#,
                "f:1:63: apps[0].filter.keyword: Dify fails when keyword and created_by_end_user_session_id come together; drop one"
            ),
            (#"{"zzz": 1, "apps": [{"name": "a", "api_key": "x"}]}"#, nil),
        ] as [(String, String?)])
    func `each mistake has its place and its remedy`(text: String, message: String?) {
        let messages = messages(text)
        #expect(messages.count == 1)
        if let message {
            #expect(messages == [message])
        } else {
            #expect(
                messages[0].hasPrefix(
                    "f:1:2: zzz: unknown key; known here: apps, apps_dir, base_url, catch_up_share, failure_reasons"))
        }
    }

    @Test func `keys of apps are never printed`() {
        let texts = [
            #"{"apps": [{"name": "a", "api_key": "app-very secret"}]}"#,
            #"{"apps": [{"name": "a", "api_key": {"app-secret": 1}}]}"#,
            #"{"apps": [{"name": "a", "api_key": ["app-secret"]}]}"#,
        ]
        for text in texts {
            #expect(!messages(text).isEmpty)
            #expect(!messages(text).joined().contains("secret"))
        }
    }

    @Test func `patterns that cannot be matched are named with their place`() {
        let text = """
            {
              "failure_reasons": [
                { "reason": "a", "pattern": "(?<=x)y" },
                { "reason": "b", "pattern": "(open" },
                { "pattern": "[0-9]" }
              ],
              "apps": [ { "name": "a", "api_key": "app-x" } ]
            }
            """
        let found = messages(text)
        #expect(found.count == 3)
        #expect(
            found[0] == "f:3:33: failure_reasons[0].pattern: "
                + "of the groups that begin with (? only (?i) is known, and only at the beginning")
        #expect(found[1].hasPrefix("f:4:33: failure_reasons[1].pattern: is not a pattern: "))
        #expect(found[2] == "f:5:5: failure_reasons[2]: reason is missing")
    }

    @Test func `a key in the place of its file or variable is refused and not printed`() {
        for key in ["app-abcDEF0123456789abcdefgh", "Bearer app-abc", "0123456789abcdef0123456789abcdef"] {
            for place in ["api_key_file", "api_key_env"] {
                let found = messages("{\"apps\": [{\"name\": \"a\", \"\(place)\": \"\(key)\"}]}")
                #expect(found.count == 1)
                #expect(found.first?.contains(": apps[0].\(place): this ") == true)
                #expect(!found.joined().contains(key))
            }
        }
    }

    @Test func `a key that stands anywhere else is taken out of the messages`() {
        let key = "app-abcDEF0123456789abcdefgh"
        for text in [
            "{\"\(key)\": 1}", "{\"poll_interval\": \"\(key)\"}",
            "{\"apps\": [{\"filter\": {\"status\": \"\(key)\"}}]}",
        ] {
            let found = messages(text)
            #expect(!found.isEmpty)
            #expect(!found.joined().contains("abcDEF"), "\(found)")
        }
    }

    @Test func `paths of files stay what they are`() throws {
        for path in [
            "/run/secrets/app-abcDEF0123456789abcdefgh", "keys/support-bot", "./0123456789abcdef0123456789", "k",
        ] {
            let app = try read("{\"apps\": [{\"name\": \"a\", \"api_key_file\": \"\(path)\"}]}").apps[0]
            #expect(app.keySource == .file(path: path))
        }
        let app = try read(#"{"apps": [{"name": "a", "api_key_env": "_K2"}]}"#).apps[0]
        #expect(app.keySource == .environment(name: "_K2"))
    }

    @Test func `names and labels cannot steer what shows them`() throws {
        for text in ["a\u{1b}[2J", "a\u{9b}2J", "\u{202e}txt", "\u{2066}x", "a\u{2028}b", "\u{feff}a"] {
            #expect(AppName(text) == nil)
            var writer = JSONWriter()
            writer.string(text)
            let found = messages(
                "{\"apps\": [{\"name\": \"a\", \"api_key\": \"k\", \"labels\": {\"team\": \(writer.text)}}]}")
            #expect(found.count == 1)
            #expect(found.first?.contains("apps[0].labels.team: a label's value has at most 1024 bytes") == true)
        }
        #expect(AppName(String(repeating: "e\u{301}", count: 128)) != nil)
        #expect(AppName("e" + String(repeating: "\u{301}", count: 2000)) == nil)
        #expect(AppName("客服 👩\u{200d}💻 می\u{200c}خواهم") != nil)
    }

    @Test(arguments: [10_000, 50_000]) func `any number of mistakes is counted, and a hundred are told`(count: Int) {
        let text = "{\"apps\": [" + repeatElement(#"{"nam": 1}"#, count: count).joined(separator: ",\n") + "]}"
        let error = #expect(throws: ConfigurationError.self) { try read(text) }
        // An unknown key, no name and no key in each.
        #expect(error?.problems.count == 100)
        #expect(error?.omitted == 3 * count - 100)
        #expect(
            error?.problems.prefix(3).map { $0.line(file: "f") } == [
                "f:1:11: apps[0]: name is missing",
                "f:1:11: apps[0]: the key is missing: give api_key_file, api_key_env or api_key",
                "f:1:12: apps[0].nam: unknown key; did you mean name?",
            ])
        #expect(error?.problems.last?.line(file: "f") == "f:34:1: apps[33]: name is missing")
        #expect(error?.problems.last?.app == "apps[33]")
    }
}

@Suite struct EnvironmentConfigurationTests {
    private func lines(_ environment: Environment) async -> [String] {
        do throws(LoadError) {
            _ = try await Configuration.load(file: nil, environment: environment)
            return []
        } catch {
            return error.lines
        }
    }

    @Test func `one app comes from the environment`() async throws {
        let app = try await Configuration.load(
            file: nil,
            environment: ["DIFY_API_KEY": "app-x", "DIFY_API_BASE_URL": "http://dify:5001/v1", "DIFY_APP_NAME": "bot"]
        ).apps[0]
        #expect(app.displayName == "bot")
        #expect(app.baseURL.description == "http://dify:5001/v1")
    }

    @Test func `the name and the URL have defaults`() async throws {
        let app = try await Configuration.load(file: nil, environment: ["DIFY_API_KEY_FILE": "/run/secrets/key"]).apps[
            0]
        #expect(app.name == nil)
        #expect(app.displayName == "api.dify.ai")
    }

    @Test func `mistakes are named together`() async {
        #expect(await lines([:]).first?.hasPrefix("there is no configuration: name a file with --config.file") == true)
        #expect(
            await lines([
                "DIFY_API_KEY": "app-x", "DIFY_API_KEY_FILE": "f", "DIFY_API_BASE_URL": "x", "DIFY_APP_NAME": "\u{1}",
            ]) == [
                "DIFY_API_BASE_URL: a base URL begins with http:// or https://, as in https://api.dify.ai/v1",
                "DIFY_APP_NAME: \(AppName.rule)",
                "give DIFY_API_KEY or DIFY_API_KEY_FILE, not both",
            ])
        #expect(
            await lines(["DIFY_API_KEY": "two words"]) == [
                "the environment variable DIFY_API_KEY must hold nothing but the key"
            ])
    }

    @Test func `a key in the place of its file's path is not printed`() async {
        let key = "app-abcDEF0123456789abcdefgh"
        let lines = await lines(["DIFY_API_KEY_FILE": key])
        #expect(lines.count == 1)
        #expect(lines[0].hasPrefix("DIFY_API_KEY_FILE: this looks like a key"))
        #expect(!lines[0].contains(key))
    }

    @Test func `a file that cannot be read is named`() async {
        let error = await #expect(throws: LoadError.self) {
            try await Configuration.load(file: "/nonexistent/c.json", environment: [:])
        }
        #expect(
            error?.lines == ["the configuration file /nonexistent/c.json cannot be opened: No such file or directory"])
    }
}
