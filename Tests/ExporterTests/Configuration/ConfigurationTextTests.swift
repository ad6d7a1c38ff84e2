import DifyAPI
import LogCollection
import Testing

@testable import Exporter

@Suite struct ConfigurationTextTests {
    @Test func `the configuration to begin with is valid, and has the defaults`() throws {
        let configuration = try Configuration.read(Array(ConfigurationText.template.utf8))
        #expect(configuration.apps.map(\.displayName) == ["my-app"])
        #expect(configuration.apps[0].collection == CollectionSettings())
    }

    @Test func `its settings that are commented out are valid too, and are the defaults`() throws {
        let text = ConfigurationText.template.split(separator: "\n").map { line in
            let bare = line.drop { $0 == " " }
            let isSetting =
                bare.hasPrefix("// \"") || bare.hasPrefix("// {") || bare.hasPrefix("// }")
                || bare.hasPrefix("//   \"")
            return isSetting ? String(bare.dropFirst(2)) : String(line)
        }.joined(separator: "\n")
        let configuration = try Configuration.read(Array(text.utf8))
        #expect(configuration.apps.map(\.displayName) == ["my-app", "invoices"])
        #expect(configuration.appsFolder == "/run/secrets/dify")
        var expected = AppDefaults()
        expected.collection.classifier = configuration.appDefaults.collection.classifier
        #expect(expected.collection.classifier.ownRules.map(\.reason) == ["billing"])
        #expect(configuration.appDefaults == expected)
        #expect(configuration.requestsPerSecond == Configuration(apps: []).requestsPerSecond)
        #expect(configuration.requestsInFlight == Configuration(apps: []).requestsInFlight)
        for line in ConfigurationText.template.split(separator: "\n") { #expect(line.count <= 120, "\(line)") }
    }

    @Test func `what is in force reads back as the same, without keys`() throws {
        let source = """
            { "base_url": "http://dify.test/v1", "poll_interval": "7s", "requests_per_second": 2.5, "series_limit": 99,
              "failure_reasons": [{ "reason": "quoted", "pattern": "say \\"no\\"|\\\\.$" }],
              "histograms": { "duration_seconds": [0.5, 2], "tokens": [7], "steps": [1, 2] },
              "apps": [
                { "name": "a \\"b\\"", "api_key_file": "/keys/a" },
                { "name": "b", "api_key_env": "B_KEY", "base_url": "http://other.test/v1", "poll_interval": "1h", "lookback": "0s",
                  "request_timeout": "2s", "overlap": "9s", "give_up_after": "2d", "stuck_after": "2m",
                  "filter": { "keyword": "x", "status": "failed", "created_by_account": "a@b.c" }, "labels": { "team": "y" } },
                { "name": "c", "api_key": "app-verysecretkey0123456789" },
              ] }
            """
        let configuration = try Configuration.read(Array(source.utf8))
        let text = ConfigurationText.effective(configuration, listed: configuration, folder: nil)
        #expect(!text.contains("verysecret"))
        let again = try Configuration.read(Array(text.utf8))
        #expect(again.appDefaults == configuration.appDefaults)
        #expect(again.requestsPerSecond == 2.5)
        #expect(again.apps.prefix(2) == configuration.apps.prefix(2))
        #expect(again.apps.count == 3)
    }

    @Test func `what looks like a key in the wrong place is not shown`() throws {
        let key = "app-abcDEF0123456789abcdefgh"
        let source =
            #"{ "apps": [{ "name": "a", "api_key_file": "./KEY", "filter": { "created_by_account": "KEY", "keyword": "KEY" } }] }"#
        let configuration = try Configuration.read(Array(source.replacing("KEY", with: key).utf8))
        let text = ConfigurationText.effective(configuration, listed: configuration, folder: AppsFolder("/keys/\(key)"))
        #expect(!text.contains("abcDEF"))
    }

    @Test func `an app of the folder shows the file of its key`() throws {
        var configuration = Configuration(apps: [])
        let listed = configuration
        configuration.apps = [
            AppConfiguration(
                name: AppName("a"), baseURL: .cloud, keySource: .inline(try #require(APIKey("app-secret"))))
        ]
        let text = ConfigurationText.effective(configuration, listed: listed, folder: AppsFolder("/keys/"))
        #expect(text.contains(#"{ "name": "a", "api_key_file": "/keys/a" },"#))
        #expect(!text.contains("secret"))
    }
}
