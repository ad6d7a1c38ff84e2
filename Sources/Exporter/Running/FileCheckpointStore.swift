import Dispatch
import LogCollection
import Storage

/// Keeps one app's checkpoint in a file below `--storage.path`, under a lock that no other process shares.
package actor FileCheckpointStore: CheckpointStore {
    private let folder: String
    private let fileName: String
    private var open: (disk: FolderDisk, lock: FileLock)?

    /// Syncing a disk blocks its thread, which must not be one of the concurrency pool. One after the other is as fast as a
    /// disk syncs.
    private static let queue = DispatchQueue(label: "dify-exporter.checkpoints")

    package init(folder: String, app: String) {
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
        path(folder: folder, fileName: fileName(app: app))
    }

    private static func path(folder: String, fileName: String) -> String {
        (folder.hasSuffix("/") ? folder : folder + "/") + fileName
    }

    package func load() async throws(StateProblem) -> [UInt8]? {
        if open == nil { open = try openFolder() }
        do throws(DiskError) {
            return try open?.disk.read(fileName)
        } catch {
            throw .disk(error.description)
        }
    }

    package func save(_ bytes: [UInt8]) async throws(StateProblem) {
        guard let disk = open?.disk else { throw .disk("the folder \(folder) was never opened") }
        let name = fileName
        let result: Result<Void, DiskError> = await withCheckedContinuation { continuation in
            Self.queue.async {
                var disk = disk
                do throws(DiskError) {
                    continuation.resume(returning: .success(try disk.replace(name, with: bytes)))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        if case .failure(let error) = result { throw .disk(error.description) }
    }

    /// Gives the lock back, for an app that is no longer collected.
    package func close() {
        open = nil
    }

    /// Sets the app's file aside under a name with the time, so that its numbers begin anew and nothing is lost. Nil when there
    /// was none, else the new name.
    package func setAside(at time: String) throws(StateProblem) -> String? {
        let (disk, lock) = try openFolder()
        defer { withExtendedLifetime(lock) {} }
        do throws(DiskError) {
            guard try disk.read(fileName) != nil else { return nil }
            let newName = "\(fileName).set-aside-\(time)"
            try disk.rename(fileName, to: newName)
            try disk.syncFolder()
            return disk.path(newName)
        } catch {
            throw .disk(error.description)
        }
    }

    private func openFolder() throws(StateProblem) -> (disk: FolderDisk, lock: FileLock) {
        do throws(DiskError) {
            let disk = try FolderDisk(folder: folder)
            let lock = try FileLock(path: disk.path(lockName))
            if let lock { return (disk, lock) }
        } catch {
            throw .disk(error.description)
        }
        throw .locked(path: Self.path(folder: folder, fileName: lockName))
    }

    private var lockName: String { fileName + ".lock" }
}
