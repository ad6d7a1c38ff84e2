import LogCollection
import Storage

/// Keeps one app's checkpoint in a file below `--storage.path`, under a lock that no other process shares.
package actor FileCheckpointStore: CheckpointStore {
    private let folder: CheckpointFolder
    private let fileName: String
    private var isOpen = false
    /// Before its first save an app shows nothing.
    private var hasSaved = false

    package init(in folder: CheckpointFolder, app: String) {
        self.folder = folder
        fileName = Self.fileName(app: app)
    }

    /// The file's name for an app: what of its name is harmless on every file system, and a hash that tells any two apart.
    package static func fileName(app: String) -> String {
        let harmless = app.utf8.map { byte in
            let isPlain = (0x61...0x7a).contains(byte | 0x20) || (0x30...0x39).contains(byte) || byte == 0x2d
            return isPlain ? Character(UnicodeScalar(byte)) : "_"
        }
        // With a word before it no name is taken for a UUID, whose capitals would not count.
        let id = LogID("app \(app)")
        return "\(String(harmless.prefix(40)))-\(String(id.high ^ id.low, radix: 16)).checkpoint"
    }

    package static func path(folder: String, app: String) -> String {
        CheckpointFolder.path(of: fileName(app: app), in: folder)
    }

    package func load() async throws(StateProblem) -> [UInt8]? {
        if !isOpen {
            isOpen = try await lock()
            guard isOpen else { throw .locked(path: folder.lockPath) }
        }
        let fileName = fileName
        return try await folder.perform { disk, _ throws(DiskError) in try disk.readDurable(fileName) }
    }

    package func save(_ bytes: [UInt8]) async throws(StateProblem) {
        guard isOpen else { throw .disk("\(folder.path) is not open for this app") }
        let fileName = fileName
        let isSaved = try await folder.perform(isUrgent: !hasSaved) { disk, locks throws(DiskError) in
            guard try locks.confirm(fileName) else { return false }
            try disk.replace(fileName, with: bytes)
            return true
        }
        guard isSaved else { throw .locked(path: folder.lockPath) }
        hasSaved = true
    }

    /// Gives the lock back, for an app that is no longer collected.
    package func close() async {
        guard isOpen else { return }
        isOpen = false
        let fileName = fileName
        // A folder that is gone has no lock to give back.
        try? await folder.perform { _, locks in locks.unlock(fileName) }
    }

    /// Sets the app's file aside under a name with the time, so that its numbers begin anew and nothing is lost. Nil when there
    /// was none, else the new name.
    package func setAside(at time: String) async throws(StateProblem) -> String? {
        guard try await lock() else { throw .locked(path: folder.lockPath) }
        let fileName = fileName
        return try await folder.perform { disk, locks throws(DiskError) in
            defer { locks.unlock(fileName) }
            guard try disk.read(fileName) != nil else { return nil }
            let newName = "\(fileName).set-aside-\(time)"
            try disk.rename(fileName, to: newName)
            try disk.syncFolder()
            return disk.path(newName)
        }
    }

    private func lock() async throws(StateProblem) -> Bool {
        let fileName = fileName
        return try await folder.perform { _, locks throws(DiskError) in try locks.lock(fileName) }
    }
}
