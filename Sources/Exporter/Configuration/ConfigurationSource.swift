import DifyAPI

extension Configuration {
    /// Reads the configuration that the flags and the environment name. Throws every problem as one line for people.
    ///
    /// `appsFolder` beats the folder that the file names. The apps in it are not looked at here: they come and go.
    package static func load(
        file path: String?, appsFolder: String? = nil, environment: Environment
    ) async throws(LoadError) -> Configuration {
        let folder = appsFolder.flatMap { $0.isEmpty ? nil : $0 }
        if let folder, PossibleKey.isLikely(folder) {
            throw LoadError(lines: ["--apps.dir takes the path of a folder of key files, and this looks like a key"])
        }
        var configuration = try await load(file: path, hasAppsFolder: folder != nil, environment: environment)
        configuration.appsFolder = folder ?? configuration.appsFolder
        return configuration
    }

    private static func load(
        file path: String?, hasAppsFolder: Bool, environment: Environment
    ) async throws(LoadError) -> Configuration {
        guard let path, !path.isEmpty else {
            return try await fromEnvironment(environment, hasAppsFolder: hasAppsFolder)
        }
        let file: File.Contents?
        do throws(FileError) {
            file = try await File.read(path, limit: 16 << 20)
        } catch {
            throw LoadError(lines: ["the configuration file \(error)"])
        }
        do throws(ConfigurationError) {
            return try read(file?.bytes ?? [], hasAppsFolder: hasAppsFolder)
        } catch {
            throw LoadError(
                error.problems.map { LoadProblem(line: $0.line(file: path), place: $0.app) }, omitted: error.omitted)
        }
    }
}

extension Configuration {
    /// What the environment describes: a single app, whose name, unless DIFY_APP_NAME gives one, is what Dify tells. With a
    /// folder of keys there need not be one, and DIFY_API_BASE_URL is for the apps of the folder too.
    static func fromEnvironment(
        _ environment: Environment, hasAppsFolder: Bool
    ) async throws(LoadError) -> Configuration {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }

        var problems: [String] = []
        var defaults = AppDefaults()
        do throws(BaseURLError) {
            if let text = value("DIFY_API_BASE_URL") {
                defaults.baseURL = try BaseURL(text)
                if PossibleKey.isWithin(text) {
                    problems.append("DIFY_API_BASE_URL: this holds what looks like a key, and would show it")
                }
            }
        } catch {
            problems.append("DIFY_API_BASE_URL: \(error)")
        }
        var name: AppName?
        if let text = value("DIFY_APP_NAME") {
            name = AppName(text)
            if name == nil {
                problems.append("DIFY_APP_NAME: \(AppName.rule)")
            }
        }
        var keySource: KeySource?
        switch (value("DIFY_API_KEY"), value("DIFY_API_KEY_FILE")) {
        case (.some, .some): problems.append("give DIFY_API_KEY or DIFY_API_KEY_FILE, not both")
        case (.some, nil): keySource = .environment(name: "DIFY_API_KEY")
        case (nil, .some(let path)) where PossibleKey.isLikely(path):
            problems.append(
                "DIFY_API_KEY_FILE: this looks like a key, and takes the path of a file that holds it; DIFY_API_KEY takes a key"
            )
        case (nil, .some(let path)): keySource = .file(path: path)
        case (nil, nil) where hasAppsFolder: break
        case (nil, nil):
            problems.append(
                "there is no configuration: name a file with --config.file or a folder of keys with --apps.dir, or set "
                    + "DIFY_API_KEY (or DIFY_API_KEY_FILE) for a single app; 'dify-exporter demo' needs neither")
        }
        if let keySource, case .environment = keySource {
            do throws(KeyError) {
                _ = try await keySource.read(environment: environment)
            } catch {
                problems.append(error.description)
            }
        }
        guard problems.isEmpty else { throw LoadError(lines: problems) }
        var configuration = Configuration(
            apps: keySource.map { [AppConfiguration(name: name, baseURL: defaults.baseURL, keySource: $0)] } ?? [])
        configuration.appDefaults = defaults
        return configuration
    }
}
