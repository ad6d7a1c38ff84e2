import DifyAPI

/// What one look at the folder of `apps_dir` found: every file whose name does not begin with a dot, by its name.
struct AppsFolderLook: Equatable, Sendable {
    private(set) var files: [String: Entry] = [:]

    struct Entry: Equatable, Sendable {
        /// What tells this version of the file from others; nil where the file could not be looked at.
        let identity: File.Identity?
        let content: Content
    }

    /// What a file holds, as far as it can be used.
    enum Content: Equatable, Sendable {
        case key(APIKey)
        /// The text of an app's own settings, without a mistake.
        case settings([UInt8])
        /// Why it cannot be used, and what to do: a line for each reason, without the file's name.
        case unusable([String])
    }

    /// How the name of a file of settings ends, behind the app's name.
    static let settingsEnding = ".json"

    /// Adds a file. Two names that differ in bytes may be one text for Unicode, and for people: then neither is used.
    mutating func add(_ name: String, _ entry: Entry) {
        let isTaken = files[name] != nil
        files[name] =
            isTaken
            ? Entry(
                identity: nil, content: .unusable(["is one of two files of this name, in two spellings; keep one"]))
            : entry
    }
}
