import Dispatch
import LogCollection
import Platform
import Storage

/// The folder of `--storage.path`, with the locks on what is in it. One thing is done after the other, which is as fast as a
/// disk syncs, and none of it on a thread of the concurrency pool: a disk may be slow, or hang.
package final class CheckpointFolder: Sendable {
    package let path: String
    private let locks: FolderLocks
    private let queue = DispatchQueue(label: "dify-exporter.checkpoints")
    private let turns = Locked(DiskTurns())

    package init(_ path: String) {
        self.path = path
        locks = FolderLocks(path: Self.path(of: Self.lockFile, in: path))
    }

    /// Works in the folder, which is made where it is missing. What is not urgent lets all else go before, unless its task is
    /// cancelled: then somebody waits for the end of it.
    func perform<Value: Sendable>(
        isUrgent: Bool = true, _ work: @escaping @Sendable (inout FolderDisk, FolderLocks) throws(DiskError) -> Value
    ) async throws(StateProblem) -> Value {
        let id = turns.withLock { $0.newID() }
        let result: Result<Value, DiskError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let run: @Sendable () -> Void = { [path, locks] in
                    do throws(DiskError) {
                        var disk = try FolderDisk(folder: path)
                        continuation.resume(returning: .success(try work(&disk, locks)))
                    } catch {
                        continuation.resume(returning: .failure(error))
                    }
                }
                turns.withLock { $0.add(.init(id: id, run: run), isUrgent: isUrgent || Task.isCancelled) }
                queue.async { self.turns.withLock { $0.take() }?.run() }
            }
        } onCancel: {
            turns.withLock { $0.hasten(id) }
        }
        do throws(DiskError) {
            return try result.get()
        } catch {
            throw error.isOutOfDescriptors ? .outOfDescriptors(error.description) : .disk(error.description)
        }
    }

    /// The file that all locks are in.
    var lockPath: String { Self.path(of: Self.lockFile, in: path) }

    package static func path(of file: String, in folder: String) -> String {
        (folder.hasSuffix("/") ? folder : folder + "/") + file
    }

    private static let lockFile = "lock"
}
