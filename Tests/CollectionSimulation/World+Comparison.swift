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
        apps[index].currentSince = isCurrent(apps[index].snapshot) ? apps[index].currentSince ?? now : nil
        noteSuccess(snapshot, of: index)
        guard let numbers = snapshot.numbers else {
            // What cannot be read, or may be lost in a crash, is not shown.
            if case .down(.state(.disk)) = snapshot.health { return }
            if !apps[index].published.isEmpty { fail("\(snapshot.name): the series vanished") }
            return
        }
        if snapshot.work.tally.windowsGivenUp > 0, !mayGiveUp {
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

    /// Within two successful collections the exporter tells new logs from forgotten ones, if the server shows all that it counts.
    private mutating func noteSuccess(_ snapshot: AppSnapshot, of index: Int) {
        let successes = snapshot.work.collections[.success] ?? 0
        defer { apps[index].knownSuccesses = successes }
        if successes > apps[index].knownSuccesses {
            checkFreshness(of: index)
            let isCurrent = apps[index].machine?.collector?.hasReachedPresent == true
            apps[index].succeededAt = isCurrent ? [now] + apps[index].succeededAt.prefix(1) : []
        }
        if successes > apps[index].knownSuccesses, mischief.lies == .none { noteWitness(of: index) }
        guard successes > apps[index].knownSuccesses, mischief.lies == .none, now - mischief.liedAt > .seconds(600)
        else { return }
        apps[index].successesSinceStep += 1
        if apps[index].successesSinceStep == 2 { apps[index].watchedAgainAt = now }
    }

    /// The streak and the latest failures, by a simpler way than the exporter's, over the runs that it has counted.
    private mutating func checkFailures(of index: Int, _ numbers: AppSnapshot.Numbers) {
        // What could not be saved is not published, and the state is ahead of the numbers.
        guard let state = apps[index].machine?.collector?.state, let start = apps[index].start,
            state.totals == numbers.totals, hasCertainOrder(index)
        else { return }
        let name = apps[index].setup.name
        let isCounted: (SimulatedRun) -> Bool = { run in
            guard let second = run.logSecond, second >= start else { return false }
            let id = LogID(run.logID.text)
            return state.knows(id, second: second) && state.unfinished[id] == nil
        }
        let streak = Double(dify.consecutiveFailures(of: name, where: isCounted))
        expect("\(name): consecutive failures", Double(numbers.consecutiveFailures), streak, streak)
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
        guard now - max(clockSteppedAt, mischief.datesChangedAt) > .seconds(1200), !mischief.datesAreWrong,
            until > apps[index].claimedUntil,
            let start = apps[index].start, until > apps[index].checkedUntil
        else { return }
        for run in dify.runs(of: apps[index].setup.name).suffix(300) {
            guard let second = run.logSecond, second >= start, second < until,
                let writtenAt = run.writtenAt, let visibleAt = run.visibleAt, run.isListed(at: now),
                isDue(run, of: index, since: apps[index].checkedUntil - 60),
                visibleAt - writtenAt < apps[index].setup.settings.overlap,
                // What cannot be served is counted apart, and what was given up was said to be missing.
                !run.wasPoisoned, !isUncertain(run, of: index)
            else { continue }
            if isUnknown(run, of: index), !isToldUnreadable(run, of: index) {
                fail(
                    "\(apps[index].setup.name): a log of \(second) is missing, and everything up to \(until) is said to be there"
                )
            }
        }
        apps[index].checkedUntil = until
    }

    /// No app is silent for a while, whatever `Date` says: a log that was there for the latest two successful collections is known, or
    /// in an open window. Nothing is promised where the exporter's own clock is ahead: without a `Date` it is all there is.
    private mutating func checkFreshness(of index: Int) {
        guard apps[index].succeededAt.count == 2, kinds.isDisjoint(with: [.counts, .hidden, .unreadable, .steps]),
            !kinds.contains(.dates) || localOffset <= .zero, now - clockSteppedAt > .seconds(1200),
            let start = apps[index].start
        else { return }
        for run in dify.runs(of: apps[index].setup.name).suffix(100) {
            guard let second = run.logSecond, second >= start, let writtenAt = run.writtenAt,
                let visibleAt = run.visibleAt, run.isListed(at: now), visibleAt < apps[index].succeededAt[1],
                visibleAt - writtenAt < apps[index].setup.settings.overlap, isUnknown(run, of: index),
                !isOpen(second, index)
            else { continue }
            fail("\(apps[index].setup.name): a log of \(second) is not known after two collections")
        }
    }

    /// Whether a log that is not known is to be missed, where logs of before `second` were looked for already. What was stamped
    /// elsewhere while the exporter was down is found by its first round, if it is there by then: by counts, which rows that
    /// cannot be served leave in doubt.
    private func isDue(_ run: SimulatedRun, of index: Int, since second: Int64) -> Bool {
        guard let excursion = excursion(of: run) else { return run.logSecond.map { $0 >= second } ?? false }
        guard case .up? = apps[index].snapshot?.health, !kinds.contains(.unreadable) else { return false }
        return run.visibleAt.map { $0 <= excursion.to } ?? false
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
        // What was logged before counting began is none of its numbers.
        let all = truth(of: name, asIfRepaired: true) { run in run.logSecond.map { $0 >= start } ?? false }
        let certain = truth(of: name) { run in
            run.logSecond.map { $0 >= start } ?? false && !isUncertain(run, of: index)
        }
        checkHealth(of: index)
        for status in FinalStatus.allCases where status != .other {
            let sums = numbers.totals.byStatus[status]
            let word = status.rawValue
            expect("\(name): runs \(word)", sums?.runs, certain.runs[word], all.runs[word])
            expect("\(name): tokens \(word)", sums?.tokens, certain.tokens[word], all.tokens[word])
            expect("\(name): steps \(word)", sums?.steps, certain.steps[word], all.steps[word])
            expect(
                "\(name): seconds \(word)", sums?.duration.sum ?? 0,
                certain.elapsedSeconds(status: word), all.elapsedSeconds(status: word))
        }
        expect("\(name): exceptions", numbers.totals.exceptions, certain.exceptions, all.exceptions)
        expect(
            "\(name): runs with exceptions", numbers.totals.runsWithExceptions, certain.runsWithExceptions,
            all.runsWithExceptions)
        if hasCertainOrder(index), certain.finished == all.finished {
            expect(
                "\(name): consecutive failures", Double(numbers.consecutiveFailures), Double(all.consecutiveFailures),
                Double(all.consecutiveFailures))
            if numbers.latestFailures.map(\.id) != all.latestFailures {
                fail("\(name): the latest failures are others")
            }
        }
        report.runs += all.finished
        report.uncertainRuns += all.finished - certain.finished
    }

    private func truth(
        of app: String, asIfRepaired: Bool = false, where isIncluded: (SimulatedRun) -> Bool
    ) -> Truth {
        var dify = dify
        if asIfRepaired { dify.apply(.repair(app: app), at: now) }
        return dify.truth(of: app, at: now, where: isIncluded)
    }

    private mutating func expect(
        _ what: String, _ found: UInt64?, _ least: (some BinaryInteger)?, _ most: (some BinaryInteger)?
    ) {
        expect(what, Double(found ?? 0), least.map { Double($0) } ?? 0, most.map { Double($0) } ?? 0)
    }

    private mutating func expect(_ what: String, _ found: Double, _ least: Double, _ most: Double) {
        let tolerance = 1e-6 * max(1, abs(most))
        guard found < least - tolerance || found > most + tolerance else { return }
        let expected = least == most ? "\(least)" : "from \(least) to \(most)"
        fail("\(what): published \(found), and the truth is \(expected)")
    }

    /// Whether it can be said of every run whether it is counted, and when it ended: an end that is more than an hour ahead of
    /// the clock that is followed is cut to it, and a server's clock that is ahead from the start, or of the exporter's own, is not
    /// followed before a row bears it out.
    private func hasCertainOrder(_ index: Int) -> Bool {
        let isCut =
            mischief.datesFellBack || kinds.contains(.wrong) && serverOffset > .seconds(3000)
            || kinds.contains(.dates) && localLag > .seconds(3000)
        return !isCut && mischief.farSteps.isEmpty && mischief.excursions.isEmpty
            && (apps[index].givenUp.isEmpty || !mayGiveUp)
    }

    /// Whether windows may be given up: the server does not show all that it counts.
    private var mayGiveUp: Bool {
        !kinds.isDisjoint(with: [.counts, .hidden, .unreadable])
    }

    /// What holds after every step.
    mutating func checkInvariants(of index: Int) {
        guard let broken = apps[index].machine?.collector?.state.brokenInvariant else { return }
        fail("\(apps[index].setup.name): \(broken)")
    }

    /// Counting begins where there are rows or may be soon: a start in the future would mute the app.
    mutating func check(start: Int64, of index: Int) {
        // Without any Date the exporter's own clock is all there is, and nothing tells of two clocks that are both ahead; and a clock
        // may be set back between the answer and the save.
        let latest = ([serverNow.second] + mischief.farSteps.map(\.second)).max() ?? 0
        guard start > latest + min(localLead, mischief.datesLead ?? localLead).wholeSeconds + 5 else { return }
        fail("\(apps[index].setup.name): counting begins at \(start), and the server is at \(serverNow.second)")
    }

    /// A `Date` ahead of all that is known is followed where a row was stamped within a quarter of an hour of it.
    private mutating func noteWitness(of index: Int) {
        guard apps[index].witnesses < 2 else { return }
        let steppedAt = stepForward?.moment ?? began - .seconds(86_400)
        let bearsOut = dify.runs(of: apps[index].setup.name).contains { run in
            run.writtenAt.map { $0 >= steppedAt && now - $0 < .seconds(800) } ?? false && run.isListed(at: now)
        }
        if bearsOut { apps[index].witnesses += 1 }
    }

    /// How far behind the server's clock an app may be that has no row which bears it out: as far as the exporter's own clock, which
    /// is believed then, was ever behind it: by itself, or as the server's was ahead from the start or set forward. A clock that is
    /// behind by less than a quarter of an hour bears it out itself.
    private func unwitnessedLag(of index: Int) -> Duration {
        guard apps[index].witnesses < 2 else { return .zero }
        let lag = localLag + max(serverOffset, stepForward?.span ?? .zero)
        return lag > .seconds(840) ? lag : .zero
    }

    private var stepForward: (moment: UnixTime, second: Int64, span: Duration)? {
        mischief.farSteps.first { $0.span > .zero }
    }

    /// After the quiet, everything is as it was: the last collection has succeeded, and the present is reached.
    private mutating func checkHealth(of index: Int) {
        let app = apps[index]
        if case .up = app.snapshot?.health {
        } else {
            fail("\(app.setup.name): not up in the end: \(app.snapshot?.health.map { "\($0)" } ?? "nothing was tried")")
        }
        let slack =
            app.setup.settings.overlap + app.setup.settings.interval * 2 + .seconds(60) + unwitnessedLag(of: index)
        if !mischief.liesForEver, let until = app.snapshot?.numbers?.collectedUntil,
            serverNow - UnixTime(seconds: until) > slack
        {
            fail("\(app.setup.name): collected until \(until) in the end, and the server is at \(serverNow.second)")
        }
    }
}
