import LogCollection
import Storage

/// Why a history is not written, or not further, in a sentence with the remedy.
package enum HistoryError: Error, Equatable, CustomStringConvertible {
    case folderIsTaken(path: String)
    case nothingToResume(path: String)
    case otherSettings(difference: String)
    case damagedRecord(path: String)
    case locked(path: String)
    /// The folder cannot be written to.
    case folder(DiskError)
    /// Something cannot be written, read or removed in it.
    case disk(DiskError)
    /// Dify, or the key, does not let the app be read. `hasBegun` where there is something to go on with.
    case app(name: String, advice: String, hasBegun: Bool)
    case hasCheckpoint(app: String, path: String)
    case checkpoint(app: String, StateProblem)
    /// `problem` is why the latest request failed, where it did.
    case interrupted(path: String, hasBegun: Bool, problem: String? = nil)

    /// Whether the command line is wrong, rather than something outside.
    package var isUsage: Bool {
        switch self {
        case .folderIsTaken, .nothingToResume, .otherSettings, .hasCheckpoint: true
        case .damagedRecord, .locked, .folder, .disk, .app, .checkpoint, .interrupted: false
        }
    }

    package var description: String {
        switch self {
        case .folderIsTaken(let path):
            "\(path) holds a history already. Go on with it by --resume, overwrite it with --force, or name another folder."
        case .nothingToResume(let path):
            "there is no history to go on with in \(path). Leave --resume out to begin one."
        case .otherSettings(let difference):
            "the history was begun with other settings: \(difference). Give the same again, or begin anew with --force."
        case .damagedRecord(let path):
            "\(path) is damaged, so it is not known how far the history goes. Begin anew with --force."
        case .locked(let path): "another backfill is writing to \(path). Wait for it, or name another folder."
        case .folder(let error):
            "\(error). --output takes a folder that this user may write to; it is made where it is missing."
        case .disk(let error):
            "\(error). Make room, or give this user the right to write there; then go on with --resume."
        case .app(let name, let advice, hasBegun: true): "\(name): \(advice) Then go on with --resume."
        case .app(let name, let advice, hasBegun: false):
            "\(name): \(advice) Then begin again, or name one app to read with --app; nothing was written."
        case .hasCheckpoint(let app, let path):
            "\(app) has a checkpoint already, \(path): its live counters would not join this history. Leave --checkpoint out, or "
                + "set the numbers aside with serve --storage.reset-app."
        case .checkpoint(let app, let problem): "\(app): \(problem.advice)"
        case .interrupted(let path, hasBegun: true, let problem):
            "interrupted\(Self.during(problem)); what is complete is in \(path). Go on with --resume."
        case .interrupted(_, hasBegun: false, let problem): "interrupted\(Self.during(problem)); nothing was written."
        }
    }

    private static func during(_ problem: String?) -> String { problem.map { " while \($0)" } ?? "" }
}
