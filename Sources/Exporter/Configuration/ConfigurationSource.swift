import DifyAPI

extension Configuration {
    /// Reads the configuration that the flags and the environment name. Throws every problem as one line for people.
    package static func load(file path: String?, environment: Environment) async throws(LoadError) -> Configuration {
        guard let path, !path.isEmpty else {
            return Configuration(apps: [try await AppConfiguration.fromEnvironment(environment)])
        }
        let file: File.Contents?
        do throws(FileError) {
            file = try await File.read(path, limit: 16 << 20)
        } catch {
            throw LoadError(lines: ["the configuration file \(error)"])
        }
        do throws(ConfigurationError) {
            return try read(file?.bytes ?? [])
        } catch {
            throw LoadError(
                error.problems.map { LoadProblem(line: $0.line(file: path), place: $0.app) }, omitted: error.omitted)
        }
    }
}

extension AppConfiguration {
    /// The single app that the environment describes. Its name, unless DIFY_APP_NAME gives one, is what Dify tells.
    static func fromEnvironment(_ environment: Environment) async throws(LoadError) -> AppConfiguration {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }

        var problems: [String] = []
        var baseURL = BaseURL.cloud
        do throws(BaseURLError) {
            if let text = value("DIFY_API_BASE_URL") { baseURL = try BaseURL(text) }
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
        case (nil, nil):
            problems.append(
                "there is no configuration: name a file with --config.file, or set DIFY_API_KEY (or DIFY_API_KEY_FILE) for a "
                    + "single app; 'dify-exporter demo' needs neither")
        }
        if let keySource, case .environment = keySource {
            do throws(KeyError) {
                _ = try await keySource.read(environment: environment)
            } catch {
                problems.append(error.description)
            }
        }
        guard problems.isEmpty, let keySource else { throw LoadError(lines: problems) }
        return AppConfiguration(name: name, baseURL: baseURL, keySource: keySource)
    }
}
