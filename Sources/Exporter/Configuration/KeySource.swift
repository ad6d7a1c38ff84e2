import DifyAPI

/// Where an app's key comes from.
package enum KeySource: Hashable, Sendable {
    case inline(APIKey)
    /// A file that holds the key and perhaps a line end; it is read again when it changes.
    case file(path: String)
    case environment(name: String)

    /// A key file is not longer.
    private static let longestFile = 64 << 10

    /// A key as it was read.
    struct Reading: Sendable {
        let key: APIKey
        /// Nil where it is not in a file.
        let file: File.Identity?
    }

    /// Reads the key. The error names the place and the remedy, never what it found there.
    func read(environment: Environment) async throws(KeyError) -> Reading {
        guard let reading = try await read(environment: environment, ifOtherThan: nil) else {
            throw KeyError(subject: "the key", problem: "changed while it was read")
        }
        return reading
    }

    /// The same; nil where it is still the file of `known`.
    func read(environment: Environment, ifOtherThan known: File.Identity?) async throws(KeyError) -> Reading? {
        switch self {
        case .inline(let key): return Reading(key: key, file: nil)
        case .file(let path):
            let contents: File.Contents?
            do throws(FileError) {
                contents = try await File.read(path, limit: Self.longestFile, ifOtherThan: known)
            } catch {
                throw KeyError(file: path, error.explanation, isPassing: !error.problem.isContent)
            }
            guard let contents else { return nil }
            guard let key = APIKey(String(decoding: contents.bytes, as: UTF8.self)) else {
                throw KeyError(file: path, "must hold nothing but the key, on one line")
            }
            return Reading(key: key, file: contents.identity)
        case .environment(let name):
            let subject = "the environment variable \(name)"
            guard let text = environment[name], !text.isEmpty else {
                throw KeyError(subject: subject, problem: "is not set; it should hold the key")
            }
            guard let key = APIKey(text) else {
                throw KeyError(subject: subject, problem: "must hold nothing but the key")
            }
            return Reading(key: key, file: nil)
        }
    }
}

/// Why a key could not be read.
package struct KeyError: Error, Equatable, CustomStringConvertible {
    /// What names the place; for a file, its path.
    private let subject: String
    private let problem: String
    /// For readers of pages, who need not know where files are.
    private let publicSubject: String
    /// Whether the file may be back soon, as it was.
    let isPassing: Bool

    init(subject: String, problem: String) {
        (self.subject, self.problem, publicSubject, isPassing) = (subject, problem, subject, false)
    }

    init(file path: String, _ problem: String, isPassing: Bool = false) {
        subject = "the key file \(PossibleKey.shown(path: path))"
        publicSubject = "the key file"
        (self.problem, self.isPassing) = (problem, isPassing)
    }

    package var description: String { "\(subject) \(problem)" }

    /// The same without a path.
    var publicDescription: String { "\(publicSubject) \(problem)" }
}

extension FileError.Problem {
    /// Whether a file is there and its content is wrong.
    fileprivate var isContent: Bool {
        switch self {
        case .noRegularFile, .tooLong: true
        case .cannotOpen, .cannotRead, .noAnswer: false
        }
    }
}
