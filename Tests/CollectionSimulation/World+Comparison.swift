import CivilTime
import DifySimulator
import LogCollection
import Metrics

// The two promises: no published counter steps back, and in the end every total is the truth.
extension World {
    mutating func fail(_ sentence: String) {
        if report.failures.count < 20 { report.failures.append(sentence) }
    }

    mutating func publish(_ snapshot: AppSnapshot, of index: Int) {
        let before = apps[index].snapshot?.numbers?.totals
        apps[index].snapshot = snapshot
        guard let numbers = snapshot.numbers else {
            if !apps[index].published.isEmpty { fail("\(snapshot.name): the series vanished") }
            return
        }
        if snapshot.work.tally.windowsGivenUp > 0 {
            fail("\(snapshot.name): a window was given up, and Dify shows all its rows")
        }
        checkCompleteness(of: index, until: numbers.collectedUntil)
        guard numbers.totals != before else { return }
        for (name, value) in counters(of: numbers.totals) {
            if let before = apps[index].published[name], value < before {
                fail("\(snapshot.name): \(name) stepped back from \(before) to \(value)")
            }
            apps[index].published[name] = value
        }
        checkFailures(of: index, numbers)
    }

    /// The streak and the latest failures, by a simpler way than the exporter's, over the runs that it has counted.
    private mutating func checkFailures(of index: Int, _ numbers: AppSnapshot.Numbers) {
        // What could not be saved is not published, and the state is ahead of the numbers.
        guard let state = apps[index].machine?.collector?.state, let start = apps[index].start,
            state.totals == numbers.totals
        else { return }
        let name = apps[index].setup.name
        let isCounted: (SimulatedRun) -> Bool = { run in
            guard let second = run.logSecond, second >= start else { return false }
            let id = LogID(run.logID.text)
            return state.knows(id, second: second) && state.unfinished[id] == nil
        }
        expect(
            "\(name): consecutive failures", Double(numbers.consecutiveFailures),
            Double(dify.consecutiveFailures(of: name, where: isCounted)))
        report.longestStreak = max(report.longestStreak, numbers.consecutiveFailures)
        let latest = dify.latestFailures(of: name, limit: Truth.latestFailureLimit, where: isCounted)
        if numbers.latestFailures.map(\.id) != latest {
            fail("\(name): the latest failures are not those that they should be")
        }
        report.comparedStreaks += 1
    }

    /// What `dify_exporter_collected_until_timestamp_seconds` claims: every log created before it has been read, unless it
    /// became visible later than the overlap.
    private mutating func checkCompleteness(of index: Int, until: Int64) {
        defer { apps[index].claimedUntil = until }
        // A step of the server's clock makes rows late that were not; and who has not heard of Dify since can only repeat
        // the claim of before.
        guard now - clockSteppedAt > .seconds(1200), until > apps[index].claimedUntil,
            let state = apps[index].machine?.collector?.state, let start = apps[index].start,
            until > apps[index].checkedUntil
        else { return }
        for run in dify.runs(of: apps[index].setup.name).suffix(300) {
            guard let second = run.logSecond, second >= start, second < until, second >= apps[index].checkedUntil - 60,
                let writtenAt = run.writtenAt, let visibleAt = run.visibleAt, run.isListed(at: now),
                visibleAt - writtenAt < apps[index].setup.settings.overlap
            else { continue }
            if !state.knows(LogID(run.logID.text), second: second) {
                fail(
                    "\(apps[index].setup.name): a log of \(second) is missing, and everything up to \(until) is said to be there"
                )
            }
        }
        apps[index].checkedUntil = until
    }

    private func counters(of totals: RunTotals) -> [String: Double] {
        var counters: [String: Double] = [
            "exceptions": Double(totals.exceptions), "runs with exceptions": Double(totals.runsWithExceptions),
        ]
        for (status, sums) in totals.byStatus {
            counters["runs \(status.rawValue)"] = Double(sums.runs)
            counters["tokens \(status.rawValue)"] = Double(sums.tokens)
            counters["steps \(status.rawValue)"] = Double(sums.steps)
            counters["seconds \(status.rawValue)"] = sums.duration.sum
            for (bound, count) in sums.duration.cumulativeCounts.enumerated() {
                counters["bucket \(status.rawValue) \(bound)"] = Double(count)
            }
        }
        for (key, count) in totals.byOrigin {
            counters["origin \(key.status.rawValue) \(key.origin.createdFrom) \(key.origin.triggeredFrom)"] = Double(
                count)
        }
        for (reason, count) in totals.failures { counters["failures \(reason)"] = Double(count) }
        for (reason, count) in totals.abandoned { counters["abandoned \(reason.rawValue)"] = Double(count) }
        return counters
    }

    mutating func compare(_ index: Int) {
        let name = apps[index].setup.name
        guard let numbers = apps[index].snapshot?.numbers, let start = apps[index].start else {
            return fail("\(name): nothing was ever published")
        }
        let truth = dify.truth(of: name, at: now) { run in
            // What was logged before counting began is none of its numbers.
            run.logSecond.map { $0 >= start } ?? false
        }
        for status in FinalStatus.allCases where status != .other {
            let sums = numbers.totals.byStatus[status]
            let word = status.rawValue
            expect("\(name): runs \(word)", Double(sums?.runs ?? 0), Double(truth.runs[word] ?? 0))
            expect("\(name): tokens \(word)", Double(sums?.tokens ?? 0), Double(truth.tokens[word] ?? 0))
            expect("\(name): steps \(word)", Double(sums?.steps ?? 0), Double(truth.steps[word] ?? 0))
            expect("\(name): seconds \(word)", sums?.duration.sum ?? 0, truth.elapsedSeconds(status: word))
        }
        expect("\(name): exceptions", Double(numbers.totals.exceptions), Double(truth.exceptions))
        expect(
            "\(name): runs with exceptions", Double(numbers.totals.runsWithExceptions), Double(truth.runsWithExceptions)
        )
        expect(
            "\(name): consecutive failures", Double(numbers.consecutiveFailures), Double(truth.consecutiveFailures))
        if numbers.latestFailures.map(\.id) != truth.latestFailures { fail("\(name): the latest failures are others") }
        report.runs += truth.finished
    }

    private mutating func expect(_ what: String, _ found: Double, _ expected: Double) {
        guard abs(found - expected) > 1e-6 * max(1, abs(expected)) else { return }
        fail("\(what): published \(found), and the truth is \(expected)")
    }
}
