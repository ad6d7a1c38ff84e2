import Bytes
import CivilTime
import DifyAPI
import JSON
import LogCollection
import Metrics

extension Configuration {
    /// Reads a configuration file's text. Throws every mistake in it at once. With `hasAppsFolder` a folder of keys is named
    /// elsewhere, so that the file need not list an app.
    package static func read(_ text: [UInt8], hasAppsFolder: Bool = false) throws(ConfigurationError) -> Configuration {
        let document = try document(text, whenEmpty: "the file is empty; it needs at least { \"apps\": [ … ] }")
        let problems = ObjectReader.ProblemList(document)
        let configuration = ConfigurationFileReader(problems: problems, hasAppsFolder: hasAppsFolder)
            .read(document.root)
        guard problems.isEmpty, let configuration else { throw problems.error }
        return configuration
    }

    fileprivate static func document(
        _ text: [UInt8], whenEmpty hint: String
    ) throws(ConfigurationError) -> JSONDocument {
        do {
            return try JSONDocument(text, dialect: .withComments, limits: .init(bytes: 16 << 20, depth: 16))
        } catch {
            let position = JSONPosition(offset: error.offset, in: text)
            let isEmpty = text.allSatisfy { [0x20, 0x09, 0x0a, 0x0d].contains($0) }
            let message = isEmpty ? hint : error.problem.description
            throw ConfigurationError(problems: [ConfigurationProblem(position: position, path: "", message: message)])
        }
    }
}

extension AppConfiguration {
    /// An app whose name and key stand elsewhere, with the settings of a text: the members of an entry of `apps`, without
    /// `name` and key. Throws every mistake in it at once.
    static func read(
        settings text: [UInt8], name: AppName, key: APIKey, defaults: AppDefaults
    ) throws(ConfigurationError) -> AppConfiguration {
        try settings(in: text, defaults).app(name, .inline(key))
    }

    /// Throws every mistake in the text of an app's settings at once. Names, keys and defaults make no difference to it.
    static func check(settings text: [UInt8]) throws(ConfigurationError) {
        _ = try settings(in: text, AppDefaults())
    }

    private static func settings(
        in text: [UInt8], _ defaults: AppDefaults
    ) throws(ConfigurationError) -> ConfigurationFileReader.AppSettings {
        let document = try Configuration.document(text, whenEmpty: "the file is empty; write at least {}, or delete it")
        let problems = ObjectReader.ProblemList(document)
        let settings = ConfigurationFileReader(problems: problems, hasAppsFolder: true)
            .readSettings(document.root, defaults)
        guard problems.isEmpty, let settings else { throw problems.error }
        return settings
    }
}

/// Why a configuration cannot be used: one problem or many.
package struct ConfigurationError: Error, Equatable {
    /// The first ones, in the order of the file.
    package let problems: [ConfigurationProblem]
    /// How many there are beside them.
    package var omitted = 0
}

/// The keys of the file and what each may hold.
private struct ConfigurationFileReader {
    let problems: ObjectReader.ProblemList
    /// Whether a folder of keys is named outside of the file.
    let hasAppsFolder: Bool

    private static let day = Duration.seconds(86_400)

    func read(_ root: JSONNode) -> Configuration? {
        guard var object = ObjectReader(root, path: "", problems: problems) else { return nil }
        var defaults = AppDefaults()
        defaults.baseURL = object.parsed("base_url", parseBaseURL) ?? defaults.baseURL
        readTimes(&object, &defaults.requestTimeout, &defaults.collection)
        if var histograms = object.object("histograms") {
            readBuckets(&histograms, &defaults.collection.buckets)
            histograms.finish()
        }
        var configuration = Configuration(apps: [])
        if let count = object.integer("requests_in_flight", in: 1...64) { configuration.requestsInFlight = Int(count) }
        if let rate = object.number("requests_per_second", above: 0, upTo: 1000) {
            configuration.requestsPerSecond = rate
        }
        if let share = object.number("catch_up_share", above: 0, upTo: 1) { configuration.catchUpShare = share }
        if let limit = object.integer("series_limit", in: 10...1_000_000) {
            defaults.collection.seriesLimit = Int(limit)
        }
        let ownRules = (object.elements("failure_reasons") ?? []).compactMap(readFailureReason)
        defaults.collection.classifier = FailureClassifier(ownRules: ownRules)
        configuration.appsFolder = object.parsed("apps_dir", parseFolder)
        let listsApps = !hasAppsFolder && object.node("apps_dir") == nil
        configuration.apps = readApps(&object, root, defaults, isNeeded: listsApps)
        configuration.appDefaults = defaults
        object.finish()
        return configuration
    }

    private func readTimes(
        _ object: inout ObjectReader, _ requestTimeout: inout Duration, _ collection: inout CollectionSettings
    ) {
        let week = Self.day * 7
        requestTimeout = object.duration("request_timeout", in: .milliseconds(100)...(.seconds(600))) ?? requestTimeout
        collection.interval = object.duration("poll_interval", in: .seconds(1)...Self.day) ?? collection.interval
        collection.lookback = object.duration("lookback", in: .zero...(Self.day * 366)) ?? collection.lookback
        collection.overlap = object.duration("overlap", in: .seconds(2)...(.seconds(3600))) ?? collection.overlap
        collection.giveUpAfter =
            object.duration("give_up_after", in: .seconds(60)...(week * 52)) ?? collection.giveUpAfter
        collection.stuckAfter = object.duration("stuck_after", in: .seconds(1)...(week * 52)) ?? collection.stuckAfter
    }

    private func readBuckets(_ object: inout ObjectReader, _ buckets: inout RunTotals.Buckets) {
        buckets.duration = readBounds(&object, "duration_seconds") ?? buckets.duration
        buckets.tokens = readBounds(&object, "tokens") ?? buckets.tokens
        buckets.steps = readBounds(&object, "steps") ?? buckets.steps
    }

    private func readBounds(_ object: inout ObjectReader, _ key: String) -> [Double]? {
        guard let node = object.node(key) else { return nil }
        guard case .array(let elements) = node.value, (1...100).contains(elements.count) else {
            object.problem(node, key, "must be an array of 1 to 100 upper bounds")
            return nil
        }
        var bounds: [Double] = []
        for element in elements {
            guard case .number(let number) = element.value, number.double.isFinite, number.double > bounds.last ?? 0
            else {
                object.problem(element, key, "bounds are numbers above 0, each greater than the one before")
                return nil
            }
            bounds.append(number.double)
        }
        return bounds
    }

    private func readFailureReason(_ node: JSONNode, _ path: String) -> FailureClassifier.Rule? {
        guard var object = ObjectReader(node, path: path, problems: problems) else { return nil }
        let reason = object.parsed("reason") { text -> Result<String, ConfigurationMistake> in
            isWord(text) && text.count <= 64
                ? .success(text) : .mistake("a reason has 1 to 64 letters, digits and underscores")
        }
        let pattern = object.parsed("pattern", parsePattern)
        for key in ["reason", "pattern"] where object.node(key) == nil {
            problems.add(node, path, "\(key) is missing")
        }
        object.finish()
        guard let reason, let pattern else { return nil }
        return FailureClassifier.Rule(reason: reason, pattern: pattern)
    }

    // MARK: Apps

    private func readApps(
        _ object: inout ObjectReader, _ root: JSONNode, _ defaults: AppDefaults, isNeeded: Bool
    ) -> [AppConfiguration] {
        guard let elements = object.elements("apps") else {
            if isNeeded, object.node("apps") == nil {
                problems.add(root, "apps", "is missing; list at least one app, or name a folder of keys in apps_dir")
            }
            return []
        }
        if isNeeded, elements.isEmpty, let node = object.node("apps") {
            object.problem(
                node, "apps",
                "is empty; list at least one app with its name and api_key_file, or name a folder of keys in apps_dir")
        }
        var names: Set<AppName> = []
        return elements.compactMap { node, path in
            guard let app = readApp(node, path, defaults) else { return nil }
            if let name = app.name, !names.insert(name).inserted {
                problems.add(node, "\(path).name", "two apps are named \"\(name)\"; the name tells their series apart")
            }
            return app
        }
    }

    private func readApp(_ node: JSONNode, _ path: String, _ defaults: AppDefaults) -> AppConfiguration? {
        guard var object = ObjectReader(node, path: path, problems: problems) else { return nil }
        let name = object.parsed("name") { text -> Result<AppName, ConfigurationMistake> in
            AppName(text).map { .success($0) } ?? .mistake(AppName.rule)
        }
        if name == nil, object.node("name") == nil { problems.add(node, path, "name is missing") }
        let keySource = readKeySource(&object, node, path)
        let settings = readSettings(&object, defaults)
        object.finish()
        guard let name, let keySource else { return nil }
        return settings.app(name, keySource)
    }

    /// The same for an app whose name and key do not stand in the object.
    func readSettings(_ node: JSONNode, _ defaults: AppDefaults) -> AppSettings? {
        guard var object = ObjectReader(node, path: "", problems: problems) else { return nil }
        let settings = readSettings(&object, defaults)
        object.finish()
        return settings
    }

    /// What an app's object holds beside its name and key.
    struct AppSettings {
        var common: AppDefaults
        var labels: [Label] = []
        var consoleURL: ConsoleURL?

        func app(_ name: AppName, _ keySource: KeySource) -> AppConfiguration {
            AppConfiguration(
                name: name, baseURL: common.baseURL, keySource: keySource, requestTimeout: common.requestTimeout,
                collection: common.collection, labels: labels, consoleURL: consoleURL)
        }
    }

    private func readSettings(_ object: inout ObjectReader, _ defaults: AppDefaults) -> AppSettings {
        var settings = AppSettings(common: defaults)
        settings.common.baseURL = object.parsed("base_url", parseBaseURL) ?? defaults.baseURL
        readTimes(&object, &settings.common.requestTimeout, &settings.common.collection)
        if var filter = object.object("filter") {
            readFilter(&filter, &settings.common.collection)
            filter.finish()
        }
        settings.labels = object.object("labels").map(readLabels) ?? []
        settings.consoleURL = object.parsed("console_url") { text -> Result<ConsoleURL, ConfigurationMistake> in
            guard !PossibleKey.isWithin(text) else { return .mistake(PossibleKey.advice) }
            do throws(ConsoleURL.Problem) {
                return .success(try ConsoleURL(text))
            } catch {
                return .mistake(error.description)
            }
        }
        return settings
    }

    private func readKeySource(_ object: inout ObjectReader, _ node: JSONNode, _ path: String) -> KeySource? {
        let inline = object.parsed("api_key") { text -> Result<KeySource, ConfigurationMistake> in
            APIKey(text).map { .success(.inline($0)) }
                ?? .mistake("this cannot be a key: keys are visible ASCII without spaces")
        }
        let file = object.parsed("api_key_file") { path -> Result<KeySource, ConfigurationMistake> in
            PossibleKey.isLikely(path)
                ? .mistake(
                    "this looks like a key, and must be the path of a file that holds it; write ./ before it if it is one"
                )
                : .success(.file(path: path))
        }
        let variable = object.parsed("api_key_env") { name -> Result<KeySource, ConfigurationMistake> in
            PossibleKey.isVariableName(name)
                ? .success(.environment(name: name))
                : .mistake(
                    "this is no name of an environment variable, such as INVOICES_KEY; a key itself goes into api_key")
        }
        let given = ["api_key", "api_key_file", "api_key_env"].filter { object.node($0) != nil }
        if given.isEmpty { problems.add(node, path, "the key is missing: give api_key_file, api_key_env or api_key") }
        if given.count > 1 {
            problems.add(node, path, "give one of \(given.joined(separator: ", ")), not \(given.count)")
        }
        return inline ?? file ?? variable
    }

    private func readFilter(_ object: inout ObjectReader, _ collection: inout CollectionSettings) {
        collection.filter.keyword = object.string("keyword")
        collection.filter.createdByEndUserSessionID = object.string("created_by_end_user_session_id")
        collection.filter.createdByAccount = object.string("created_by_account")
        if collection.filter.keyword != nil, collection.filter.createdByEndUserSessionID != nil,
            let node = object.node("keyword")
        {
            object.problem(
                node, "keyword", "Dify fails when keyword and created_by_end_user_session_id come together; drop one")
        }
        collection.countedStatus = object.parsed("status") { text -> Result<FinalStatus, ConfigurationMistake> in
            let statuses = FinalStatus.allCases.filter { $0 != .other }.map(\.rawValue)
            return FinalStatus(rawValue: text).flatMap { $0 == .other ? nil : .success($0) }
                ?? .mistake("\"\(text)\" is not a final status; there are \(statuses.joined(separator: ", "))")
        }
    }

    private func readLabels(_ object: ObjectReader) -> [Label] {
        var object = object
        let reserved = Set(Catalogue.appInfo.labels).union([
            Catalogue.consoleURLLabel, "le", "quantile", "job", "instance",
        ])
        return object.strings().compactMap { key, value, node in
            guard Self.isLabelName(key), !reserved.contains(key) else {
                let rule = "a label's name has letters, digits and underscores, and begins with neither a digit nor __"
                object.problem(node, key, reserved.contains(key) ? "this label's name is taken; choose another" : rule)
                return nil
            }
            guard !value.hasSteering, value.utf8.count <= 1024 else {
                object.problem(
                    node, key,
                    "a label's value has at most 1024 bytes, no control characters and no marks that turn the direction of text"
                )
                return nil
            }
            guard !PossibleKey.isWithin(value) else {
                object.problem(node, key, PossibleKey.advice)
                return nil
            }
            return Label(name: key, value: value)
        }.sorted { $0.name < $1.name }
    }

    /// Prometheus' rule for label names, without those that it keeps to itself.
    private static func isLabelName(_ text: String) -> Bool {
        isWord(text) && !text.hasPrefix("__") && !(0x30...0x39).contains(text.utf8.first ?? 0x30)
    }
}

/// Whether a text is made of ASCII letters, digits and underscores.
private func isWord(_ text: String) -> Bool {
    let isWordByte: (UInt8) -> Bool = { byte in
        (0x61...0x7a).contains(byte | 0x20) || (0x30...0x39).contains(byte) || byte == 0x5f
    }
    return !text.isEmpty && text.utf8.allSatisfy(isWordByte)
}

/// Parses a pattern for the reader of a member.
private func parsePattern(_ text: String) -> Result<TextPattern, ConfigurationMistake> {
    guard (1...1000).contains(text.count) else { return .mistake("a pattern has 1 to 1000 characters") }
    do throws(TextPattern.Problem) {
        return .success(try TextPattern(text))
    } catch {
        return .mistake(error.message)
    }
}

/// Parses the path of a folder of keys for the reader of a member.
private func parseFolder(_ path: String) -> Result<String, ConfigurationMistake> {
    if PossibleKey.isLikely(path) {
        return .mistake("this looks like a key, and must be the path of a folder of key files")
    }
    return path.isEmpty ? .mistake("is empty; name the folder of key files, or remove it") : .success(path)
}

/// Parses a base URL for the reader of a member.
private func parseBaseURL(_ text: String) -> Result<BaseURL, ConfigurationMistake> {
    guard !PossibleKey.isWithin(text) else { return .mistake(PossibleKey.advice) }
    do throws(BaseURLError) {
        return .success(try BaseURL(text))
    } catch {
        return .mistake(error.description)
    }
}
