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
        for place in runs.indices.reversed() {
            guard [.succeeded, .partialSucceeded].contains(runs[place].final.status) else { continue }
            guard let second = endSecond(of: runs[place].final), second > latestSuccess, isIncluded(runs[place]) else {
                continue
            }
            latestSuccess = second
        }
        return runs.indices.count { place in
            guard runs[place].final.status == .failed, let second = endSecond(of: runs[place].final) else {
                return false
            }
            return second > latestSuccess && isIncluded(runs[place])
        }
    }

    /// The ids of the failed runs that ended last among those that something is true of, the last one first; of those that
    /// ended in one second the greater id comes first.
    package func latestFailures(of app: String, limit: Int, where isIncluded: (SimulatedRun) -> Bool) -> [String] {
        let runs = runs(of: app)
        let ends = runs.indices.compactMap { place -> (second: Int64, place: Int)? in
            guard runs[place].final.status == .failed, let second = endSecond(of: runs[place].final) else {
                return nil
            }
            return (second, place)
        }
        let lastFirst = ends.sorted { left, right in
            guard left.second == right.second else { return left.second > right.second }
            return runs[left.place].runID.text > runs[right.place].runID.text
        }
        var ids: [String] = []
        for end in lastFirst where ids.count < limit && isIncluded(runs[end.place]) {
            ids.append(runs[end.place].runID.text)
        }
        return ids
    }

    /// The `finished_at` that the server gives to a run's end; nil for a run that never ends.
    private func endSecond(of final: RunRecord) -> Int64? {
        final.finishedAt.map { server.clock.reading(at: $0).second }
    }
}
