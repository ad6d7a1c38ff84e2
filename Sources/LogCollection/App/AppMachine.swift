import CivilTime
import DifyAPI
import Metrics

/// All that happens to one app from start to end, as a value: it says what to do next and is told what came of it. An
/// actor carries the steps out in production, a loop without tasks or clocks in a simulation.
///
/// What is published is durable: numbers go out only after the step that saved them has succeeded.
package struct AppMachine: Sendable {
    package let setup: AppSetup
    private(set) var snapshot: AppSnapshot
    package private(set) var collector: Collector?
    private var phase = Phase.loading
    private var schedule: CollectionSchedule
    private var retries = RetryPolicy()
    private var attempts = 0
    private var began: UnixTime
    private var requestsBefore: UInt64 = 0
    private var rowsBefore = 0
    private var infoReadAt: UnixTime?
    private var outputs: [Output] = []
    /// What may be published: what is on disk, or for numbers in memory only what was last collected.
    private var durable: AppSnapshot.Numbers?
    /// The numbers that the save under way will make durable.
    private var pending: AppSnapshot.Numbers?
    private var recognition: Recognition?
    private var clockWatch = ClockWatch()
    private var lastDurableStep: UnixTime
    /// The state that was handed over, until it is this machine's own.
    private var inherited: [UInt8]?

    private enum Phase {
        case loading
        /// Between two collections.
        case resting
        case readingInfo
        /// Asking for logs that the stored state knows, to see that this is the same Dify app.
        case recognising
        case reading
        /// In the middle of a collection.
        case savingStep
        /// At the end of a collection that ended so.
        case savingEnd(CollectionProblem?)
        /// Before a request is repeated.
        case pausing(Step)
    }

    /// How often the app's name, mode and tags are asked for again.
    private static let infoLifetime = Duration.seconds(3600)
    /// A state that cannot be used is looked at again this often: its file may be restored, its lock be given up.
    private static let loadInterval = Duration.seconds(30)
    /// Durable steps of a long collection come this far apart at least.
    private static let stepInterval = Duration.seconds(1)

    /// Counters of `predecessor` go on. Its state does so for numbers in memory only; others are loaded.
    package init(setup: AppSetup, at now: UnixTime, succeeding predecessor: Handover? = nil) {
        self.setup = setup
        snapshot = AppSnapshot(name: setup.name, labels: setup.labels, at: now)
        if let earlier = predecessor?.snapshot { snapshot.inherit(earlier) }
        inherited = setup.isDurable ? nil : predecessor?.checkpoint
        schedule = CollectionSchedule(interval: setup.settings.interval, position: setup.position, start: now)
        (began, lastDurableStep) = (now, now)
    }

    /// The first step.
    package mutating func start(at now: UnixTime) -> Step {
        guard setup.isDurable else { return takeState(.success(inherited), at: now) }
        phase = .loading
        return .load
    }

    /// What has been said since the last time this was asked.
    package mutating func takeOutputs() -> [Output] {
        defer { outputs = [] }
        return outputs
    }

    /// Takes what came of the last step and gives the next. `now` is this machine's clock; `jitter` is from 0 to 1.
    package mutating func resume(_ input: Input, at now: UnixTime, jitter: Double) -> Step {
        switch (phase, input) {
        case (.loading, .loaded(let result)): return takeState(result, at: now)
        case (.loading, .woke): return .load
        case (.resting, .woke): return begin(at: now)
        case (.pausing(let step), .woke):
            resumeAfterPause(of: step)
            return step
        case (.readingInfo, .info(let answer)): return takeInfo(answer, at: now, jitter: jitter)
        case (.recognising, .logs(let answer)): return takeRecognition(answer, at: now, jitter: jitter)
        case (.reading, .logs(let answer)): return takeLogs(answer, at: now, jitter: jitter)
        case (.savingStep, .saved(let result, let span)):
            note(result, took: span)
            publish()
            return nextRead(at: now)
        case (.savingEnd(let problem), .saved(let result, let span)):
            note(result, took: span)
            return rest(after: problem, at: now)
        default: preconditionFailure("a step was answered with what belongs to another")
        }
    }

    /// The checkpoint to write when the program ends now; nil when there is nothing that is not on disk.
    package func finalCheckpoint() -> [UInt8]? {
        setup.isDurable ? checkpoint() : nil
    }

    /// What the next machine of this app goes on from.
    package var handover: Handover {
        Handover(checkpoint: checkpoint() ?? inherited, snapshot: snapshot)
    }

    // MARK: State

    private mutating func takeState(_ result: Result<[UInt8]?, StateProblem>, at now: UnixTime) -> Step {
        do throws(StateProblem) {
            if let bytes = try result.get() { try restore(bytes, at: now) }
            phase = .resting
            if durable != nil { publish() }
            return .sleep(until: now + schedule.firstDelay)
        } catch {
            fail(.state(error))
            publish()
            phase = .loading
            return .sleep(until: now + Self.loadInterval)
        }
    }

    private mutating func restore(_ bytes: [UInt8], at now: UnixTime) throws(StateProblem) {
        let checkpoint: Checkpoint
        do throws(Checkpoint.Problem) {
            checkpoint = try Checkpoint(encoded: bytes)
        } catch {
            switch error {
            case .damaged: throw .damaged(path: setup.storagePath)
            case .newerVersion(let version): throw .newerVersion(path: setup.storagePath, version: version)
            }
        }
        guard checkpoint.identity.name == setup.name || setup.takesNameOfDify else {
            throw .foreign(owner: checkpoint.identity.name)
        }
        var state = checkpoint.state
        state.totals.adopt(setup.settings, at: now)
        if setup.takesNameOfDify { snapshot.name = checkpoint.identity.name }
        recognition = Recognition(of: checkpoint)
        var collector = Collector(settings: setup.settings, state: state, tally: snapshot.work.tally)
        // Nobody watched the server's clock meanwhile.
        collector.distrust()
        self.collector = collector
        if state.isCaughtUp { durable = numbers(of: state, at: now.second) }
    }

    private func checkpoint() -> [UInt8]? {
        guard let state = collector?.state, recognition == nil else { return nil }
        let identity = Checkpoint.Identity(
            name: snapshot.name, baseURL: setup.baseURL, difyName: snapshot.info?.name)
        return Checkpoint(identity: identity, state: state).encoded
    }

    // MARK: One collection

    private mutating func begin(at now: UnixTime) -> Step {
        began = now
        retries = RetryPolicy()
        attempts = 0
        requestsBefore = requestCount
        rowsBefore = (collector?.tally ?? snapshot.work.tally).rows
        if let infoReadAt, now - infoReadAt < Self.infoLifetime, infoReadAt <= now { return beginReading(at: now) }
        phase = .readingInfo
        return .askInfo
    }

    private mutating func takeInfo(_ answer: Answer<AppInfo>, at now: UnixTime, jitter: Double) -> Step {
        note(answer)
        switch answer.result {
        case .failure(let error):
            if let pause = pause(after: error, before: .askInfo, at: now, jitter: jitter) { return pause }
            // Only the first time is its failure the collection's: a name that is an hour old will do.
            guard infoReadAt != nil else { return end(.api(error), at: now) }
        case .success(let info):
            if snapshot.info != info {
                outputs.append(.report(.connected(info, serverVersion: snapshot.serverVersion)))
                if !info.hasWorkflowLogs { outputs.append(.report(.hasNoLogs(mode: info.mode ?? ""))) }
            }
            snapshot.info = info
            // Once only: a name that changes would change the identity of every series.
            if setup.takesNameOfDify, infoReadAt == nil, collector == nil { snapshot.name = info.name }
            infoReadAt = now
        }
        if let recognition, let query = recognition.query(setup.settings.filter) {
            phase = .recognising
            return .askLogs(query)
        }
        return beginReading(at: now)
    }

    private mutating func takeRecognition(_ answer: Answer<LogPage>, at now: UnixTime, jitter: Double) -> Step {
        note(answer)
        guard var recognition, let query = recognition.query(setup.settings.filter) else {
            return beginReading(at: now)
        }
        switch answer.result {
        case .failure(let error):
            if let pause = pause(after: error, before: .askLogs(query), at: now, jitter: jitter) { return pause }
            return end(.api(error), at: now)
        case .success(let page):
            recognition.receive(page)
            self.recognition = recognition
            if let next = recognition.query(setup.settings.filter) { return .askLogs(next) }
            return beginReading(at: now)
        }
    }

    private mutating func beginReading(at now: UnixTime) -> Step {
        if let recognition {
            guard recognition.isSameApp(difyName: snapshot.info?.name, baseURL: setup.baseURL) else {
                self.recognition?.startAgain()
                return end(.state(.foreign(owner: recognition.owner)), at: now)
            }
            self.recognition = nil
            inherited = nil
        }
        let server = serverNow(now)
        var collector = self.collector ?? newCollector(at: now)
        collector.begin(at: server)
        self.collector = collector
        return nextRead(at: now)
    }

    /// For an app that is seen for the first time.
    private func newCollector(at now: UnixTime) -> Collector {
        let start = (serverNow(now) - setup.settings.lookback).second
        var state = AppState(start: start, buckets: setup.settings.buckets, at: now)
        state.totals.adopt(setup.settings, at: now)
        return Collector(settings: setup.settings, state: state, tally: snapshot.work.tally)
    }

    private mutating func nextRead(at now: UnixTime) -> Step {
        guard let query = collector?.nextQuery() else { return end(nil, at: now) }
        phase = .reading
        return .askLogs(query)
    }

    private mutating func takeLogs(_ answer: Answer<LogPage>, at now: UnixTime, jitter: Double) -> Step {
        note(answer)
        switch answer.result {
        case .failure(let error):
            if let query = collector?.nextQuery(),
                let pause = pause(after: error, before: .askLogs(query), at: now, jitter: jitter)
            {
                return pause
            }
            return end(.api(error), at: now)
        case .success(let page):
            attempts = 0
            let openBefore = collector?.state.openSeconds ?? []
            let moment = serverMoment(of: answer)
            collector?.receive(page, at: moment)
            let newlyOpen = (collector?.state.openSeconds ?? []).subtracting(openBefore)
            if !newlyOpen.isEmpty { outputs.append(.report(.leftOpen(seconds: newlyOpen.sorted()))) }
            let isStep = collector?.takeDurableStep() ?? false
            guard isStep, now - lastDurableStep >= Self.stepInterval || now < lastDurableStep else {
                return nextRead(at: now)
            }
            lastDurableStep = now
            return save(.savingStep, at: now) ?? nextRead(at: now)
        }
    }

    private mutating func end(_ problem: CollectionProblem?, at now: UnixTime) -> Step {
        collector?.end(succeeded: problem == nil)
        return save(.savingEnd(problem), at: now) ?? rest(after: problem, at: now)
    }

    /// The step that saves, or nil where nothing is to be saved; numbers in memory only are published as they are.
    private mutating func save(_ next: Phase, at now: UnixTime) -> Step? {
        guard let state = collector?.state, recognition == nil else { return nil }
        pending = state.isCaughtUp ? numbers(of: state, at: serverNow(now).second) : nil
        guard setup.isDurable, let bytes = checkpoint() else {
            durable = pending ?? durable
            publish()
            return nil
        }
        if !setup.settings.protections.contains(.publishAfterSync) {
            durable = pending ?? durable
            publish()
        }
        phase = next
        snapshot.work.checkpointBytes = bytes.count
        return .save(bytes)
    }

    private mutating func note(_ result: Result<Void, StateProblem>, took span: Duration) {
        snapshot.work.checkpointDuration.observe(span.secondsValue)
        switch result {
        case .success: durable = pending ?? durable
        case .failure(let problem):
            snapshot.work.checkpointFailures += 1
            outputs.append(.report(.notSaved(problem)))
        }
        pending = nil
    }

    private mutating func rest(after problem: CollectionProblem?, at now: UnixTime) -> Step {
        noteCollection(problem, at: now)
        publish()
        phase = .resting
        return .sleep(
            until: schedule.next(
                began: began, now: now, problem: problem, hasReachedPresent: collector?.hasReachedPresent ?? true))
    }

    // MARK: Repetition

    private mutating func pause(after error: APIError, before step: Step, at now: UnixTime, jitter: Double) -> Step? {
        attempts += 1
        guard let span = retries.pause(after: error, attempts: attempts, jitter: jitter) else {
            attempts = 0
            return nil
        }
        phase = .pausing(step)
        return .sleep(until: now + span)
    }

    private mutating func resumeAfterPause(of step: Step) {
        switch step {
        case .askInfo: phase = .readingInfo
        default: phase = recognition == nil ? .reading : .recognising
        }
    }

    // MARK: Time

    /// The server's clock as well as it is known.
    private func serverNow(_ now: UnixTime) -> UnixTime {
        now + (snapshot.clockDifference ?? .zero)
    }

    /// A moment on the server's clock before which it cannot have read the rows of this answer: its `Date` was taken when
    /// it had read them, and is cut to the second.
    private func serverMoment<Value>(of answer: Answer<Value>) -> UnixTime {
        guard let date = answer.server.date else { return serverNow(answer.sentAt) }
        return date - answer.duration
    }

    // MARK: Notes

    private var requestCount: UInt64 { snapshot.work.requests.values.reduce(0, +) }

    private func numbers(of state: AppState, at second: Int64) -> AppSnapshot.Numbers {
        AppSnapshot.Numbers(state, at: second, stuckAfter: setup.settings.stuckAfter.wholeSeconds)
    }

    private mutating func note<Value>(_ answer: Answer<Value>) {
        switch answer.result {
        case .failure(.cancelled), .failure(.unavailable): return  // No request was made.
        case .success, .failure: break
        }
        snapshot.work.countRequest(
            code: answer.code, took: answer.duration, seriesLimit: setup.settings.seriesLimit)
        snapshot.serverVersion = answer.server.version ?? snapshot.serverVersion
        noteClock(answer)
    }

    private mutating func noteClock<Value>(_ answer: Answer<Value>) {
        guard let difference = answer.clockDifference else { return }
        snapshot.clockDifference = difference
        if clockWatch.isNews(difference, measuredIn: answer.duration) { collector?.distrust() }
    }

    private mutating func noteCollection(_ problem: CollectionProblem?, at now: UnixTime) {
        let result: CollectionResult = problem == nil ? .success : .error
        let span = max(now - began, .zero)
        snapshot.work.collections[result, default: 0] += 1
        snapshot.work.lastEnded[result] = now
        snapshot.work.collectionDuration.observe(span.secondsValue)
        if let problem {
            fail(problem)
            return
        }
        if case .down = snapshot.health { outputs.append(.report(.recovered)) }
        snapshot.health = .up
        let rows = (collector?.tally.rows ?? 0) - rowsBefore
        outputs.append(.report(.collected(requests: requestCount - requestsBefore, rows: rows, duration: span)))
    }

    private mutating func fail(_ problem: CollectionProblem) {
        snapshot.health = .down(problem)
        outputs.append(.report(.failed(problem)))
    }

    private mutating func publish() {
        if let tally = collector?.tally { snapshot.work.tally = tally }
        snapshot.numbers = durable
        outputs.append(.publish(snapshot))
    }
}

// What passes between a machine and whoever carries out its steps.
extension AppMachine {
    /// What to do next; exactly one thing at a time.
    package enum Step: Equatable, Sendable {
        case load
        case sleep(until: UnixTime)
        case askInfo
        case askLogs(LogsQuery)
        case save([UInt8])
    }

    /// What came of it.
    package enum Input: Sendable {
        case loaded(Result<[UInt8]?, StateProblem>)
        case woke
        case info(Answer<AppInfo>)
        case logs(Answer<LogPage>)
        case saved(Result<Void, StateProblem>, took: Duration)
    }

    /// What others should know, in the order in which it happened.
    package enum Output: Sendable {
        case publish(AppSnapshot)
        case report(AppEvent)
    }

    /// What a machine leaves to the next one of the same app, which has other settings.
    package struct Handover: Sendable {
        /// The state as it would be written down; nil before there was any.
        package var checkpoint: [UInt8]?
        /// Nil for an app that was away meanwhile, of which nothing is to be shown before it has been tried again.
        package var snapshot: AppSnapshot?
    }
}
