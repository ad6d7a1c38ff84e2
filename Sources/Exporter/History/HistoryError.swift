import LogCollection
import Storage

/// Why a history is not written, or not further, in a sentence with the remedy.
package enum HistoryError: Error, Equatable, CustomStringConvertible {
    case folderIsTaken(path: String)
    case nothingToResume(path: String)
    case otherSettings(difference: String)
    case damagedRecord(path: String)
    case locked(path: String)
    case disk(DiskError)
    /// Dify, or the key, does not let the app be read.
    case app(name: String, advice: String)
    case hasCheckpoint(app: String, path: String)
    case checkpoint(app: String, StateProblem)
    case interrupted(path: String)

    /// Whether the command line is wrong, rather than something outside.
    package var isUsage: Bool {
        switch self {
        case .folderIsTaken, .nothingToResume, .otherSettings, .hasCheckpoint: true
        case .damagedRecord, .locked, .disk, .app, .checkpoint, .interrupted: false
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
        case .disk(let error): "\(error). Make room or choose another --output, and go on with --resume."
        case .app(let name, let advice):
            "\(name): \(advice) Then go on with --resume, or name the apps to read with --app."
        case .hasCheckpoint(let app, let path):
            "\(app) has a checkpoint already, \(path): its live counters would not join this history. Leave --checkpoint out, or "
                + "set the numbers aside with serve --storage.reset-app."
        case .checkpoint(let app, let problem): "\(app): \(problem.advice)"
        case .interrupted(let path): "interrupted; what is complete is in \(path). Go on with --resume."
        }
    }
}
