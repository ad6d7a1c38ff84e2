import Bytes

/// The path of the metrics, as requests name it when decoded.
package struct TelemetryPath: Sendable, CustomStringConvertible {
    package let description: String

    /// Where Prometheus looks unless told otherwise.
    package static let standard = TelemetryPath(known: "/metrics")

    /// Paths that mean something else.
    static let taken = ["/", "/api/v1/apps", "/-/healthy", "/-/ready", "/-/reload"]

    /// Throws a sentence for people where no request could name the path, or another page has it.
    package init(_ text: String) throws(UsageError) {
        let segments = text.split(separator: "/", omittingEmptySubsequences: false)
        guard text.hasPrefix("/"), !text.contains(where: { "?#%".contains($0) }), !text.hasSteering,
            !segments.contains("."), !segments.contains("..")
        else {
            throw UsageError(
                message:
                    "--web.telemetry-path takes a path that begins with / and has no ?, #, % and no . or .. between "
                    + "slashes, such as /metrics; not \"\(text)\"")
        }
        guard !Self.taken.contains(text) else {
            throw UsageError(
                message:
                    "--web.telemetry-path cannot be \(text): \(Self.use(of: text)) is there. Choose another, such as "
                    + "/metrics")
        }
        description = text
    }

    private init(known path: String) {
        description = path
    }

    private static func use(of path: String) -> String {
        switch path {
        case "/": "the status page"
        case "/api/v1/apps": "the status page as JSON"
        case "/-/reload": "what loads the configuration again"
        default: "what tells whether the program is well"
        }
    }
}
