import CivilTime
import DifyAPI
import DifySimulator
import Platform

/// One app's list under a steady load of runs that last equally long, on a server whose answers have the measured price.
///
/// It is answered from arrays, without pages of JSON, so that days pass in seconds. Nothing in it is late, and nothing fails.
package struct PricedList: Sendable {
    package struct Load: Sendable {
        package var runsPerSecond: Double
        package var runDuration: Duration
        /// How long runs begin.
        package var span: Duration
        /// How much busier noon is than the daily mean: 0 for none, up to 1.
        package var dailySwing = 0.0
        package var seed: UInt64 = 1

        package init(runsPerSecond: Double, runDuration: Duration, span: Duration) {
            self.runsPerSecond = runsPerSecond
            self.runDuration = runDuration
            self.span = span
        }
    }

    /// What an answer takes of the server's time (dify-logs-api, observation 10).
    package struct Price: Sendable {
        /// A count over the app's whole log: 17 ms with 1,000 rows, 160 ms with 200,000.
        package var request: Duration
        package var row = Duration.microseconds(1700)

        package init(history rows: Int) {
            request = .milliseconds(17) + .nanoseconds(143_000_000 / 199_000) * max(rows - 1000, 0)
        }

        package func of(requests: Int, rows: Int) -> Duration { request * requests + row * rows }
    }

    struct Run: Sendable {
        let second: Int64
        let visibleAt: UnixTime
        let endsAt: UnixTime
    }

    /// In the order of their starts, which is that of their seconds as well.
    let runs: [Run]
    package let price: Price
    package let start: UnixTime
    package let end: UnixTime

    /// A log is committed this long after the start that stamps it.
    private static let commitDelay = Duration.milliseconds(10)

    package init(_ load: Load, price: Price, start: UnixTime = UnixTime(seconds: 1_795_046_400)) {
        self.price = price
        self.start = start
        end = start + load.span
        var random = SeededRandom(seed: load.seed)
        var runs: [Run] = []
        var elapsed = 0.0
        while true {
            elapsed += random.exponential(mean: 1 / (load.runsPerSecond * (1 + load.dailySwing)))
            guard elapsed < load.span.secondsValue else { break }
            let height = 1 + load.dailySwing * sin(2 * .pi * elapsed / 86_400)
            guard random.fraction() * (1 + load.dailySwing) < height else { continue }
            let begin = start + .milliseconds(Int64(elapsed * 1000))
            runs.append(
                Run(
                    second: (begin + .milliseconds(500)).second, visibleAt: begin + Self.commitDelay,
                    endsAt: begin + max(load.runDuration, Self.commitDelay)))
        }
        self.runs = runs
    }

    /// The answer to a request that reaches the server at `moment`. It counts first, and looks for the rows when it has counted.
    func answer(to query: LogsQuery, at moment: UnixTime) -> (page: LogPage, took: Duration) {
        let readsAt = moment + price.request
        let first = firstIndex { $0.second >= query.createdAtAfter ?? .min }
        let bound = query.createdAtBefore.map { last in firstIndex { $0.second > last } } ?? runs.count
        let total = max(0, min(bound, visible(at: moment)) - first)
        let listed = max(first, min(bound, visible(at: readsAt)))
        let skipped = (query.page - 1) * query.limit
        let upper = max(first, listed - skipped)
        let lower = max(first, upper - query.limit)
        let logs = (lower..<upper).reversed().map { log(of: $0, at: readsAt) }
        let page = LogPage(
            page: Int64(query.page), limit: Int64(query.limit), total: Int64(total),
            hasMore: total > query.page * query.limit, logs: logs)
        return (page, price.of(requests: 1, rows: logs.count))
    }

    /// How many logs can be read.
    func visible(at moment: UnixTime) -> Int { firstIndex { $0.visibleAt > moment } }

    /// How many runs have ended.
    func ended(by moment: UnixTime) -> Int { firstIndex { $0.endsAt > moment } }

    func firstIndex(where isLater: (Run) -> Bool) -> Int {
        var (low, high) = (0, runs.count)
        while low < high {
            let middle = (low + high) / 2
            if isLater(runs[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }

    private func log(of index: Int, at moment: UnixTime) -> WorkflowLog {
        let run = runs[index]
        let hasEnded = run.endsAt <= moment
        return WorkflowLog(
            id: String(index),
            run: WorkflowRun(
                id: String(index), status: hasEnded ? .succeeded : .running, triggeredFrom: "app-run", elapsedTime: 1,
                totalTokens: 100, totalSteps: 3, exceptionsCount: 0, createdAt: run.second,
                finishedAt: hasEnded ? run.endsAt.second : nil),
            createdFrom: "service-api", createdAt: run.second)
    }
}
