/// A folder of keys that is looked at again and again, with what it has come to.
package struct AppsFolderWatch: Sendable {
    package let folder: AppsFolder
    private var apps = FolderApps()
    /// Nil before the first look that succeeded.
    private(set) var latest: AppsFolderLook?
    /// Why the latest look failed.
    package private(set) var error: AppsFolderError?

    /// From one look to the next. A change is in force after two of them.
    static let interval = Duration.seconds(1)

    init(_ folder: AppsFolder) {
        self.folder = folder
    }

    /// A watch after a look that is taken at once; nil where a configuration names no folder. It goes on from an `earlier` one
    /// of the same folder, so that what cannot be used now leaves in force what was there before.
    package static func first(
        of configuration: Configuration, goingOnFrom earlier: AppsFolderWatch? = nil
    ) async -> AppsFolderWatch? {
        guard let path = configuration.appsFolder else { return nil }
        let folder = AppsFolder(path)
        var watch = AppsFolderWatch(folder)
        if let earlier, earlier.folder == folder { watch = earlier }
        let look = await watch.look()
        // A change is taken at the second look that shows one.
        for _ in 0..<2 { _ = watch.receive(look) }
        return watch
    }

    /// Looks at the folder; `receive` takes what comes of it.
    func look() async -> Result<AppsFolderLook, AppsFolderError> {
        do throws(AppsFolderError) {
            return .success(try await folder.look(after: latest ?? .init()))
        } catch {
            return .failure(error)
        }
    }

    /// True where other apps or other problems are in force now. A folder that cannot be looked at leaves all as it was.
    mutating func receive(_ result: Result<AppsFolderLook, AppsFolderError>) -> Bool {
        let before = error
        switch result {
        case .success(let look):
            (latest, error) = (look, nil)
            return apps.receive(look) || before != nil
        case .failure(let error):
            self.error = error
            return error != before
        }
    }

    /// Whether it has been looked at once: before that nobody knows its apps.
    var isKnown: Bool { latest != nil }

    /// Whether it was empty at the latest look that succeeded.
    var isEmpty: Bool { latest?.files.isEmpty ?? false }

    /// The files that hold keys.
    var keyFiles: [(path: String, file: File.Identity)] {
        (latest?.files ?? [:]).compactMap { name, entry in
            guard case .key = entry.content, let identity = entry.identity else { return nil }
            return (CheckpointFolder.path(of: name, in: folder.path), identity)
        }
    }

    fileprivate func apps(
        defaults: AppDefaults, isTaken: (AppName) -> Bool
    ) -> (apps: [AppConfiguration], problems: [AppsFolderProblem]) {
        apps.apps(defaults: defaults, in: folder, isTaken: isTaken)
    }
}

extension Configuration {
    /// The configuration with the apps of its folder behind its own, and what is wrong with files there.
    package func completed(
        by watch: AppsFolderWatch?
    ) -> (configuration: Configuration, problems: [AppsFolderProblem]) {
        guard let watch else { return (self, []) }
        let names = Set(apps.map(\.displayName))
        let (added, problems) = watch.apps(defaults: appDefaults) { names.contains($0.description) }
        var configuration = self
        configuration.apps += added
        return (configuration, problems)
    }
}
