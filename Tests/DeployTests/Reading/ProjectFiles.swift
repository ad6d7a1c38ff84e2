import Foundation

/// The files that are tested here, found from where this file stands.
enum ProjectFiles {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    static func url(_ path: String) -> URL { root.appending(path: path) }

    static func text(_ path: String) throws -> String { try String(contentsOf: url(path), encoding: .utf8) }

    /// Paths of the files in a folder with an extension, in the order of their names.
    static func paths(in folder: String, _ suffix: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: url(folder).path)
            .filter { $0.hasSuffix(suffix) }.sorted().map { "\(folder)/\($0)" }
    }
}

/// What alerts and dashboards have in common.
enum Alerting {
    /// Where the runbooks are published; empty if `deploy/runbooks/ADDRESS` cannot be read.
    static let runbooks =
        (try? ProjectFiles.text("deploy/runbooks/ADDRESS"))?.split(separator: "\n").first.map(String.init) ?? ""
    static let rules = "deploy/prometheus/alerts.rules.yml"
    static let recording = "deploy/prometheus/recording.rules.yml"
    static let thresholds = "deploy/prometheus/thresholds.rules.yml"
}
