import LogCollection

/// An app's checkpoint, read without its lock: the exporter may be running, and is not disturbed. It replaces the file in one step,
/// so what is read is whole.
enum StoredCheckpoint {
    struct Problem: Error, Equatable {
        /// Without a full stop.
        let sentence: String
    }

    /// A file longer than this is not one of ours.
    private static let longest = 1 << 30

    /// Nil where there is none.
    static func read(of app: AppConfiguration, storagePath: String?) async -> Result<Checkpoint?, Problem> {
        guard let storagePath else { return .success(nil) }
        let path = FileCheckpointStore.path(folder: storagePath, app: app.displayName)
        do {
            guard let file = try await File.read(path, limit: longest) else { return .success(nil) }
            return .success(try Checkpoint(encoded: file.bytes))
        } catch let error as FileError {
            return error.isMissing ? .success(nil) : .failure(Problem(sentence: "the checkpoint \(error)"))
        } catch {
            return .failure(Problem(sentence: "the checkpoint \(path) is damaged or of a later version"))
        }
    }
}
