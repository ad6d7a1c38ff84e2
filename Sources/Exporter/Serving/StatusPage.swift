import CivilTime
import Collection

/// The page at `/`: how each app is doing, for a person without a dashboard at hand.
struct StatusPage {
    let snapshots: [AppSnapshot]
    let telemetryPath: String

    var html: String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>dify-exporter</title>
        <style>\(Self.style)</style>
        </head>
        <body>
        <main>
        <h1>dify-exporter</h1>
        <p>Metrics of Dify workflows for Prometheus, at <a href="\(escaped(telemetryPath))">\(escaped(telemetryPath))</a>.</p>
        \(snapshots.isEmpty ? "<p>No app has been collected yet.</p>" : table)
        <footer><p>\(escaped(BuildInfo.line))</p></footer>
        </main>
        </body>
        </html>

        """
    }

    private var table: String {
        """
        <table>
        <caption>Apps</caption>
        <thead><tr><th scope="col">App</th><th scope="col">State</th><th scope="col">Finished</th>\
        <th scope="col">Failed</th><th scope="col">In progress</th><th scope="col">Complete until</th></tr></thead>
        <tbody>
        \(snapshots.map(row).joined(separator: "\n"))
        </tbody>
        </table>
        """
    }

    private func row(_ app: AppSnapshot) -> String {
        let totals = app.numbers?.totals.byStatus ?? [:]
        let finished = totals.values.reduce(0) { $0 + $1.runs }
        let failed = totals[.failed]?.runs ?? 0
        let inProgress = app.numbers?.openRuns.count.values.reduce(0, +) ?? 0
        let until = app.numbers.map { UnixTime.iso8601(second: $0.collectedUntil) } ?? "—"
        let cells = [String(finished), String(failed), String(inProgress), until].map { "<td>\($0)</td>" }
        return "<tr><th scope=\"row\">\(escaped(app.name))</th><td>\(state(of: app))</td>\(cells.joined())</tr>"
    }

    private func state(of app: AppSnapshot) -> String {
        if let info = app.info, !info.hasWorkflowLogs {
            return "<strong>no logs</strong>: Dify writes none for apps of mode \(escaped(info.mode ?? ""))"
        }
        switch app.health {
        case .up: return "up"
        case .down(let error): return "<strong>down</strong>: \(escaped(error.description))"
        case nil: return "not tried yet"
        }
    }

    private func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.append(character)
            }
        }
        return escaped
    }

    private static let style = """
        :root{color-scheme:light dark}\
        body{font:1rem/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}\
        table{border-collapse:collapse;width:100%}caption{font-weight:600;text-align:left;padding:.5rem 0}\
        th,td{border-bottom:1px solid #8888;padding:.4rem .6rem;text-align:left;vertical-align:top}
        """
}
