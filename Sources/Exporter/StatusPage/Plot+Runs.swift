import Collection

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
