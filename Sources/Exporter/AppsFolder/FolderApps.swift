import DifyAPI

/// The apps that a folder of keys gives, from look to look.
///
/// A change is taken at the look after the one that shows it first, as it is then: by that time a file that was being
/// written, or a folder that was being changed over, is whole. Only the first look is taken at once. What cannot be used
/// leaves in force what its file held before, and harms no other.
struct FolderApps: Sendable {
    private var taken: [String: Taken] = [:]
    /// Files that were others at the last look than what is taken.
    private var changing: Set<String> = []
    private var isFirst = true

    private struct Taken: Equatable, Sendable {
        /// The latest content that can be used.
        var usable: AppsFolderLook.Content?
        /// Why the present one cannot be used; empty where it can.
        var reasons: [String] = []

        mutating func adopt(_ content: AppsFolderLook.Content) {
            if case .unusable(let reasons) = content {
                self.reasons = reasons
            } else {
                (usable, reasons) = (content, [])
            }
        }

        func agrees(with content: AppsFolderLook.Content) -> Bool {
            var next = self
            next.adopt(content)
            return next == self
        }
    }

    /// Takes what a look has found. True where something is in force now that was not.
    mutating func receive(_ look: AppsFolderLook) -> Bool {
        let before = taken
        var nowChanging: Set<String> = []
        var hasChanged = isFirst
        for (name, entry) in look.files where !(taken[name]?.agrees(with: entry.content) ?? false) {
            if isFirst || changing.contains(name) {
                taken[name, default: Self.whereNothingWas(name, before)].adopt(entry.content)
                hasChanged = true
            } else {
                nowChanging.insert(name)
            }
        }
        for name in Array(taken.keys) where look.files[name] == nil {
            if changing.contains(name) {
                taken[name] = nil
                hasChanged = true
            } else {
                nowChanging.insert(name)
            }
        }
        (changing, isFirst) = (nowChanging, false)
        return hasChanged
    }

    /// What a file that is new goes on from. An app that ran without settings of its own goes on so beside such that cannot be
    /// used.
    private static func whereNothingWas(_ name: String, _ before: [String: Taken]) -> Taken {
        let isForRunningApp =
            name.hasSuffix(AppsFolderLook.settingsEnding) && before[app(ofSettings: name)]?.usable != nil
        return Taken(usable: isForRunningApp ? .settings(Array("{}".utf8)) : nil)
    }

    /// The apps, in the order of their names, and what is wrong with files. `isTaken` tells whether another app has a name.
    func apps(
        defaults: AppDefaults, in folder: AppsFolder, isTaken: (AppName) -> Bool
    ) -> (apps: [AppConfiguration], problems: [AppsFolderProblem]) {
        var apps: [AppConfiguration] = []
        var problems: [AppsFolderProblem] = []
        for (file, content) in taken.sorted(by: { $0.key < $1.key }) {
            func note(_ reason: String, goesOn: Bool = false) {
                problems.append(
                    .init(file: file, path: folder.shownPath(of: file), reason: reason, goesOnWithEarlier: goesOn))
            }
            for reason in content.reasons { note(reason, goesOn: content.usable != nil) }
            switch content.usable {
            case .settings where taken[Self.app(ofSettings: file)] == nil:
                note("has no key file \(Self.app(ofSettings: file)) beside it; add the key, or delete the settings")
            case .key(let key):
                guard let name = AppName(file) else { continue }
                guard !isTaken(name) else {
                    note("is for an app that the configuration file lists too; keep one of the two")
                    continue
                }
                do throws(ConfigurationError) {
                    if let app = try app(name, key, defaults) { apps.append(app) }
                } catch {
                    for problem in error.problems { note(problem.lineWithoutFile) }
                }
            default: break
            }
        }
        return (apps, problems)
    }

    /// Nil where the app's own settings could never be used: it would be collected in another way than is wanted.
    private func app(
        _ name: AppName, _ key: APIKey, _ defaults: AppDefaults
    ) throws(ConfigurationError) -> AppConfiguration? {
        switch taken[name.description + AppsFolderLook.settingsEnding] {
        case nil:
            AppConfiguration(
                name: name, baseURL: defaults.baseURL, keySource: .inline(key),
                requestTimeout: defaults.requestTimeout, collection: defaults.collection)
        case .some(let settings):
            if case .settings(let text) = settings.usable {
                try AppConfiguration.read(settings: text, name: name, key: key, defaults: defaults)
            } else {
                nil
            }
        }
    }

    private static func app(ofSettings file: String) -> String {
        String(file.dropLast(AppsFolderLook.settingsEnding.count))
    }
}

/// What is wrong with a file of the folder.
package struct AppsFolderProblem: Hashable, Sendable {
    /// The file's name.
    let file: String
    /// Its path, for messages.
    let path: String
    /// What is wrong and what to do, as the rest of a sentence that begins with the file.
    let reason: String
    /// Whether the app is collected with what the file held before.
    let goesOnWithEarlier: Bool

    /// The app that it is about, by which shards share problems. Its name may be a key.
    var app: String {
        file.hasSuffix(AppsFolderLook.settingsEnding)
            ? String(file.dropLast(AppsFolderLook.settingsEnding.count)) : file
    }

    /// The app and the file, for people.
    var shownApp: String { PossibleKey.shown(name: app) }
    var shownFile: String { PossibleKey.shown(name: file) }

    /// A line for people.
    package var line: String {
        "\(path) \(reason)\(goesOnWithEarlier ? ". Until then it counts as it was before" : "")"
    }
}
