/// Failed runs since the latest run that succeeded, wholly or partly, in the order in which runs ended.
///
/// Runs become known in another order: a log is listed when its run starts, and may be listed late. So the ends of the failed
/// runs are kept, and a success that becomes known late ends exactly those before it. Dify stamps ends with whole seconds. Of
/// runs that ended in the same second the successful one counts as the last, so the length does not depend on the order in
/// which runs become known.
///
/// However long a streak is, it holds at most `secondLimit` ends. Beyond, the oldest ones become one, and a late success among
/// those ends none of them: then the streak is called too long, never too short.
package struct FailureStreak: Hashable, Sendable {
    /// When the latest successful run ended, in Unix seconds; nil before the first.
    private(set) var latestSuccess: Int64?
    /// The failed runs after it, oldest first.
    private(set) var ends: [End] = []

    /// Failed runs that ended in one second, or, for the first of many, up to that second.
    struct End: Hashable, Sendable {
        /// Unix seconds.
        let second: Int64
        var runs: UInt64

        /// As many as a thousand runs a second have in thirty years.
        static let runLimit: UInt64 = 1 << 40
    }

    /// Where no longer overlap is configured, rows come up to sixteen minutes late, which has less than half as many seconds:
    /// there the order is exact at any rate.
    static let secondLimit = 2048

    init() {}

    /// What was written down. Nil where it cannot have been a streak.
    init?(latestSuccess: Int64?, ends: [End]) {
        let isRising = zip(ends, ends.dropFirst()).allSatisfy { $0.second < $1.second }
        guard isRising, ends.count <= Self.secondLimit, ends.first.map({ $0.second > latestSuccess ?? .min }) ?? true,
            ends.allSatisfy({ (1...End.runLimit).contains($0.runs) })
        else { return nil }
        (self.latestSuccess, self.ends) = (latestSuccess, ends)
    }

    /// What totals tell of runs that were counted before streaks were: whether the latest run failed.
    init(countedBefore totals: RunTotals) {
        func latest(_ status: FinalStatus) -> Int64? { totals.byStatus[status]?.lastFinishedAt }
        latestSuccess = [latest(.succeeded), latest(.partialSucceeded)].compactMap { $0 }.max()
        if let second = latest(.failed) { note(.failed, endedAt: second) }
    }

    /// How many failed runs it has.
    package var length: UInt64 { ends.reduce(0) { $0 + $1.runs } }

    /// Takes in a run that ended at `second` (Unix seconds on the server's clock). Runs that were stopped, or have a status of
    /// the future, neither count nor end a streak.
    mutating func note(_ status: FinalStatus, endedAt second: Int64) {
        switch status {
        case .succeeded, .partialSucceeded: noteSuccess(second)
        case .failed: noteFailure(second)
        case .stopped, .other: break
        }
    }

    private mutating func noteSuccess(_ second: Int64) {
        guard second > latestSuccess ?? .min else { return }
        latestSuccess = second
        ends.removeFirst(ends.firstIndex { $0.second > second } ?? ends.count)
    }

    private mutating func noteFailure(_ second: Int64) {
        guard second > latestSuccess ?? .min else { return }
        // Most ends are newer than those before.
        let place = ends.lastIndex { $0.second <= second }
        if let place, ends[place].second == second {
            ends[place].add(1)
        } else {
            ends.insert(End(second: second, runs: 1), at: place.map { $0 + 1 } ?? 0)
        }
        guard ends.count > Self.secondLimit else { return }
        let oldest = ends.removeFirst()
        ends[0].add(oldest.runs)
    }
}

extension FailureStreak.End {
    fileprivate mutating func add(_ more: UInt64) {
        runs = min(runs + more, Self.runLimit)
    }
}
