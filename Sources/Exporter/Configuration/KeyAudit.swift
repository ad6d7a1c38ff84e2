import DifyAPI
import LogCollection

/// What is noticed about the keys of a configuration when all of them are read. It holds no key.
struct KeyAudit: Sendable {
    /// A line for each key that cannot be read, with its app.
    private(set) var unreadable: [LoadProblem] = []
    private(set) var warnings: [Warning] = []

    /// For each app whose runs another app counts as well, what to do.
    private(set) var doubled: [String: String] = [:]

    struct Warning: Hashable, Sendable {
        /// Nil where it is about the folder of keys.
        let app: String?
        /// What is wrong and what to do.
        let text: String
    }

    /// Apps with the same key at the same Dify that count the same runs.
    private struct Counted: Hashable {
        let key: APIKey
        let baseURL: BaseURL
        let filter: LogsQuery.Filter
        let status: FinalStatus?
    }

    /// Reads every app's key. Those of the folder have been read by `folder`.
    init(of configuration: Configuration, folder: AppsFolderWatch? = nil, environment: Environment) async {
        var first: [Counted: String] = [:]
        var checkedFiles: Set<String> = []
        let memoryFileSystems = MountTable.current.memoryDevices
        for app in configuration.apps {
            let name = app.displayName
            let reading: KeySource.Reading
            do throws(KeyError) {
                reading = try await app.keySource.read(environment: environment)
            } catch {
                unreadable.append(LoadProblem(line: "app \(name): \(error)", place: name))
                continue
            }
            let counted = Counted(
                key: reading.key, baseURL: app.baseURL, filter: app.collection.filter,
                status: app.collection.countedStatus)
            if let other = first[counted] {
                let remark = Self.remark(onKeyOf: other)
                doubled[name] = remark
                warnings.append(Warning(app: name, text: remark))
            } else {
                first[counted] = name
            }
            guard case .file(let path) = app.keySource, let file = reading.file, checkedFiles.insert(path).inserted,
                file.isReadableByAll, !file.isPlacedByMachinery(at: path, memoryFileSystems)
            else { continue }
            warnings.append(Warning(app: name, text: Self.remark(onFile: path)))
        }
        // One for all of them: what is wrong with one is wrong with the folder, whichever files come and go.
        let isOpen = folder?.keyFiles.contains { key in
            key.file.isReadableByAll && !key.file.isPlacedByMachinery(at: key.path, memoryFileSystems)
        }
        if let folder, isOpen == true {
            warnings.append(Warning(app: nil, text: Self.remark(onFolder: folder.folder)))
        }
    }

    private static func remark(onKeyOf other: String) -> String {
        "this app has the key of \(other), so their runs are counted twice in sums over apps. Correct the key, remove one of "
            + "the two, or give them different filters."
    }

    private static func remark(onFile path: String) -> String {
        "every user of this machine can read the key file \(PossibleKey.shown(path: path)). Give it to the user that runs this "
            + "program, and chmod 600."
    }

    private static func remark(onFolder folder: AppsFolder) -> String {
        "every user of this machine can read key files in the folder \(folder.shownPath). Give them to the user that runs this "
            + "program, and chmod 600."
    }
}

extension File.Identity {
    var isReadableByAll: Bool { mode & 0o004 != 0 }

    /// Whether the file is one of those that container engines and service managers place for a program: root's, in memory or
    /// below /run. Their mode is often 0444, nobody else is in the container, and nobody could change it.
    func isPlacedByMachinery(at path: String, _ memoryDevices: Set<UInt64>) -> Bool {
        let isBelowRun = path.hasPrefix("/run/") || path.hasPrefix("/var/run/")
        return owner == 0 && (isBelowRun || memoryDevices.contains(device))
    }
}

/// The mounted file systems, from Linux's /proc (proc(5), `mountinfo`); empty elsewhere.
struct MountTable: Equatable {
    /// The device numbers, as stat(2) gives them, of file systems that are in memory only.
    let memoryDevices: Set<UInt64>

    static var current: MountTable {
        let file = try? File.readNow("/proc/self/mountinfo", limit: 1 << 20)
        return MountTable(mountinfo: String(decoding: file?.bytes ?? [], as: UTF8.self))
    }

    init(mountinfo text: String) {
        let devices = text.split(separator: "\n").compactMap { line -> UInt64? in
            // 36 35 0:42 / /run rw,nosuid shared:1 - tmpfs tmpfs rw
            let fields = line.split(separator: " ")
            guard let separator = fields.firstIndex(of: "-"), separator + 1 < fields.count, fields.count > 2,
                ["tmpfs", "ramfs"].contains(fields[separator + 1])
            else { return nil }
            let numbers = fields[2].split(separator: ":").compactMap { UInt64($0) }
            return numbers.count == 2 ? Self.device(major: numbers[0], minor: numbers[1]) : nil
        }
        memoryDevices = Set(devices)
    }

    /// As `makedev` of Linux's C libraries composes it.
    private static func device(major: UInt64, minor: UInt64) -> UInt64 {
        (major & 0xfff) << 8 | (major & ~0xfff) << 32 | minor & 0xff | (minor & ~0xff) << 12
    }
}
