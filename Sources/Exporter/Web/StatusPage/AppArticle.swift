import CivilTime
import LogCollection

/// The part of the status page that is about one app.
struct AppArticle {
    let app: AppStatus
    let report: StatusReport

    var html: String {
        """
        <article id="app-\(app.place)" aria-labelledby="name-\(app.place)">
        <div><h3 id="name-\(app.place)">\(app.name.escaped)</h3>\(badges)
        \(about)</div>
        \([plots, remarks, facts, failedRuns].filter { !$0.isEmpty }.joined(separator: "\n"))
        </article>
        """
    }

    /// Words with a sign each, so that nobody depends on colours.
    private var badges: String {
        let (sign, word) =
            switch app.state {
            case .up: ("✓", "up")
            case .down: ("✕", "down")
            case .noLogs: ("∅", "no logs")
            case .notTried: ("…", "not tried yet")
            }
        var badges = Self.badge(app.state.rawValue, sign, word)
        if app.isFailing {
            badges += Self.badge("failing", "✕", "\(Readable.count(app.consecutiveFailures)) failed in a row")
        }
        if app.stuckRuns > 0 { badges += Self.badge("stuck", "!", "\(Readable.count(app.stuckRuns)) stuck") }
        return badges
    }

    private static func badge(_ style: String, _ sign: String, _ word: String) -> String {
        " <span class=\"state \(style)\"><span aria-hidden=\"true\">\(sign)</span> \(word)</span>"
    }

    private var about: String {
        var parts: [String] = []
        if let info = app.snapshot?.info {
            if info.name != app.name { parts.append(info.name) }
            if let mode = info.mode { parts.append(mode) }
            if !info.tags.isEmpty { parts.append("tags: " + info.tags.sorted().joined(separator: ", ")) }
        }
        if let version = app.snapshot?.serverVersion { parts.append("Dify\u{a0}\(version)") }
        for label in app.snapshot?.labels ?? [] { parts.append("\(label.name): \(label.value)") }
        var links = ["<a href=\".\(report.metricsPath(of: app).escaped)\">Metrics of \(app.name.escaped)</a>"]
        if let console = app.snapshot?.consoleURL {
            links.append("<a href=\"\(console.escaped)\" rel=\"noreferrer\">Logs of \(app.name.escaped) in Dify</a>")
        }
        return "<p class=\"about\">\(parts.joined(separator: " · ").escaped)</p>\n"
            + links.map { "<p class=\"about\">\($0)</p>" }.joined(separator: "\n")
    }

    private var plots: String {
        guard app.state != .noLogs else { return "" }
        guard let hour = app.recent else {
            return app.state == .up ? "<p>The first logs are being read. Numbers appear when all are.</p>" : ""
        }
        guard hour.runs.total > 0 else { return "<p>No run that ended in the last hour has been counted.</p>" }
        let runs = Readable.count(hour.runs.total, "run", "runs")
        let failed = Readable.count(hour.runs[.failed] ?? 0)
        let ratio = hour.runs.failureRatio.map(Readable.percent) ?? "–"
        let durations =
            hour.durations.map { "median \(Readable.duration($0.median)), p95 \(Readable.duration($0.p95))" } ?? "–"
        return "<div class=\"plots\">"
            + figure("<b>\(runs)</b> ended", .runs(of: app.name, hour), hour)
            + figure("<b>\(ratio)</b> failed (\(failed))", .failureRatio(of: app.name, hour), hour)
            + figure("<b>\(durations)</b>", .durations(of: app.name, hour), hour) + "</div>"
    }

    private func figure(_ caption: String, _ plot: Plot, _ hour: RecentHour) -> String {
        """
        <figure><figcaption>\(caption)</figcaption>\(plot.svg(steps: hour.steps.count))\
        <p class="scale" aria-hidden="true"><span>1 h ago</span><span>\(plot.top)</span><span>now</span></p></figure>
        """
    }

    private var remarks: String {
        var remarks: [(style: String, text: String)] = []
        if let problem = app.problem { remarks.append(("remark \(app.state.rawValue)", problem)) }
        if app.stuckRuns > 0 {
            let runs = app.stuckRuns == 1 ? "a run has" : "\(Readable.count(app.stuckRuns)) runs have"
            let remark = "been running for longer than stuck_after. Dify never ends a run whose worker died."
            remarks.append(("remark", "\(runs) \(remark)"))
        }
        if let remark = app.snapshot?.clockDifference?.remarkOnClock { remarks.append(("remark", remark)) }
        return remarks.map { style, text in "<p class=\"whole \(style)\">\(text.asSentence.escaped)</p>" }
            .joined(separator: "\n")
    }

    private var facts: String {
        guard let snapshot = app.snapshot else { return "" }
        var facts: [(name: String, value: String)] = []
        if let numbers = app.numbers, app.state != .noLogs {
            let since = time(numbers.totals.since.counters / 1000, at: report.now.second)
            facts.append(("Finished", "\(outcomes) (counting began \(since))"))
            facts.append(("In progress", inProgress(numbers.openRuns)))
            if !app.failures.isEmpty {
                facts.append(("Failures", reasons))
                facts.append(("Failed since the last success", Readable.count(numbers.consecutiveFailures)))
            }
            facts.append(("Complete until", ago(numbers.collectedUntil, at: app.serverSecond)))
        }
        if let progress = snapshot.catchUp { facts.append(("Catching up", catchingUp(progress))) }
        for (result, name) in [(CollectionResult.success, "Last success"), (.error, "Last error")] {
            guard let ended = snapshot.work.lastEnded[result] else { continue }
            facts.append((name, ago(ended.second, at: report.now.second)))
        }
        guard !facts.isEmpty else { return "" }
        let list = facts.map { "<div><dt>\($0.name)</dt><dd>\($0.value)</dd></div>" }.joined()
        return "<dl class=\"facts whole\">\(list)</dl>"
    }

    private var failedRuns: String {
        guard let numbers = app.numbers, app.state != .noLogs else { return "" }
        return FailedRunsTable(
            runs: numbers.latestFailures, consecutiveFailures: numbers.consecutiveFailures, appName: app.name,
            consoleURL: app.snapshot?.consoleURL, serverSecond: app.serverSecond
        ).html
    }

    private var outcomes: String {
        FinalStatus.allCases.map { "\(Readable.count(app.runs?[$0] ?? 0)) \($0.rawValue)" }.joined(separator: ", ")
    }

    private func inProgress(_ open: OpenRuns) -> String {
        OpenStatus.allCases.map { "\(Readable.count(open.count[$0] ?? 0)) \($0.rawValue)" }.joined(separator: ", ")
    }

    /// The most frequent; the rest is in the metrics.
    private var reasons: String {
        let shown = app.failures.prefix(3).map { "\($0.reason.escaped) \(Readable.count($0.runs))" }
        return (shown + (app.failures.count > 3 ? ["…"] : [])).joined(separator: ", ")
    }

    private func catchingUp(_ progress: CatchUpProgress) -> String {
        let rows = Readable.count(progress.rows)
        let rest =
            progress.remaining.map { "about \(Readable.span(max($0.wholeSeconds, 1))) to go" } ?? "no estimate yet"
        return "\(rows) rows read, up to \(time(progress.readUntil, at: app.serverSecond)); \(rest)"
    }

    private func time(_ second: Int64, at now: Int64) -> String {
        "<time datetime=\"\(UnixTime.iso8601(second: second))\">\(Readable.moment(second, at: now))</time>"
    }

    private func ago(_ second: Int64, at now: Int64) -> String {
        "\(Readable.ago(second, at: now)) (\(time(second, at: now)))"
    }
}

extension String {
    /// With a capital at the beginning: error texts go on after a name elsewhere.
    fileprivate var asSentence: String { prefix(1).uppercased() + dropFirst() }
}
