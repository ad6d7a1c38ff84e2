import CivilTime
import LogCollection

/// The failed runs of one app that ended last, as a table: from an alert to a run that one can look at. There is no error text.
struct FailedRunsTable {
    let runs: [FailedRun]
    let consecutiveFailures: UInt64
    let appName: String
    /// Where the app's logs are in Dify's console; runs are links to there.
    let consoleURL: String?
    /// The present on Dify's clock, Unix seconds.
    let serverSecond: Int64

    /// Folded while the app's latest runs succeed. Empty where no run has failed.
    var html: String {
        guard !runs.isEmpty else { return "" }
        let isOpen = consecutiveFailures > 0 ? " open=\"\"" : ""
        let head = ["Run", "Ended", "Reason", "Duration", "Tokens", "Steps"]
            .map { "<th scope=\"col\">\($0)</th>" }.joined()
        return """
            <details class="whole failed-runs"\(isOpen)><summary>\(summary)</summary>
            <div class="scroll" role="region" tabindex="0" aria-label="Failed runs of \(appName.escaped)">\
            <table><caption>Failed runs of \(appName.escaped), the latest first\(hint)</caption>
            <thead><tr>\(head)</tr></thead>
            <tbody>\(runs.map(row).joined(separator: "\n"))</tbody></table></div></details>
            """
    }

    private var summary: String {
        let shown = runs.count == 1 ? "The last failed run" : "The last \(runs.count) failed runs"
        guard consecutiveFailures > 0 else { return shown }
        return "\(shown); <b>\(Readable.count(consecutiveFailures)) failed since the last success</b>"
    }

    /// Dify's console has no page for a single run.
    private var hint: String {
        consoleURL == nil ? "" : ". Each leads to the app’s logs in Dify, where the search finds a run by its id"
    }

    private func row(_ run: FailedRun) -> String {
        let cells = [
            "<time datetime=\"\(UnixTime.iso8601(second: run.endedAt))\">\(Readable.moment(run.endedAt, at: serverSecond))</time>",
            run.reason.escaped, run.elapsed.map(Readable.duration) ?? "–", Readable.count(run.tokens),
            Readable.count(run.steps),
        ]
        return "<tr><th scope=\"row\">\(name(of: run))</th>\(cells.map { "<td>\($0)</td>" }.joined())</tr>"
    }

    private func name(of run: FailedRun) -> String {
        guard let id = run.id else { return "without an id" }
        guard let consoleURL else { return "<code>\(id.escaped)</code>" }
        return "<a href=\"\(consoleURL.escaped)\" rel=\"noreferrer\"><code>\(id.escaped)</code></a>"
    }
}
