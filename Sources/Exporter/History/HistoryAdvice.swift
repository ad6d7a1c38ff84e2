import CivilTime

/// What to do with a history that is written: exact commands.
package enum HistoryAdvice {
    /// What `serve` is to be given to go on from checkpoints.
    package struct Serving: Sendable {
        let configFile: String?
        let appsFolder: String?
        let storagePath: String

        package init(configFile: String?, appsFolder: String?, storagePath: String) {
            (self.configFile, self.appsFolder, self.storagePath) = (configFile, appsFolder, storagePath)
        }

        var command: String {
            let flags: [(String, String?)] = [
                ("config.file", configFile), ("apps.dir", appsFolder), ("storage.path", storagePath),
            ]
            return flags.reduce("dify-exporter serve") { command, flag in
                flag.1.map { "\(command) --\(flag.0)=\(HistoryAdvice.quoted($0))" } ?? command
            }
        }
    }

    /// For standard output at the end. `serving` is nil where no checkpoints were left.
    package static func text(_ summary: Backfill.Summary, serving: Serving?) -> String {
        let range = summary.settings.range
        let moments = (range.part(after: range.since - 1)?.moments.first ?? range.since, range.lastMoment)
        var text = """
            The history of \(summary.settings.apps.count) apps from \(iso(moments.0)) to \(iso(moments.1)) is in \(summary.folder).
            Written by this command: \(summary.bytes / 1_000_000) MB from \(summary.rows) rows and \(summary.requests) requests in \(summary.span.rounded.prometheusText).

            """
        if summary.missingWindows + summary.missingRows > 0 {
            text += """

                Runs may be missing: Dify never showed all the rows that it counts in \(summary.missingWindows) windows, and cannot serve \(summary.missingRows) rows.
                The lines above say when.

                """
        }
        text += imports(range, summary.folder)
        text += rules(range)
        if let serving {
            text += """

                4. Start the exporter on the checkpoints that were left in \(serving.storagePath): its counters go on where the history
                   ends. Its other flags are as always.
                     \(serving.command)

                """
        }
        return text
    }

    private static func imports(_ range: HistoryRange, _ folder: String) -> String {
        let hasOld = range.since < range.fresh
        let hasFresh = range.until >= range.fresh
        var text = """

            1. Prometheus deletes blocks beyond --storage.tsdb.retention.time, which is 15d unless you set it. Raise it first.

            2. Make blocks, in the folder of --storage.tsdb.path (here DATA) and as the user of Prometheus:

            """
        if hasOld { text += loop(folder, HistoryRange.prefix) }
        if hasFresh {
            text += """
                   \(hasOld ? "What is from \(iso(range.fresh)) on lies apart: a" : "A") running Prometheus cannot take it before \(iso(range.takenFrom)), since it is
                   still writing these hours itself. Then:

                """
            text += loop(folder, HistoryRange.freshPrefix)
        }
        return text
    }

    private static func loop(_ folder: String, _ prefix: String) -> String {
        """
             for file in \(quoted(folder))/\(prefix)*\(HistoryRange.suffix); do promtool tsdb create-blocks-from --max-block-duration=24h openmetrics "$file" DATA; done

        """
    }

    private static func rules(_ range: HistoryRange) -> String {
        let hasOld = range.since < range.fresh
        let end = hasOld ? min(range.until, range.fresh - 1) : range.until
        return """

            3. Recording rules have no history of their own. Once Prometheus serves the blocks (within a minute or so), make it for each
               file of rules, those that others build on first; then again where a rule builds on one of the same file:
                 promtool tsdb create-blocks-from rules --url=http://localhost:9090 --start=\(range.since) --end=\(end) --output-dir=DATA RULES.yml

            """
    }

    private static func iso(_ second: Int64) -> String { UnixTime.iso8601(second: second) }

    /// For a POSIX shell.
    static func quoted(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            (0x61...0x7a).contains(byte | 0x20) || (0x30...0x39).contains(byte) || "/._-".utf8.contains(byte)
        }
        return isPlain && !text.isEmpty
            ? text : "'\(text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#))'"
    }
}

extension HistoryRange {
    fileprivate var lastMoment: Int64 { until / step * step }
}

extension Duration {
    fileprivate var rounded: Duration { .seconds(Int64(secondsValue.rounded())) }
}
