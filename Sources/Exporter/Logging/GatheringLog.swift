import Platform

/// Lines of the log that many apps would write at one moment, as when their Dify goes down. The first is written at once;
/// the apps that follow with the same one within a while are told together, by one line.
struct AlikeLines: Sendable {
    /// What makes two lines alike.
    struct Kind: Hashable, Sendable {
        let level: Logger.Level
        let message: String
        let baseURL: String
    }

    /// The apps that are held back, by what they would say.
    private var held: [Kind: [String]] = [:]

    /// How long apps are held back.
    static let span = Duration.seconds(10)

    /// True for a line that is to be written now; `close` must follow for its kind, a `span` later.
    mutating func begin(_ kind: Kind, app: String) -> Bool {
        guard held[kind] == nil else {
            held[kind]?.append(app)
            return false
        }
        held[kind] = []
        return true
    }

    /// The apps that were held back. The next line of the kind is written at once again.
    mutating func close(_ kind: Kind) -> [String] {
        held.removeValue(forKey: kind) ?? []
    }

    /// All that is held back, for the end of the program.
    mutating func closeAll() -> [(kind: Kind, apps: [String])] {
        defer { held = [:] }
        return held.map { ($0.key, $0.value) }.sorted { $0.kind.message < $1.kind.message }
    }
}

/// A log in which lines that many apps write at one moment become two.
final class GatheringLog: Sendable {
    private let logger: Logger
    private let lines = Locked(AlikeLines())

    /// More names help nobody.
    private static let mostNames = 20

    init(_ logger: Logger) {
        self.logger = logger
    }

    /// Writes a line about an app, unless another app has just written the same about the same Dify. `common` is the message
    /// without what it has of this app alone.
    func log(
        _ level: Logger.Level, _ message: String, common: String? = nil, app: String, baseURL: String,
        _ fields: [Logger.Field] = []
    ) {
        let kind = AlikeLines.Kind(level: level, message: common ?? message, baseURL: baseURL)
        guard lines.withLock({ $0.begin(kind, app: app) }) else { return }
        logger.log(level, message, [("app", app), ("base_url", baseURL)] + fields)
        Task {
            // Nobody cancels this task.
            try? await Task.sleep(for: AlikeLines.span)
            tell(kind, lines.withLock { $0.close(kind) })
        }
    }

    /// Writes what is held back.
    func flush() {
        for (kind, apps) in lines.withLock({ $0.closeAll() }) { tell(kind, apps) }
    }

    private func tell(_ kind: AlikeLines.Kind, _ apps: [String]) {
        guard !apps.isEmpty else { return }
        let names = apps.sorted().prefix(Self.mostNames).joined(separator: ", ")
        logger.log(
            kind.level, "the same for more apps: \(kind.message)",
            [
                ("apps", String(apps.count)), ("names", names + (apps.count > Self.mostNames ? ", …" : "")),
                ("base_url", kind.baseURL),
            ])
    }
}
