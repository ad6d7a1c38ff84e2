import Collection

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
