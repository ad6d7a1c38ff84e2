import DifyAPI

/// Draws the script of one run from what its app is used to.
struct RunWriter {
    let habit: Habit
    let oddities: Oddities
    let version: ServerVersion
    /// What is wrong at the moment, if anything.
    let incident: Incident?

    func script(ordinal: Int, using random: inout SeededRandom) -> RunScript {
        if version.hasTriggers, random.chance(oddities.pluginFailureShare) {
            return .pluginFailure(after: random.span(upTo: oddities.pluginLateness))
        }
        var script = RunScript()
        script.duration = duration(using: &random)
        script.tokens = Int64(random.logNormal(median: habit.medianTokens, spread: habit.tokenSpread))
        script.steps = Int64(random.number(in: habit.steps))
        script.inputs = "\(habit.subject) \(ordinal)"
        let origin = random.pick(habit.origins)
        script.origin = origin.written(by: version)
        script.creator = script.origin.creator(sessions: habit.sessions, using: &random)
        finish(&script, using: &random)
        disturb(&script, using: &random)
        return script
    }

    private func duration(using random: inout SeededRandom) -> Duration {
        let slowdown = incident?.kind == .slow ? 8.0 : 1.0
        let seconds = random.logNormal(median: habit.medianSeconds * slowdown, spread: habit.durationSpread)
        return .microseconds(Int64(seconds * 1e6))
    }

    private func finish(_ script: inout RunScript, using random: inout SeededRandom) {
        let outcome = random.fraction()
        if let incident, let failure = incident.kind.failure, random.chance(incident.share) {
            fail(&script, with: failure, using: &random)
        } else if outcome < habit.failedShare {
            fail(&script, with: random.pick(habit.failures), using: &random)
        } else if outcome < habit.failedShare + habit.partialShare {
            script.exceptions = Int64(1 + random.below(3))
            script.status = .partialSucceeded
            // Before 0.14 nothing caught a node's error (dify-logs-api §0).
            if !version.hasPartialSuccess { fail(&script, with: random.pick(habit.failures), using: &random) }
        } else if outcome < habit.failedShare + habit.partialShare + habit.stoppedShare {
            script.status = .stopped
            script.error = ErrorText("Workflow execution aborted")
        }
    }

    private func fail(_ script: inout RunScript, with failure: FailureKind, using random: inout SeededRandom) {
        let texts = failure.texts
        let text = texts[random.below(texts.count)]
        // A run fails somewhere on its way: it has used a part of its time, tokens and steps.
        let part = 1 + random.below(4)
        script.duration = script.duration * part / 5
        script.tokens = script.tokens * Int64(part) / 5
        script.steps = script.steps.map { max(1, $0 * Int64(part) / 5) }
        script.exceptions = 0
        if failure == .limitReached, version.stopsAtLimits {
            script.status = .stopped
            script.error = ErrorText("Maximum execution time exceeded: 1200.31s > 1200s")
            return
        }
        script.status = .failed
        script.failure = failure
        let isLong = random.chance(oddities.longErrorShare)
        script.error = isLong ? ErrorText(text, paddedTo: 100_000) : ErrorText(text)
    }

    private func disturb(_ script: inout RunScript, using random: inout SeededRandom) {
        script.life = life(of: script, using: &random)
        let isLate = random.chance(oddities.lateShare)
        script.rowDelay = random.span(upTo: isLate ? oddities.lateness : oddities.commitDelay)
        if random.chance(oddities.nullRunShare) { script.runDelay = random.span(upTo: oddities.nullRunLength) }
        if random.chance(oddities.lostRunShare) { script.runDelay = nil }
        if !version.writesLogAtStart, random.chance(oddities.lostLogShare) { script.isLogged = false }
        if random.chance(oddities.missingNumbersShare) {
            script.steps = nil
            // A run that counted exceptions has their number.
            if script.exceptions == 0 { script.exceptions = nil }
        }
        if random.chance(oddities.removedCreatorShare) {
            script.creator = script.creator.role == "account" ? .removedAccount : .removedEndUser
        }
        script.isPoisoned = random.chance(oddities.poisonedShare)
        if random.chance(oddities.oddNumbersShare) { script.oddNumbers = OddNumbers(using: &random) }
    }

    private func life(of script: RunScript, using random: inout SeededRandom) -> RunScript.Life {
        if random.chance(oddities.stuckShare) { return .stuck }
        if version.hasHumanInput, random.chance(oddities.pausedShare) {
            let after = script.duration / 2
            if random.chance(oddities.expiredShare) { return .expires(after: after, wait: oddities.humanInputTimeout) }
            return .paused(after: after, wait: .seconds(1) + random.span(upTo: oddities.pauseLength * 2))
        }
        guard random.chance(oddities.flipBackShare) else { return .ordinary }
        return .flipsBack(after: .seconds(1) + random.span(upTo: .seconds(60)), span: random.span(upTo: .seconds(120)))
    }
}
