import DifyAPI
import Platform

/// The folder of `apps_dir`, in which each regular file is an app: its name is the app's, its content the key. `NAME.json`
/// beside it has the app's own settings. Names that begin with a dot are left out: Kubernetes keeps what its links lead to
/// there.
package struct AppsFolder: Hashable, Sendable {
    package let path: String

    /// A folder with more files was probably not meant, and none of them is read.
    static let mostFiles = 10_000
    /// A key has some thirty characters, and servers take no header of more than some thousand.
    private static let longestKeyFile = 4 << 10
    private static let longestSettings = 256 << 10
    /// Longer than a healthy file system takes for as many files as there may be.
    private static let patience = Duration.seconds(5)

    package init(_ path: String) {
        self.path = path
    }

    /// Looks at every file, and reads those that are others than in `known`. It blocks no thread of the concurrency pool.
    func look(after known: AppsFolderLook = .init()) async throws(AppsFolderError) -> AppsFolderLook {
        let outcome = await BlockingWork.files.run(lane: path, patience: Self.patience) {
            () -> Result<AppsFolderLook, AppsFolderError> in
            do throws(AppsFolderError) {
                return .success(try lookNow(after: known))
            } catch {
                return .failure(error)
            }
        }
        guard let outcome else {
            throw AppsFolderError(folder: self, explanation: "does not answer; look at its mount")
        }
        return try outcome.get()
    }

    /// The path of a file in it, for messages.
    func shownPath(of file: String) -> String {
        "\(shownPath)/\(PossibleKey.shown(name: file))"
    }

    /// What there is to say of it while it has no file.
    package var emptiness: String {
        "the folder \(shownPath) of apps_dir has no files; each would be an app: its name the app's, its content the key"
    }

    var shownPath: String {
        let trimmed = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        return PossibleKey.masked(trimmed)
    }

    // MARK: On a thread that may wait

    private func lookNow(after known: AppsFolderLook) throws(AppsFolderError) -> AppsFolderLook {
        var look = AppsFolderLook()
        for name in try names() { look.add(name.shown, entry(name, known.files[name.shown])) }
        return look
    }

    /// The name of a file, whose bytes need not be text.
    private struct FileName {
        /// What is no UTF-8 is written as `\xff`.
        let shown: String
        let isText: Bool

        init(_ bytes: some Sequence<UInt8>) {
            let bytes = Array(bytes)
            if let text = String(validating: bytes, as: UTF8.self) {
                (shown, isText) = (text, true)
            } else {
                let characters = bytes.map { byte in
                    (0x20...0x7e).contains(byte)
                        ? String(UnicodeScalar(byte)) : "\\x" + (byte < 0x10 ? "0" : "") + String(byte, radix: 16)
                }
                (shown, isText) = (characters.joined(), false)
            }
        }
    }

    /// In the order of their bytes, so that what comes of them is always the same.
    private func names() throws(AppsFolderError) -> [FileName] {
        guard let stream = opendir(path) else {
            throw AppsFolderError(folder: self, explanation: "cannot be opened: \(SystemError().explanation)")
        }
        defer { closedir(stream) }
        var names: [FileName] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else { break }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                FileName(bytes.prefix { $0 != 0 })
            }
            guard !name.shown.hasPrefix(".") else { continue }
            names.append(name)
            guard names.count <= Self.mostFiles else {
                throw AppsFolderError(
                    folder: self,
                    explanation:
                        "has more than \(Self.mostFiles) files, so it is probably not the one that was meant, and "
                        + "none of them is read")
            }
        }
        guard errno == 0 else {
            throw AppsFolderError(folder: self, explanation: "cannot be read: \(SystemError().explanation)")
        }
        return names.sorted { $0.shown.utf8.lexicographicallyPrecedes($1.shown.utf8) }
    }

    private func entry(_ file: FileName, _ known: AppsFolderLook.Entry?) -> AppsFolderLook.Entry {
        func unusable(_ reason: String) -> AppsFolderLook.Entry {
            .init(identity: nil, content: .unusable([reason]))
        }
        guard file.isText else { return unusable("has a name that is not UTF-8; an app's name is text") }
        let name = file.shown
        let filePath = CheckpointFolder.path(of: name, in: path)
        guard !PossibleKey.isLikely(in: name) else {
            return unusable("has a name that looks like a key; name the file as the app, and put the key into it")
        }
        let isSettings = name.hasSuffix(AppsFolderLook.settingsEnding)
        guard isSettings || AppName(name) != nil else {
            return unusable("has a name that cannot be an app's: \(AppName.rule)")
        }
        do throws(FileError) {
            switch try File.kindNow(filePath) {
            case .regular(let identity):
                if let known, known.identity == identity { return known }
            case .folder:
                return unusable("is a folder; each file of apps_dir is one app, and folders are not looked into")
            case .other: return unusable("is not a regular file; each file of apps_dir holds one app's key")
            }
            let limit = isSettings ? Self.longestSettings : Self.longestKeyFile
            guard let contents = try File.readNow(filePath, limit: limit) else {
                return unusable("changed while it was read")
            }
            let content = isSettings ? Self.settings(contents.bytes) : Self.key(contents.bytes)
            return .init(identity: contents.identity, content: content)
        } catch {
            switch error.problem {
            case .tooLong where !isSettings: return unusable("\(error.explanation); it \(Self.onlyTheKey)")
            case _ where error.isMissing: return unusable("is a link to a file that does not exist")
            default: return unusable(error.explanation)
            }
        }
    }

    private static let onlyTheKey = "must hold nothing but the key, on one line"

    private static func key(_ bytes: [UInt8]) -> AppsFolderLook.Content {
        if let key = APIKey(String(decoding: bytes, as: UTF8.self)) { return .key(key) }
        let isEmpty = bytes.allSatisfy { [0x20, 0x09, 0x0a, 0x0d].contains($0) }
        return .unusable([
            isEmpty ? "is empty; it must hold the app's key" : onlyTheKey
        ])
    }

    private static func settings(_ bytes: [UInt8]) -> AppsFolderLook.Content {
        do throws(ConfigurationError) {
            try AppConfiguration.check(settings: bytes)
            return .settings(bytes)
        } catch {
            return .unusable(error.problems.map(\.lineWithoutFile))
        }
    }
}

/// Why the folder as a whole cannot be looked at.
package struct AppsFolderError: Error, Equatable, CustomStringConvertible {
    /// A sentence that begins with the folder's path.
    package let description: String

    init(folder: AppsFolder, explanation: String) {
        description = "the folder \(folder.shownPath) of apps_dir \(explanation)"
    }
}
