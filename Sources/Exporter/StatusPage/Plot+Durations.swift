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
