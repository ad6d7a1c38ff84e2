import DifyAPI

/// What one process collects: its share of the apps of a configuration and of the configuration's folder.
struct CollectedApps: Sendable {
    private(set) var configuration: Configuration
    /// What is wrong with files of the folder that are this process's.
    private(set) var problems: [AppsFolderProblem]

    /// A file of the folder may name another server for its app. Where that takes more descriptors than the process may have,
    /// it is that app which is left out.
    init(
        of loaded: Configuration, _ watch: AppsFolderWatch?, _ tailor: ExporterService.Tailor,
        _ descriptors: DescriptorBudget
    ) {
        let (completed, found) = loaded.completed(by: watch)
        configuration = tailor(completed)
        let shard = configuration.shard
        // Shards share the problems as they share the apps, so that a sum over them is right.
        problems = found.filter { shard?.owns($0.app) ?? true }
        guard let folder = watch?.folder, !descriptors.allows(configuration) else { return }
        let names = Set(loaded.apps.map(\.displayName))
        let all = configuration.apps
        configuration.apps = all.filter { names.contains($0.displayName) }
        for app in all where !names.contains(app.displayName) {
            configuration.apps.append(app)
            guard !descriptors.allows(configuration) else { continue }
            configuration.apps.removeLast()
            problems.append(
                .init(
                    file: app.displayName, path: folder.shownPath(of: app.displayName),
                    reason: "names one base_url more than this process has open files for. \(DescriptorBudget.remedy)",
                    goesOnWithEarlier: false))
        }
    }
}
