import CivilTime
import DifyAPI
import Platform

@testable import LogCollection

/// One app's machine beside a small Dify whose keys, clocks, failures and disk a test sets. Nothing waits: time passes by
/// the steps that are carried out.
struct DrivenApp {
    /// What is behind a key.
    struct DifyApp {
        var info: AppInfo
        var list = ListOfLogs(logs: [])
    }

    static let noon = UnixTime(seconds: 1_795_000_000)
    private static let latency = Duration.milliseconds(100)

    private(set) var machine: AppMachine
    /// True time since the beginning.
    private(set) var elapsed = Duration.zero
    /// How far the exporter's wall clock and the server's clock are ahead of the truth.
    var ownClock = Duration.zero
    var serverClock = Duration.zero
    var keyVersion = 1
    var apps: [Int: DifyApp]
    /// The error instead of an answer to a step; nil lets it be answered.
    var failing: (AppMachine.Step) -> APIError? = { _ in nil }
    /// Called before each request is answered.
    var beforeAnswer: (inout DrivenApp, AppMachine.Step) -> Void = { _, _ in }
    var isDiskFull = false
    private(set) var disk: [UInt8]?
    private(set) var events: [AppEvent] = []
    private(set) var published: AppSnapshot?
    private(set) var asked: [AppMachine.Step] = []
    private var writtenLogs = 0
    private let setup: AppSetup

    init(
        isDurable: Bool = true, lookback: Duration = .seconds(600), filter: LogsQuery.Filter = .init(),
        ownClock: Duration = .zero, serverClock: Duration = .zero
    ) {
        var settings = CollectionSettings(interval: .seconds(30), lookback: lookback)
        settings.filter = filter
        setup = AppSetup(
            name: "triage", settings: settings, baseURL: "http://dify.test/v1",
            storagePath: isDurable ? "triage.checkpoint" : nil)
        apps = [1: DifyApp(info: .named("Triage"))]
        (self.ownClock, self.serverClock) = (ownClock, serverClock)
        machine = AppMachine(
            setup: setup, at: ClockReading(monotonic: .zero, date: Self.noon + ownClock))
    }

    /// The truth.
    var now: UnixTime { Self.noon + elapsed }
    var serverNow: UnixTime { now + serverClock }
    var reading: ClockReading { ClockReading(monotonic: .zero + elapsed, date: now + ownClock) }

    var runs: UInt64 { published?.numbers?.totals.byStatus.values.reduce(0) { $0 + $1.runs } ?? 0 }

    /// Writes logs of finished runs as the server's clock stamps them, or so much earlier.
    mutating func write(_ count: Int = 1, before: Duration = .zero, to version: Int? = nil) {
        for _ in 0..<count {
            writtenLogs += 1
            let log = WorkflowLog.make("log-\(writtenLogs)", at: (serverNow - before).second)
            apps[version ?? keyVersion]?.list.logs.append(log)
        }
    }

    /// Gives the app behind key 2 a log in every second in which that of key 1 has one.
    mutating func mirrorLogs() {
        let logs = apps[1]?.list.logs ?? []
        apps[2]?.list.logs += logs.map { .make("other-\($0.id)", at: $0.createdAt) }
    }

    mutating func pass(_ span: Duration) {
        elapsed = elapsed + span
    }

    /// The exporter ends without a word, and begins anew.
    mutating func restart() {
        machine = AppMachine(setup: setup, at: reading)
    }

    /// Carries out one step.
    mutating func carryOut() {
        let step = machine.step
        let input: AppMachine.Input
        switch step {
        case .load: input = .loaded(.success(disk))
        case .sleep(let deadline):
            elapsed = max(elapsed, deadline - .zero)
            input = .woke
        case .save(let bytes):
            if !isDiskFull { disk = bytes }
            input = .saved(isDiskFull ? .failure(.disk("the disk is full")) : .success(()), took: .zero)
        case .askInfo: input = .info(answer(step) { $0.info })
        case .askLogs(let query): input = .logs(answer(step) { $0.list.answer(to: query) })
        }
        machine.resume(input, at: reading, jitter: 0.5)
        for output in machine.takeOutputs() {
            switch output {
            case .publish(let snapshot): published = snapshot
            case .report(let event): events.append(event)
            }
        }
    }

    private mutating func answer<Value>(
        _ step: AppMachine.Step, _ body: (inout DifyApp) -> Value
    ) -> Answer<Value> {
        asked.append(step)
        beforeAnswer(&self, step)
        let sentAt = now + ownClock
        let version = keyVersion
        let date = UnixTime(seconds: serverNow.second)
        elapsed = elapsed + Self.latency
        let result: Result<Value, APIError>
        if let error = failing(step) {
            result = .failure(error)
        } else if var app = apps[version] {
            result = .success(body(&app))
        } else {
            result = .failure(.authentication(message: "no such key"))
        }
        var answer = Answer(
            result: result, server: ServerFacts(date: date), sentAt: sentAt, duration: Self.latency)
        answer.keyVersion = version
        return answer
    }

    /// One round: what is asked from waking up to resting, and how long it rested before.
    @discardableResult
    mutating func round() -> [AppMachine.Step] {
        let before = asked.count
        repeat { carryOut() } while !isResting
        return Array(asked[before...])
    }

    mutating func rounds(_ count: Int) {
        for _ in 0..<count { round() }
    }

    private var isResting: Bool {
        switch machine.phase {
        case .resting, .withoutState: true
        default: false
        }
    }
}

extension AppInfo {
    static func named(_ name: String) -> AppInfo {
        AppInfo(name: name, description: nil, tags: [], mode: "workflow", authorName: nil)
    }
}

extension AppMachine.Step {
    var isInfo: Bool { self == .askInfo }
}

extension AppEvent {
    var step: ServerClock.Step? {
        if case .serverClockStepped(let step) = self { return step }
        return nil
    }
}

extension ListOfLogs {
    /// The answer to a query, all that was written included.
    mutating func answer(to query: LogsQuery) -> LogPage {
        page(
            PageRequest(
                window: Window(first: query.createdAtAfter ?? .min, last: query.createdAtBefore), page: query.page,
                limit: query.limit, status: query.filter.status))
    }
}
