import LogCollection

/// A small plot over the last hour, drawn as SVG: 10 units wide for each step, `height` high, stretched by the page. Its label
/// says in words and numbers what it shows.
struct Plot {
    /// What a reader who does not see it is told.
    let label: String
    /// Where the vertical scale ends, for people.
    let top: String
    /// The drawing's paths.
    let content: String

    static let stepWidth = 10
    static let height = 100

    /// The element. The plot's time runs from left to right, the present last.
    func svg(steps: Int) -> String {
        """
        <svg role="img" aria-label="\(label.escaped)" viewBox="0 0 \(steps * Self.stepWidth) \(Self.height)" \
        preserveAspectRatio="none">\(content)</svg>
        """
    }

    /// A path with the classes that give it its colour; nothing where it has nothing to draw.
    static func path(_ classes: String, _ data: String) -> String {
        data.isEmpty ? "" : "<path class=\"\(classes)\" d=\"\(data)\"/>"
    }

    /// A bar of the step at `place`, as a part of a path.
    static func bar(_ place: Int, top: Int, height: Int) -> String {
        "M\(place * stepWidth + 1) \(top)h\(stepWidth - 2)v\(height)h-\(stepWidth - 2)z"
    }

    /// What is small and not nothing is still this high.
    static let least = 4

    /// The length of a value where `whole` is `length` long.
    static func length(_ value: Double, of whole: Double, along length: Int) -> Int {
        guard value > 0 else { return 0 }
        let share = value / whole
        // Also where both are beyond all numbers.
        guard share < 1 else { return length }
        return max(least, Int((share * Double(length)).rounded()))
    }
}

extension Plot {
    /// The order in which outcomes that are no failures lie above the line, from below.
    static let aboveTheLine: [FinalStatus] = [.succeeded, .partialSucceeded, .stopped, .other]

    /// How many runs ended in each step: failed ones hang below the line, all others stand above it.
    static func runs(of app: String, _ hour: RecentHour) -> Plot {
        let failed = hour.steps.map { $0.runs[.failed] ?? 0 }
        let above = hour.steps.map { $0.runs.total - ($0.runs[.failed] ?? 0) }
        let most = hour.steps.map(\.runs.total).max() ?? 0
        let whole = Double(max((above.max() ?? 0) + (failed.max() ?? 0), 1))
        // Room for bars that are drawn longer than they are, to be seen at all.
        let room = height - least * (aboveTheLine.count + 1)
        let below = length(Double(failed.max() ?? 0), of: whole, along: room)
        let line = height - max(below, 1)
        var data: [FinalStatus: String] = [:]
        for (place, step) in hour.steps.enumerated() {
            var top = line
            for status in aboveTheLine {
                let bar = length(Double(step.runs[status] ?? 0), of: whole, along: room)
                guard bar > 0 else { continue }
                top -= bar
                data[status, default: ""] += Self.bar(place, top: top, height: bar)
            }
            let bar = length(Double(failed[place]), of: whole, along: room)
            if bar > 0 { data[.failed, default: ""] += Self.bar(place, top: line, height: bar) }
        }
        let bars = FinalStatus.allCases.map { path($0.rawValue, data[$0] ?? "") }.joined()
        let outcomes = FinalStatus.allCases.map { "\($0.rawValue) \(Readable.count(hour.runs[$0] ?? 0))" }
        return Plot(
            label: "\(app), runs that ended in the last hour: \(Readable.count(hour.runs.total)), at most "
                + "\(Readable.count(most)) in 2 minutes; \(outcomes.joined(separator: ", "))",
            top: "at most \(Readable.count(most)) in 2 min",
            content: bars + path("axis", "M0 \(line)h\(hour.steps.count * stepWidth)"))
    }
}

extension Plot {
    /// How long runs took that succeeded, wholly or partly: the median, and what 95 of 100 did not exceed. The lines are
    /// interrupted where no such run ended.
    static func durations(of app: String, _ hour: RecentHour) -> Plot {
        let longest = hour.steps.compactMap(\.durations?.p95).max() ?? 0
        let whole = ends.first { $0 >= longest } ?? longest
        let inAll =
            hour.durations.map { "median \(Readable.duration($0.median)), p95 \(Readable.duration($0.p95))" }
            ?? "no run succeeded"
        return Plot(
            label: "\(app), durations of runs that succeeded in the last hour: \(inAll)",
            top: "to \(Readable.duration(whole))",
            content: path("axis", "M0 \(height)h\(hour.steps.count * stepWidth)")
                + path("line p95", line(hour.steps.map(\.durations?.p95), whole))
                + path("line median", line(hour.steps.map(\.durations?.median), whole)))
    }

    /// Where the scale may end, in seconds: round numbers of seconds, minutes and hours.
    private static let ends: [Double] = [
        0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 18_000, 36_000, 86_400,
    ]

    /// A line that is level within each step.
    private static func line(_ values: [Double?], _ whole: Double) -> String {
        var data = ""
        var isDrawing = false
        for (place, value) in values.enumerated() {
            guard let value else {
                isDrawing = false
                continue
            }
            let top = height - length(value, of: whole, along: height)
            data += isDrawing ? "V\(top)" : "M\(place * stepWidth) \(top)"
            data += "h\(stepWidth)"
            isDrawing = true
        }
        return data
    }
}

extension Plot {
    /// Which share of the runs of each step failed. The line below is drawn where there were runs.
    static func failureRatio(of app: String, _ hour: RecentHour) -> Plot {
        let ratios = hour.steps.map(\.runs.failureRatio)
        let highest = ratios.compactMap(\.self).max() ?? 0
        let whole = [0.05, 0.1, 0.25, 0.5].first { $0 >= highest } ?? 1
        var bars = ""
        var line = ""
        for (place, ratio) in ratios.enumerated() {
            guard let ratio else { continue }
            line += "M\(place * stepWidth) \(height)h\(stepWidth)"
            let bar = length(ratio, of: whole, along: height)
            if bar > 0 { bars += Self.bar(place, top: height - bar, height: bar) }
        }
        let inAll = hour.runs.failureRatio.map(Readable.percent) ?? "no run"
        return Plot(
            label: "\(app), share of runs that failed in the last hour: \(inAll), at most "
                + "\(Readable.percent(highest)) in 2 minutes",
            top: "to \(Int(whole * 100)) %",
            content: path(FinalStatus.failed.rawValue, bars) + path("axis", line))
    }
}
