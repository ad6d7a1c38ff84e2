import DifyAPI

/// Where an app's checkpoint is kept.
package protocol CheckpointStore: Sendable {
    /// The file's bytes, nil where there is none yet. The store is this app's alone from here on.
    func load() async throws(StateProblem) -> [UInt8]?
    /// Returns when the bytes are durable.
    func save(_ bytes: [UInt8]) async throws(StateProblem)
}

/// Why an app's state cannot be used or kept.
package enum StateProblem: Error, Hashable, Sendable, CustomStringConvertible {
    case damaged(path: String)
    case newerVersion(path: String, version: UInt64)
    /// The state belongs to another app of the configuration, or to another Dify app.
    case foreign(owner: String)
    case locked(path: String)
    case disk(String)
    /// Nothing is wrong with the disk: as many files are open as this process may have.
    case outOfDescriptors(String)

    package var description: String {
        switch self {
        case .damaged(let path):
            "the checkpoint \(path) is damaged"
        case .newerVersion(let path, let version):
            "the checkpoint \(path) has version \(version), which a later dify-exporter wrote"
        case .foreign(let owner):
            "the stored numbers are those of another app (\(owner))"
        case .locked(let path):
            "another process holds this app's numbers, by its lock in \(path)"
        case .disk(let message), .outOfDescriptors(let message): message
        }
    }
}

/// Why an app is down.
package enum CollectionProblem: Error, Equatable, Sendable, CustomStringConvertible {
    case api(APIError)
    /// The stored numbers cannot be used.
    case state(StateProblem)
    /// All was collected, and cannot be written down: nothing newer than the last checkpoint is published.
    case notSaved(StateProblem)

    /// Whether only the operator can mend it, so that trying often is of no use. A full disk is mended without the
    /// exporter's knowing, and what has been collected is then published at once.
    var needsOperator: Bool {
        switch self {
        case .api(let error): error.needsOperator
        case .state: true
        case .notSaved: false
        }
    }

    package var description: String {
        switch self {
        case .api(let error): error.description
        case .state(let problem): problem.description
        case .notSaved(let problem): "the newest numbers cannot be saved, so they are not published: \(problem)"
        }
    }
}
