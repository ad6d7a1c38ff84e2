import CivilTime
import DifyAPI
import DifySimulator
import LogCollection
import Platform
import Storage

// What the actor does in production: carries out the machines' steps, one event at a time.
extension World {
    /// What the exporter's clocks show: one that is never set, and one that is off.
    var reading: ClockReading {
        ClockReading(monotonic: .zero + (now - began), date: now + localOffset)
    }

    mutating func startProcess() {
        disk.restart()
        for index in apps.indices {
            (apps[index].currentSince, apps[index].witnesses, apps[index].succeededAt) = (nil, 0, [])
            install(AppMachine(setup: apps[index].setup, at: reading), of: index)
        }
    }

    private mutating func install(_ machine: AppMachine, of index: Int) {
        var machine = machine
        let outputs = machine.takeOutputs()
        apps[index].machine = machine
        take(outputs, of: index)
        begin(machine.step, of: index)
    }

    private mutating func take(_ outputs: [AppMachine.Output], of index: Int) {
        for output in outputs {
            switch output {
            case .publish(let snapshot): publish(snapshot, of: index)
            case .report(.found(.gaveUp(let window))): apps[index].givenUp.append(window)
            case .report: break
            }
        }
    }

    /// The configuration is loaded again: the app's collection ends as it does in production, and another goes on with other
    /// settings from what it left.
    mutating func reload(_ index: Int) {
        guard let machine = apps[index].machine else { return }
        switch apps[index].activity {
        case .asking, .receiving: budget.end(at: reading.monotonic)
        case .saving(let bytes, _):
            _ = save(bytes, of: index)
            if disk.hasCrashed { return kill(downFor: .seconds(1)) }
        case .none, .sleeping, .queued, .loading: break
        }
        queue.removeAll { $0 == index }
        if let bytes = machine.finalCheckpoint() {
            if case .success = save(bytes, of: index) { noteStart(machine, of: index) }
            if disk.hasCrashed { return kill(downFor: .seconds(1)) }
        }
        apps[index].setup.settings.interval = .seconds([5, 10, 30, 60][mischief.random.below(4)])
        apps[index].setup.settings.lookback = .seconds(mischief.random.below(900))
        budget.adopt(Self.budgetLimits, at: reading.monotonic)
        install(
            AppMachine(setup: apps[index].setup, at: reading, succeeding: machine.handover), of: index)
    }

    /// The whole process dies between two instructions.
    mutating func kill(downFor span: Duration) {
        // Numbers in memory only die with it, and rightly so.
        guard !kinds.contains(.memory) else { return }
        report.crashes += 1
        for index in apps.indices {
            if case .asking = apps[index].activity { budget.end(at: reading.monotonic) }
            if case .receiving = apps[index].activity { budget.end(at: reading.monotonic) }
            apps[index].machine = nil
            apps[index].activity = .none
        }
        queue = []
        // A new process knows nothing of the old one's requests.
        budget = RequestBudget(limits: Self.budgetLimits)
        begun = []
        // Nobody is to see a clock that is set back unseen.
        let unseenUntil = mischief.excursions.last?.to ?? now
        downUntil = max(now + span, unseenUntil + .seconds(1))
    }

    mutating func carryOutDueSteps() {
        admitQueued()
        for index in apps.indices {
            guard let due = apps[index].activity.due, due <= now, apps[index].machine != nil else { continue }
            finishActivity(of: index)
        }
        admitQueued()
    }

    private mutating func begin(_ step: AppMachine.Step, of index: Int) {
        switch step {
        case .load: apps[index].activity = .loading(endsAt: now + .milliseconds(1))
        case .sleep(let moment):
            noteRest(of: index)
            apps[index].activity = .sleeping(until: max(began + (moment - .zero), now))
        case .save(let bytes):
            apps[index].activity = .saving(bytes, endsAt: now + .milliseconds(Int64(1 + random.below(20))))
        case .askInfo, .askLogs:
            // With another key all begins again.
            if case .askInfo = step { noteRest(of: index) }
            apps[index].activity = .queued(step)
            queue.append(index)
        }
    }

    /// The app asks nothing for a while, or begins again: the requests until now are bounded, whatever the server says.
    private mutating func noteRest(of index: Int) {
        let requests = apps[index].requestsOfRound
        apps[index].requestsOfRound = 0
        report.costliestRound = max(report.costliestRound, requests)
        // A crowded second takes up to 42 requests, one with rows that cannot be served one for each row and more for ties.
        // What was forgotten is read again where a clock is set back by hours.
        let recalls = !kinds.isDisjoint(with: [.steps, .dates])
        let limit = kinds.contains(.unreadable) ? 1000 : recalls ? 500 : 250
        if requests > limit { fail("\(apps[index].setup.name): \(requests) requests without a rest") }
        checkLooks(of: index)
    }

    /// A run that has not ended is looked at again after an eighth of its age, or an interval.
    private mutating func checkLooks(of index: Int) {
        let app = apps[index]
        guard case .up? = app.snapshot?.health, now - max(clockSteppedAt, mischief.datesChangedAt) > .seconds(600),
            !mischief.datesAreWrong, mischief.farSteps.isEmpty || app.successesSinceStep >= 2
        else { return }
        let longest = app.setup.settings.interval + .seconds(60)
        let late = app.machine?.collector?.state.unfinished.values.first { run in
            let age = serverNow - UnixTime(seconds: run.second)
            return UnixTime(seconds: run.nextLook) - serverNow > max(longest, age / 8 + .seconds(60))
        }
        if let late { fail("\(app.setup.name): a run of \(late.second) waits until \(late.nextLook)") }
    }

    private mutating func admitQueued() {
        while let first = queue.first {
            guard case .queued(let step) = apps[first].activity else {
                queue.removeFirst()
                continue
            }
            switch budget.admit(at: reading.monotonic) {
            case .granted: break
            case .waitUntil, .waitForEnd: return
            case .refused(let rest):
                queue.removeFirst()
                refuse(step, rest: rest, of: first)
                continue
            }
            queue.removeFirst()
            noteRequest()
            apps[first].requestsOfRound += 1
            apps[first].asked = apps[first].key
            let latency = Duration.milliseconds(Int64(5 + random.below(400)))
            let readsAt = now + latency * (1 + random.below(9)) / 10
            apps[first].activity = .asking(step, sentAt: now, readsAt: readsAt, endsAt: now + latency)
        }
    }

    private mutating func refuse(_ step: AppMachine.Step, rest: Duration, of index: Int) {
        let sentAt = now + localOffset
        switch step {
        case .askLogs: resume(index, .logs(Answer(result: .failure(.paused(for: rest)), sentAt: sentAt)))
        default: resume(index, .info(Answer(result: .failure(.paused(for: rest)), sentAt: sentAt)))
        }
    }

    /// The promise to the operator, checked from outside: no second holds more requests than allowed.
    private mutating func noteRequest() {
        report.requests += 1
        begun.append(now)
        let limit = Int(Self.budgetLimits.perSecond)
        if begun.count > limit {
            if now - begun[begun.count - 1 - limit] < .seconds(1) { fail("the request budget was overdrawn") }
            begun.removeFirst(begun.count - 1 - limit)
        }
    }

    private mutating func finishActivity(of index: Int) {
        switch apps[index].activity {
        case .none, .queued: return
        case .sleeping: resume(index, .woke)
        case .loading:
            let result = load(index)
            if disk.hasCrashed { return kill(downFor: .seconds(Int64(1 + random.below(60)))) }
            resume(index, .loaded(result))
        case .saving(let bytes, _):
            let result = save(bytes, of: index)
            // The process died in the middle of its save; the power may be gone as well.
            if disk.hasCrashed { return kill(downFor: .seconds(Int64(1 + random.below(60)))) }
            if case .success = result, let machine = apps[index].machine { noteStart(machine, of: index) }
            resume(index, .saved(result, took: .milliseconds(5)))
        case .asking(let step, let sentAt, _, let endsAt):
            let (outcome, delay) = ask(step, since: sentAt, of: index)
            apps[index].activity = .receiving(step, outcome, sentAt: sentAt, endsAt: endsAt + delay)
        case .receiving(let step, let outcome, let sentAt, let endsAt):
            receive(step, outcome, sentAt: sentAt, duration: endsAt - sentAt, of: index)
        }
    }

    /// Where counting began is settled by the first checkpoint that is on disk: a process that dies before leaves nothing.
    private mutating func noteStart(_ machine: AppMachine, of index: Int) {
        guard let start = machine.collector?.state.start else { return }
        if let settled = apps[index].start, settled != start { fail("\(apps[index].setup.name): counting began again") }
        if apps[index].start == nil { check(start: start, of: index) }
        apps[index].start = start
    }

    private mutating func resume(_ index: Int, _ input: AppMachine.Input) {
        guard var machine = apps[index].machine else { return }
        // Taken out while it works: a second reference would copy its ledger at every change.
        apps[index].machine = nil
        machine.resume(input, at: reading, jitter: random.fraction())
        let outputs = machine.takeOutputs()
        let step = machine.step
        apps[index].machine = machine
        checkInvariants(of: index)
        if !apps[index].setup.isDurable { noteStart(machine, of: index) }
        take(outputs, of: index)
        begin(step, of: index)
    }

    // MARK: Asking

    /// What the transport brings back, and how much later than the answer was due. The server counts at some moment since the
    /// request was sent, and selects the rows now.
    private mutating func ask(
        _ step: AppMachine.Step, since sentAt: UnixTime, of index: Int
    ) -> (Result<TransportResponse, TransportError>, delay: Duration) {
        guard now >= unreachableUntil else { return (.failure(.connection("simulated outage")), .zero) }
        let (path, query): (String, [(name: String, value: String)]) =
            switch step {
            case .askLogs(let query): (Endpoint.logs(query).path, Endpoint.logs(query).parameters)
            default: (Endpoint<AppInfo>.info.path, [])
            }
        changeServer()
        let lead = Duration.milliseconds(Int64(counting.below(Int((now - sentAt).wholeMilliseconds) + 1)))
        let answer = dify.answer(
            SimulatedRequest(path: "/v1" + path, query: query, authorization: "Bearer \(apps[index].asked.text)"),
            at: now, countedBefore: lead)
        switch answer.fault {
        case .none: return (.success(disturbed(answer.response, to: step)), .zero)
        case .cut, .reset: return (.failure(.connection("simulated fault")), .zero)
        case .stall: return (.failure(.timeout), Self.timeout)
        }
    }

    private mutating func receive(
        _ step: AppMachine.Step, _ outcome: Result<TransportResponse, TransportError>, sentAt: UnixTime,
        duration: Duration, of index: Int
    ) {
        let localSentAt = sentAt + localOffset
        switch step {
        case .askLogs(let query):
            var answer = Endpoint.logs(query).answer(
                outcome, sentAt: localSentAt, duration: duration, timeout: Self.timeout)
            answer.keyVersion = apps[index].asked.version
            budget.end(pause: answer.pauseWanted, at: reading.monotonic)
            if case .success(let page) = answer.result { report.rows += page.logs.count }
            resume(index, .logs(answer))
        default:
            var answer = Endpoint.info.answer(outcome, sentAt: localSentAt, duration: duration, timeout: Self.timeout)
            answer.keyVersion = apps[index].asked.version
            budget.end(pause: answer.pauseWanted, at: reading.monotonic)
            resume(index, .info(answer))
        }
    }

    // MARK: Storage

    private mutating func load(_ index: Int) -> Result<[UInt8]?, StateProblem> {
        do throws(DiskError) {
            return .success(try disk.readDurable(apps[index].setup.storagePath))
        } catch {
            return .failure(.disk(error.description))
        }
    }

    private mutating func save(_ bytes: [UInt8], of index: Int) -> Result<Void, StateProblem> {
        do throws(DiskError) {
            return .success(try disk.replace(apps[index].setup.storagePath, with: bytes))
        } catch {
            return .failure(.disk(error.description))
        }
    }
}
