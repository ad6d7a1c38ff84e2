import CivilTime
import LogCollection

/// The page at `/`: how each app is doing, for a person without a dashboard at hand. It is whole without scripts and without
/// any other file.
struct StatusPage {
    let report: StatusReport

    var html: String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="referrer" content="no-referrer">
        <title>\(title.escaped)</title>
        <style>\(StatusStyle.css)</style>
        </head>
        <body>
        \(header)
        <main>
        \(summary)
        <section aria-labelledby="apps">
        <h2 id="apps">Apps</h2>
        \(legend)
        \(report.worstFirst.map { AppArticle(app: $0, report: report).html }.joined(separator: "\n"))
        </section>
        </main>
        \(footer)
        </body>
        </html>

        """
    }

    /// Short enough for a tab, and telling there already.
    private var title: String {
        let down = report.count(.down)
        return down == 0 ? "dify-exporter" : "\(down) down · dify-exporter"
    }

    private var header: String {
        let metrics = report.telemetryPath
        return """
            <header>
            <h1>dify-exporter</h1>
            <p>Metrics of Dify workflows for Prometheus, as of \(asOf).</p>
            <nav aria-label="Pages of this exporter"><ul>
            <li><a href="./">Reload</a></li>
            <li><a href=".\(metrics.percentEncodedPath.escaped)">Metrics</a></li>
            <li><a href="./api/v1/apps">This page as JSON</a></li>
            <li><a href="./-/healthy">Healthy?</a></li>
            <li><a href="./-/ready">Ready?</a></li>
            </ul></nav>
            </header>
            """
    }

    /// The whole date, for a page that was left open.
    private var asOf: String {
        let second = report.now.second
        let text = UnixTime.iso8601(second: second)
        return "<time datetime=\"\(text)\">\(text.prefix(10)) \(text.dropFirst(11).dropLast()) UTC</time>"
    }

    private var summary: String {
        let runs = report.recentRuns
        let tiles: [(name: String, value: String)] = [
            ("apps", Readable.count(report.apps.count)), ("up", Readable.count(report.count(.up))),
            ("down", Readable.count(report.count(.down))), ("without logs", Readable.count(report.count(.noLogs))),
            ("not tried yet", Readable.count(report.count(.notTried))),
            ("runs in 1 h", Readable.count(runs.total)),
            ("failed in 1 h", runs.failureRatio.map(Readable.percent) ?? "–"),
            ("in progress", Readable.count(report.runsInProgress)), ("stuck", Readable.count(report.stuckRuns)),
        ]
        let list = tiles.map { "<div><dt>\($0.name)</dt><dd>\($0.value)</dd></div>" }.joined()
        return """
            <section aria-labelledby="summary">
            <h2 id="summary">Summary</h2>
            <dl class="tiles">\(list)</dl>
            \(attention)
            </section>
            """
    }

    private var attention: String {
        let apps = report.worstFirst.filter(\.needsAttention)
        guard !apps.isEmpty else { return "<p class=\"look\">No app needs attention.</p>" }
        let links = apps.map { "<li><a href=\"#app-\($0.place)\">\($0.name.escaped)</a></li>" }.joined()
        return "<div class=\"look\"><b>Needs attention:</b> <ul>\(links)</ul></div>"
    }

    private var legend: String {
        let outcomes = Plot.aboveTheLine.map { ($0.rawValue, $0.rawValue) } + [("failed", "failed, below the line")]
        let durations = [("median", "median duration"), ("p95", "95th percentile")]
        let keys = (outcomes + durations).map { "<li><span class=\"key \($0.0)\"></span>\($0.1)</li>" }.joined()
        return """
            <div class="legend">
            <p>The worst come first. Plots cover the last hour up to now in steps of 2 minutes, by when runs ended. Durations are \
            those of runs that succeeded or partly did. Plots are kept in memory only: runs that were counted before a restart, \
            or before an app’s settings changed, are not in them.</p>
            <ul>\(keys)</ul>
            </div>
            """
    }

    private var footer: String {
        """
        <footer>
        <p>\(BuildInfo.line.escaped)</p>
        </footer>
        """
    }
}
