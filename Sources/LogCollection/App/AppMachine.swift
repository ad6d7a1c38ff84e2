import CivilTime
import DifyAPI
import Metrics
import Platform

/// All that happens to one app from start to end, as a value: it says what to do next and is told what came of it. An
/// actor carries the steps out in production, a loop without tasks or clocks in a simulation.
///
///              start
///                │  durable                          in memory only
///        ┌──▶ loading ──────────────────────────┐          │
///        │       │ cannot be used               │ loaded   │
///        └── withoutState                       ▼          │
///                        ┌──────────────────▶ resting ◀────┘
///                        │                      │ its time has come
///                        │ the round has ended  ▼                  failed, and worth repeating
///                      saving ◀──────────── asking ─────────────────────────────▶ pausing
///                        │                    ▲  ▲                                   │
///                        └────────────────────┘  └───────────────────────────────────┘
///                         the round goes on
///
/// A round asks for the app's info, for some logs that the state knows (recognition), for the newest log (at the first
/// contact, when clocks contradict each other) and then for logs until there is nothing more to ask. Info and
/// recognition are left out while the key is the one that was recognised within the last hour. A failed save ends in
/// the same states as a successful one. An input that belongs to another step changes nothing, and the step is given again.
///
/// What is published is durable: numbers go out only after the step that saved them has succeeded. And what is counted is
/// this app's: a page of logs counts only when it was asked with the key that was recognised.
package struct AppMachine: Sendable {
    package let setup: AppSetup
    private(set) var snapshot: AppSnapshot
    package private(set) var collector: Collector?
    private(set) var phase: Phase
    /// Tells whether what would be written is on disk already; nil before anything was.
    private var savedChecksum: UInt64?
    private var access = Access.unknown
    private var ownership = Ownership.nobody
    private var schedule: CollectionSchedule
    private var serverClock = ServerClock()
    private var failures: FailureSpell?
    private var catchUp: CatchUp?
    /// What may be published: what is on disk, or for numbers in memory only what was last collected.
    private var durable: AppSnapshot.Numbers?
    private var lastDurableStep: MonotonicTime?
    private var outputs: [Output] = []

    enum Phase: Sendable {
        /// Waits for the stored state.
        case loading
        /// The stored state cannot be used; it is looked at again later.
        case withoutState(until: MonotonicTime)
        /// Between two rounds.
        case resting(until: MonotonicTime)
        /// A request is under way.
        case asking(Request, Round)
        /// Before a request is repeated.
        case pausing(Request, Round, until: MonotonicTime)
        case saving(Save, Round)
    }

    /// One request until it is answered or given up.
    struct Request: Sendable {
        var question: Question
        /// How often it has failed.
        var failures = 0
    }

    enum Question: Sendable {
        case info
        /// Asks for logs that the state knows, to see that `info` is of the app whose numbers they are.
        case recognition(Recognition, LogsQuery, info: AppInfo)
        /// Asks for the newest log of all, whose stamp decides between clocks.
        case newest
        case logs(LogsQuery)
    }

    /// One collection.
    struct Round: Sendable {
        let began: ClockReading
        let requestsBefore: UInt64
        let rowsBefore: Int
        var retries = RetryPolicy()
        /// The key that the info was asked with.
        var keyVersion = 0
    }

    /// A save under way.
    struct Save: Sendable {
        let bytes: [UInt8]
        /// The numbers that it makes durable.
        let numbers: AppSnapshot.Numbers?
        let continuation: Continuation

        enum Continuation: Sendable {
            case nextRequest
            /// The round has ended, with this problem if any.
            case rest(CollectionProblem?)
        }
    }

    /// What is known of the app behind the key.
    private enum Access {
        /// Its info is asked, and where there are numbers it is recognised, before anything is read.
        case unknown
        /// Requests with this version of the key are to the app whose numbers these are.
        case recognised(keyVersion: Int, infoReadAt: MonotonicTime)
    }

    /// Whose numbers the collector has.
    private enum Ownership {
        /// There are none yet.
        case nobody
        /// An earlier process wrote them. Until the app is recognised, they are left alone.
        case claimed(Checkpoint.Identity)
        case proven(Checkpoint.Identity)

        var identity: Checkpoint.Identity? {
            switch self {
            case .nobody: nil
            case .claimed(let identity), .proven(let identity): identity
            }
        }
    }

    /// How often the app's name, mode and tags are asked for again.
    private static let infoLifetime = Duration.seconds(3600)
    /// A state that cannot be used is looked at again this often: its file may be restored, its lock be given up.
    private static let loadInterval = Duration.seconds(30)
    /// A catch-up of so few pages is over soon, and its rounds are as urgent as others.
    private static let shortCatchUp = 4
    /// Durable steps of a long round come this far apart at least.
    private static let stepInterval = Duration.seconds(1)

    /// Counters of `predecessor` go on. Its state does so for numbers in memory only; others are loaded.
    package init(setup: AppSetup, at now: ClockReading, succeeding predecessor: Handover? = nil) {
        self.setup = setup
        snapshot = AppSnapshot(
            name: setup.name, labels: setup.labels, consoleURL: setup.consoleURL, at: now.date)
        if let earlier = predecessor?.snapshot { snapshot.inherit(earlier) }
        if let clock = predecessor?.serverClock { serverClock = clock }
        schedule = CollectionSchedule(
            interval: setup.settings.interval, position: setup.position, start: now.monotonic,
            firstWithin: setup.firstWithin)
        phase = .loading
        if !setup.isDurable { takeState(.success(predecessor?.checkpoint), at: now) }
    }

    /// What is to be done now: the same until its result has been taken.
    package var step: Step {
        switch phase {
        case .loading: .load
        case .withoutState(let moment), .resting(let moment), .pausing(_, _, let moment): .sleep(until: moment)
        case .asking(let request, _):
            switch request.question {
            case .info: .askInfo
            case .newest: .askLogs(LogsQuery(limit: 1))
            case .recognition(_, let query, _), .logs(let query): .askLogs(query)
            }
        case .saving(let save, _): .save(save.bytes)
        }
    }

    /// Whether the request that is to be made now can wait.
    package var urgency: Urgency {
        guard case .asking(let request, _) = phase, case .logs = request.question, let collector,
            collector.isCatchingUp, let catchUp, catchUp.answers >= Self.shortCatchUp
        else { return .regular }
        return .background(strain: collector.answerTimes.strain)
    }

    /// What has been said since the last time this was asked.
    package mutating func takeOutputs() -> [Output] {
        defer { outputs = [] }
        return outputs
    }

    /// Takes what came of the step. `jitter` is from 0 to 1.
    package mutating func resume(_ input: Input, at now: ClockReading, jitter: Double) {
        switch (phase, input) {
        case (.loading, .loaded(let result)): takeState(result, at: now)
        case (.withoutState, .woke): phase = .loading
        case (.resting, .woke): beginRound(at: now)
        case (.pausing(let request, let round, _), .woke): phase = .asking(request, round)
        case (.asking(let request, let round), .info(let answer)):
            guard case .info = request.question else { return }
            note(answer, at: now)
            takeInfo(answer, request, round, at: now, jitter: jitter)
        case (.asking(let request, let round), .logs(let answer)):
            if case .info = request.question { return }
            note(answer, at: now)
            takePage(answer, request, round, at: now, jitter: jitter)
        case (.saving(let save, let round), .saved(let result, let span)):
            takeSaved(result, save, round, took: span, at: now)
        default: return
        }
    }

    /// The checkpoint to write when the program ends now; nil when there is nothing that is not on disk.
    package func finalCheckpoint() -> [UInt8]? {
        guard setup.isDurable, let bytes = checkpoint(), Checkpoint.checksum(of: bytes) != savedChecksum else {
            return nil
        }
        return bytes
    }

    /// Keeps what becomes of runs from now on, for `takeChanges`.
    mutating func keepChanges() {
        collector?.keepChanges()
    }

    /// What became of runs since this was last called.
    mutating func takeChanges() -> [RunChange] {
        collector?.takeChanges() ?? []
    }

    /// Whether a round has come to the present and nothing is asked.
    var isAtPresent: Bool {
        guard case .resting = phase, case .up = snapshot.health else { return false }
        return collector?.hasReachedPresent ?? false
    }

    /// What the next machine of this app goes on from.
    package var handover: Handover {
        Handover(checkpoint: checkpoint(), snapshot: snapshot, serverClock: serverClock)
    }

    // MARK: State

    private mutating func takeState(_ result: Result<[UInt8]?, StateProblem>, at now: ClockReading) {
        do throws(StateProblem) {
            if let bytes = try result.get() { try restore(bytes, at: now) }
            phase = .resting(until: now.monotonic + schedule.firstDelay)
            if durable != nil { publish() }
        } catch {
            noteFailure(.state(error), at: now)
            publish()
            phase = .withoutState(until: now.monotonic + Self.loadInterval)
        }
    }

    private mutating func restore(_ bytes: [UInt8], at now: ClockReading) throws(StateProblem) {
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
        state.totals.adopt(setup.settings, at: now.date)
        if setup.takesNameOfDify { snapshot.name = checkpoint.identity.name }
        if setup.isDurable {
            ownership = .claimed(checkpoint.identity)
        } else {
            ownership = .proven(checkpoint.identity)
        }
        var collector = Collector(settings: setup.settings, state: state, tally: snapshot.work.tally)
        // Nobody watched the server's clock meanwhile.
        collector.requireFullAudit()
        self.collector = collector
        if state.isCaughtUp { durable = numbers(of: state, at: serverClock.now(at: now).second) }
    }

    private func checkpoint() -> [UInt8]? {
        guard let state = collector?.state, case .proven(let identity) = ownership else { return nil }
        return Checkpoint(identity: identity, state: state).encoded
    }

    // MARK: One round

    private mutating func beginRound(at now: ClockReading) {
        let rows = (collector?.tally ?? snapshot.work.tally).rows
        let round = Round(began: now, requestsBefore: requestCount, rowsBefore: rows)
        if case .recognised(_, let infoReadAt) = access, now.monotonic - infoReadAt < Self.infoLifetime {
            read(round, at: now)
        } else {
            ask(.info, round)
        }
    }

    private mutating func ask(_ question: Question, _ round: Round) {
        phase = .asking(Request(question: question), round)
    }

    private mutating func takeInfo(
        _ answer: Answer<AppInfo>, _ request: Request, _ round: Round, at now: ClockReading, jitter: Double
    ) {
        switch answer.result {
        case .failure(let error):
            if pause(after: error, before: request, round, at: now, jitter: jitter) { return }
            // Only the first time is its failure the round's: a name that is an hour old will do.
            guard !doubtsApp(error), case .recognised = access else { return end(.api(error), round, at: now) }
            read(round, at: now)
        case .success(let info):
            var round = round
            round.keyVersion = answer.keyVersion
            guard let identity = ownership.identity, let state = collector?.state else {
                return admit(info, round, at: now)
            }
            recognise(Recognition(of: Checkpoint(identity: identity, state: state)), info, round, at: now)
        }
    }

    /// Asks for known logs as long as that may tell more, and then decides.
    private mutating func recognise(_ recognition: Recognition, _ info: AppInfo, _ round: Round, at now: ClockReading) {
        if let query = recognition.query {
            ask(.recognition(recognition, query, info: info), round)
        } else if recognition.isSameApp(difyName: info.name, baseURL: setup.baseURL) {
            admit(info, round, at: now)
        } else {
            access = .unknown
            end(.state(.foreign(owner: recognition.owner)), round, at: now)
        }
    }

    /// The app behind the key is the one whose numbers these are.
    private mutating func admit(_ info: AppInfo, _ round: Round, at now: ClockReading) {
        if snapshot.info != info {
            note(info.oddValues)
            outputs.append(.report(.connected(info, serverVersion: snapshot.serverVersion)))
            if !info.hasWorkflowLogs { outputs.append(.report(.hasNoLogs(mode: info.mode ?? ""))) }
        }
        snapshot.info = info
        // Once only: a name that changes would change the identity of every series.
        if setup.takesNameOfDify, ownership.identity == nil { snapshot.name = info.name }
        ownership = .proven(.init(name: snapshot.name, baseURL: setup.baseURL, difyName: info.name))
        access = .recognised(keyVersion: round.keyVersion, infoReadAt: now.monotonic)
        read(round, at: now)
    }

    private mutating func read(_ round: Round, at now: ClockReading) {
        guard collector != nil || !serverClock.needsRows(at: now) else { return ask(.newest, round) }
        beginReading(from: nil, round, at: now)
    }

    /// `newestRow` is the stamp of the newest log at the first contact, where it was asked for.
    private mutating func beginReading(from newestRow: Int64?, _ round: Round, at now: ClockReading) {
        var collector = self.collector ?? newCollector(newestRow: newestRow, at: now)
        collector.begin(at: serverClock.now(at: now))
        catchUp =
            catchUp
            ?? CatchUp(
                from: collector.state.frontier, rows: collector.tally.rows, requests: requestCount, at: now.monotonic)
        self.collector = collector
        nextRead(round, at: now)
    }

    /// For an app that is seen for the first time.
    private mutating func newCollector(newestRow: Int64?, at now: ClockReading) -> Collector {
        let present = serverClock.firstContact(newestRow: newestRow, at: now)
        let start = (present - setup.settings.lookback).second
        var state = AppState(start: start, buckets: setup.settings.buckets, at: now.date)
        state.totals.adopt(setup.settings, at: now.date)
        return Collector(settings: setup.settings, state: state, tally: snapshot.work.tally)
    }

    private mutating func nextRead(_ round: Round, at now: ClockReading) {
        guard let query = collector?.nextQuery() else { return end(nil, round, at: now) }
        ask(.logs(query), round)
    }

    private mutating func takePage(
        _ answer: Answer<LogPage>, _ request: Request, _ round: Round, at now: ClockReading, jitter: Double
    ) {
        switch answer.result {
        case .failure(let error):
            if error.isTransient { collector?.noteFailure() }
            if pause(after: error, before: request, round, at: now, jitter: jitter) { return }
            // A row that Dify cannot serve makes it refuse the page.
            switch (request.question, error) {
            case (.logs, .unreadableRow(let index)):
                guard answer.keyVersion == keyVersion(expectedFor: request, round) else { return startOver(round) }
                let moment = serverMoment(of: answer, at: now)
                catchUp?.noteAnswer()
                guard collector?.receiveRefusal(index: index, at: moment) == true else {
                    return end(.api(error), round, at: now)
                }
                noteFindings()
                nextRead(round, at: now)
            case (.recognition(var recognition, _, let info), .unreadableRow):
                recognition.passOver()
                guard
                    !recognition.isUndecided || recognition.isSameApp(difyName: info.name, baseURL: setup.baseURL)
                else { return end(.api(error), round, at: now) }
                recognise(recognition, info, round, at: now)
            case (.newest, .unreadableRow): beginReading(from: nil, round, at: now)
            default: end(.api(error), round, at: now)
            }
        case .success(let page):
            guard answer.keyVersion == keyVersion(expectedFor: request, round) else { return startOver(round) }
            switch request.question {
            case .info: return
            case .recognition(var recognition, _, let info):
                recognition.receive(page)
                recognise(recognition, info, round, at: now)
            case .newest: beginReading(from: page.logs.first?.createdAt, round, at: now)
            case .logs: takeLogs(page, answer, round, at: now)
            }
        }
    }

    /// The key was exchanged after the app was recognised: whose logs these are is not known.
    private mutating func startOver(_ round: Round) {
        collector?.end(succeeded: false)
        access = .unknown
        ask(.info, round)
    }

    private func keyVersion(expectedFor request: Request, _ round: Round) -> Int {
        if case .recognition = request.question { return round.keyVersion }
        guard case .recognised(let version, _) = access else { return round.keyVersion }
        return version
    }

    private mutating func takeLogs(
        _ page: LogPage, _ answer: Answer<LogPage>, _ round: Round, at now: ClockReading
    ) {
        let moment = serverMoment(of: answer, at: now)
        catchUp?.noteAnswer()
        collector?.receive(page, at: moment, took: answer.duration)
        note(collector?.takeOddValues() ?? [])
        noteFindings()
        noteProgress(at: now)
        let isStep = collector?.takeDurableStep() ?? false
        guard isStep, lastDurableStep.map({ now.monotonic - $0 >= Self.stepInterval }) ?? true else {
            return nextRead(round, at: now)
        }
        lastDurableStep = now.monotonic
        save(.nextRequest, round, at: now)
    }

    private mutating func end(_ problem: CollectionProblem?, _ round: Round, at now: ClockReading) {
        if case .api(let error) = problem, doubtsApp(error) { access = .unknown }
        collector?.end(succeeded: problem == nil)
        noteFindings()
        save(.rest(problem), round, at: now)
    }

    /// Whether an error may mean that another app, or another server, is behind the key.
    private func doubtsApp(_ error: APIError) -> Bool {
        if case .notDify = error { return true }
        return error.needsOperator
    }

    /// Saves if there is anything to save, and goes on. Numbers in memory only are published as they are.
    private mutating func save(_ continuation: Save.Continuation, _ round: Round, at now: ClockReading) {
        guard let state = collector?.state, case .proven = ownership else {
            return proceed(continuation, round, at: now)
        }
        let numbers = state.isCaughtUp ? numbers(of: state, at: serverClock.now(at: now).second) : nil
        let isDurable = setup.isDurable && setup.settings.safeguards.contains(.publishAfterSync)
        if !isDurable {
            durable = numbers ?? durable
            publish()
        }
        guard setup.isDurable, let bytes = checkpoint() else { return proceed(continuation, round, at: now) }
        snapshot.work.checkpointBytes = bytes.count
        phase = .saving(Save(bytes: bytes, numbers: numbers, continuation: continuation), round)
    }

    private mutating func takeSaved(
        _ result: Result<Void, StateProblem>, _ save: Save, _ round: Round, took span: Duration, at now: ClockReading
    ) {
        snapshot.work.checkpointDuration.observe(span.secondsValue)
        var continuation = save.continuation
        switch result {
        case .success:
            savedChecksum = Checkpoint.checksum(of: save.bytes)
            durable = save.numbers ?? durable
            if case .nextRequest = continuation { publish() }
        case .failure(let problem):
            snapshot.work.checkpointFailures += 1
            if case .rest(nil) = continuation { continuation = .rest(.notSaved(problem)) }
        }
        proceed(continuation, round, at: now)
    }

    private mutating func proceed(_ continuation: Save.Continuation, _ round: Round, at now: ClockReading) {
        switch continuation {
        case .nextRequest: nextRead(round, at: now)
        case .rest(let problem): rest(after: problem, round, at: now)
        }
    }

    private mutating func rest(after problem: CollectionProblem?, _ round: Round, at now: ClockReading) {
        let hasReachedPresent = collector?.hasReachedPresent ?? true
        if hasReachedPresent {
            catchUp = nil
            snapshot.catchUp = nil
        }
        note(problem, of: round, at: now)
        publish()
        phase = .resting(
            until: schedule.next(
                began: round.began.monotonic, now: now.monotonic, problem: problem,
                hasReachedPresent: hasReachedPresent))
    }

    /// Whether the request is repeated after a pause.
    private mutating func pause(
        after error: APIError, before request: Request, _ round: Round, at now: ClockReading, jitter: Double
    ) -> Bool {
        var (request, round) = (request, round)
        request.failures += 1
        guard let span = round.retries.pause(after: error, attempts: request.failures, jitter: jitter) else {
            return false
        }
        phase = .pausing(request, round, until: now.monotonic + span)
        return true
    }

    // MARK: Time

    /// A moment on the server's clock before which it cannot have read the rows of this answer: its `Date` was taken when
    /// it had read them, and is cut to the second.
    private func serverMoment<Value>(of answer: Answer<Value>, at now: ClockReading) -> UnixTime {
        let present = serverClock.now(at: now)
        return min(answer.server.date ?? present, present) - answer.duration
    }

    private mutating func noteClock<Value>(_ answer: Answer<Value>, at now: ClockReading) {
        guard let date = answer.server.date else { return }
        snapshot.clockDifference = answer.clockDifference
        let state = collector?.state
        let step = serverClock.note(date, at: now, span: answer.duration, frontier: state?.frontier) { window in
            // A row that cannot be served was stamped all the same.
            state.map { $0.ledger.hasLogs(in: window) || !$0.unreadable.isEmpty(in: window) } ?? false
        }
        guard let step else { return }
        collector?.requireFullAudit()
        outputs.append(.report(.serverClockStepped(step)))
    }

    // MARK: Notes

    private var requestCount: UInt64 { snapshot.work.requests.values.reduce(0, +) }

    private func numbers(of state: AppState, at second: Int64) -> AppSnapshot.Numbers {
        AppSnapshot.Numbers(state, at: second, stuckAfter: setup.settings.stuckAfter.wholeSeconds)
    }

    private mutating func note<Value>(_ answer: Answer<Value>, at now: ClockReading) {
        guard answer.wasSent else { return }
        snapshot.work.countRequest(code: answer.code, seriesLimit: setup.settings.seriesLimit)
        snapshot.serverVersion = answer.server.version ?? snapshot.serverVersion
        noteClock(answer, at: now)
    }

    private mutating func noteFindings() {
        outputs += (collector?.takeFindings() ?? []).map { .report(.found($0)) }
    }

    private mutating func note(_ oddValues: [OddValue]) {
        for value in oddValues where snapshot.work.oddValues.count(value) {
            outputs.append(.report(.oddValue(value)))
        }
    }

    private mutating func noteProgress(at now: ClockReading) {
        guard let collector, var catchUp else { return }
        let progress = catchUp.progress(
            frontier: collector.state.frontier, present: serverClock.now(at: now).second, rows: collector.tally.rows,
            requests: requestCount, at: now.monotonic)
        if catchUp.isWorthTelling(at: now.monotonic) { outputs.append(.report(.catchingUp(progress))) }
        snapshot.catchUp = progress
        self.catchUp = catchUp
    }

    private mutating func note(_ problem: CollectionProblem?, of round: Round, at now: ClockReading) {
        let result: CollectionResult = problem == nil ? .success : .error
        let span = now.monotonic - round.began.monotonic
        snapshot.work.collections[result, default: 0] += 1
        snapshot.work.lastEnded[result] = now.date
        snapshot.work.collectionDuration.observe(span.secondsValue)
        if let problem { return noteFailure(problem, at: now) }
        if let failures { outputs.append(.report(.recovered(after: failures.summary(at: now)))) }
        failures = nil
        snapshot.health = .up
        let rows = (collector?.tally.rows ?? 0) - round.rowsBefore
        outputs.append(.report(.collected(requests: requestCount - round.requestsBefore, rows: rows, duration: span)))
    }

    private mutating func noteFailure(_ problem: CollectionProblem, at now: ClockReading) {
        snapshot.health = .down(problem)
        var spell = failures ?? FailureSpell(at: now)
        if let event = spell.note(problem, at: now) { outputs.append(.report(event)) }
        failures = spell
    }

    private mutating func publish() {
        if let tally = collector?.tally { snapshot.work.tally = tally }
        snapshot.numbers = durable
        outputs.append(.publish(snapshot))
    }
}

// What passes between a machine and whoever carries out its steps. It is indirect, and so takes little of the frames of asynchronous
// functions, which last as long as the app.
extension AppMachine {
    /// What to do next; exactly one thing at a time.
    package indirect enum Step: Equatable, Sendable {
        case load
        case sleep(until: MonotonicTime)
        case askInfo
        case askLogs(LogsQuery)
        case save([UInt8])
    }

    /// What came of it.
    package indirect enum Input: Sendable {
        case loaded(Result<[UInt8]?, StateProblem>)
        case woke
        case info(Answer<AppInfo>)
        case logs(Answer<LogPage>)
        case saved(Result<Void, StateProblem>, took: Duration)
    }

    /// What others should know, in the order in which it happened.
    package indirect enum Output: Sendable {
        case publish(AppSnapshot)
        case report(AppEvent)
    }

    /// What a machine leaves to the next one of the same app, which has other settings.
    package struct Handover: Sendable {
        /// The state as it would be written down; nil before there was any.
        package var checkpoint: [UInt8]?
        /// Nil for an app that was away meanwhile, of which nothing is to be shown before it has been tried again.
        package var snapshot: AppSnapshot?
        package var serverClock: ServerClock
    }
}
