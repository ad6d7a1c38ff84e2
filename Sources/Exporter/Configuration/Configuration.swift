import Bytes
import CivilTime
import DifyAPI
import LogCollection
import Metrics

/// What the operator wants, checked: nothing in here can be wrong any more.
package struct Configuration: Sendable {
    package var apps: [AppConfiguration]
    /// The folder whose files are apps too; nil for none.
    package var appsFolder: String?
    /// What the apps of the folder take over.
    package var appDefaults = AppDefaults()
    /// For each base URL.
    package var requestsInFlight = 2
    /// For each base URL.
    package var requestsPerSecond = 5.0
    /// The share of one worker's time that catching up may take, for each base URL; above 0, at most 1.
    package var catchUpShare = RequestBudget.Limits.usualBackgroundShare
    /// Which of several exporters this is; nil where it is the only one.
    var shard: Shard?
    /// What part of each base URL's apps this exporter has, above 0 and up to 1. All of them where the base URL is missing.
    var shares: [BaseURL: Double] = [:]

    package init(apps: [AppConfiguration]) {
        self.apps = apps
    }
}

/// What apps take over unless they say otherwise.
package struct AppDefaults: Hashable, Sendable {
    package var baseURL = BaseURL.cloud
    package var requestTimeout = AppConfiguration.usualTimeout
    package var collection = CollectionSettings()

    package init() {}
}

/// One app, with the file's defaults filled in.
package struct AppConfiguration: Hashable, Sendable {
    /// The `app` label of its series; nil for the name that Dify gives, as only the environment may leave it.
    package var name: AppName?
    package var baseURL: BaseURL
    package var keySource: KeySource
    package var requestTimeout: Duration
    /// Dify answers after 14 to 39 s, and rightly, while its Redis is down (dify-logs-api §0b).
    package static let usualTimeout = Duration.seconds(60)
    package var collection: CollectionSettings
    package var labels: [Label]
    package var consoleURL: ConsoleURL?

    package init(
        name: AppName?, baseURL: BaseURL, keySource: KeySource,
        requestTimeout: Duration = AppConfiguration.usualTimeout,
        collection: CollectionSettings = .init(), labels: [Label] = [], consoleURL: ConsoleURL? = nil
    ) {
        self.name = name
        self.baseURL = baseURL
        self.keySource = keySource
        self.requestTimeout = requestTimeout
        self.collection = collection
        self.labels = labels
        self.consoleURL = consoleURL
    }

    /// A name to speak of the app before Dify has told one.
    package var displayName: String { name?.description ?? baseURL.host }
}

/// The name of an app in the configuration: 1 to 128 characters that can be shown anywhere.
package struct AppName: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    /// What a name must be, for whoever got it wrong.
    static let rule =
        "a name has 1 to 128 characters, no control characters and no marks that turn the direction of text, and holds no key"

    package init?(_ text: String) {
        // A character may have any number of marks on it.
        guard !text.isEmpty, text.utf8.count <= 2048, text.count <= 128, !text.hasSteering, !PossibleKey.isWithin(text)
        else { return nil }
        description = text
    }
}

extension Configuration {
    /// The same for numbers that live in memory only: those begin with each start, and must not count the same past again with
    /// each of them.
    package var countingFromNow: Configuration {
        var configuration = self
        for index in apps.indices { configuration.apps[index].collection.lookback = .zero }
        return configuration
    }
}
