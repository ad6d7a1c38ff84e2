import Metrics

/// How the folder of `apps_dir` is, for the endpoint.
struct AppsFolderStatus: Hashable, Sendable {
    /// What is wrong in it; nil without a folder.
    private let problems: Int?
    /// Whether all apps are known: false for a folder that could never be looked at.
    let isKnown: Bool

    /// Of a configuration without a folder.
    static let none = AppsFolderStatus(of: nil, problems: 0)

    /// `problems` is how many of its files are wrong.
    init(of watch: AppsFolderWatch?, problems: Int) {
        self.problems = watch.map { problems + ($0.error == nil ? 0 : 1) }
        isKnown = watch?.isKnown ?? true
    }

    var families: [Family] {
        guard let problems else { return [] }
        var family = Family(Catalogue.appsFolderProblems)
        family.add([], Double(problems))
        return [family]
    }
}
