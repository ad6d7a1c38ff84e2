import CivilTime
import DifyAPI

// The truth about the order in which runs ended, by the seconds that the server stamps on their ends.
extension SimulatedDify {
    /// Failed runs since the latest run that succeeded, wholly or partly, among those runs that something is true of, which
    /// have ended. Of runs that ended in one second the successful one is the last.
    package func consecutiveFailures(of app: String, where isIncluded: (SimulatedRun) -> Bool) -> Int {
        let runs = runs(of: app)
        var latestSuccess = Int64.min
        // Backwards, since most runs end in the order in which they begin, and asking about one may cost much.
        for run in runs.reversed() where run.hasSucceeded {
            guard let second = endSecond(of: run), second > latestSuccess, isIncluded(run) else { continue }
            latestSuccess = second
        }
        return runs.count { run in
            guard run.final.status == .failed, let second = endSecond(of: run) else { return false }
            return second > latestSuccess && isIncluded(run)
        }
    }

    /// The ids of the failed runs that ended last among those that something is true of, the last one first; of those that
    /// ended in one second the greater id comes first.
    package func latestFailures(of app: String, limit: Int, where isIncluded: (SimulatedRun) -> Bool) -> [String] {
        let failed = runs(of: app).filter { $0.final.status == .failed && $0.endsAt != nil }
        let ends = failed.map { (second: endSecond(of: $0) ?? .min, id: $0.runID.text, run: $0) }
        let lastFirst = ends.sorted { ($1.second, $1.id) < ($0.second, $0.id) }
        var ids: [String] = []
        for end in lastFirst where ids.count < limit && isIncluded(end.run) { ids.append(end.id) }
        return ids
    }

    /// The `finished_at` that the server gives to a run's end; nil for a run that never ends.
    private func endSecond(of run: SimulatedRun) -> Int64? {
        run.final.finishedAt.map { server.clock.reading(at: $0).second }
    }
}

extension SimulatedRun {
    fileprivate var hasSucceeded: Bool { [.succeeded, .partialSucceeded].contains(final.status) }
}
