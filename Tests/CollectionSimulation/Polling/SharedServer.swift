import CivilTime
import DifyAPI
import DifySimulator
import LogCollection
import Platform

/// A server with ten slots, a user who asks it for a page of 20 rows each second, and an exporter beside: one app that catches
/// up, and others that are collected as ever.
///
/// Requests wait for each other in two places, the database and the one process that makes rows into answers. In such a pair
/// each of n requests goes on at 2/(n+1) of its speed alone. For two that is 1.5 times as long, and 1.46 times was measured on
/// a Dify 1.15.0: a p95 of 73 ms beside a catch-up, and of 50 ms without.
package struct SharedServer {
    package struct Settings: Sendable {
        /// Runs of the app that catches up, spread over seven days.
        package var runs = 100_000
        package var otherApps = 4
        /// Rows in each app's log.
        package var history = 100_000
        package var limits = RequestBudget.Limits(inFlight: 2, perSecond: 5)
        /// Whether the catch-up is a guest; otherwise its requests are as urgent as any.
        package var yields = true
        package var seed: UInt64 = 1

        package init() {}
    }

    package struct Report: Sendable {
        /// What the user's requests took, shortest first, in seconds.
        package fileprivate(set) var userTimes: [Double] = []
        /// What the user's requests take without the exporter, in seconds.
        package fileprivate(set) var userTimeAlone = 0.0
        /// How much later than due the rounds of other apps began to be read, at most; in seconds.
        package fileprivate(set) var greatestLateness = 0.0
        package fileprivate(set) var catchUpSeconds = 0.0
        package fileprivate(set) var catchUpRequests = 0

        package var userP95: Double { userTimes[userTimes.count * 95 / 100] }
    }

    private enum Owner: Equatable {
        case user(since: Double)
        case app(Int)
    }

    /// A request that has a slot, or waits for one.
    private struct Job {
        let owner: Owner
        /// Seconds that it takes alone.
        var rest: Double
    }

    private struct App {
        var machine: AppMachine
        let list: PricedList
        var activity = Activity.none
        /// When its round was due, until its first logs are asked for.
        var roundDueAt: Double?
        var hasNumbers = false

        enum Activity {
            case none
            case sleeping(until: Double)
            case queued
            case asking(AppMachine.Step, Urgency.Kind, sentAt: Double)
        }
    }

    private static let slots = 10
    private static let endOfPatience = 40_000.0

    private let settings: Settings
    private let start: UnixTime
    private var random: SeededRandom
    /// Seconds since the start.
    private var now = 0.0
    private var jobs: [Job] = []
    private var apps: [App] = []
    private var queue: [Int] = []
    private var budget: RequestBudget
    private var nextUser = 0.0
    private var report = Report()

    package init(_ settings: Settings) {
        self.settings = settings
        random = SeededRandom(seed: settings.seed)
        budget = RequestBudget(limits: settings.limits)
        let price = PricedList.Price(history: settings.history)
        let week = Duration.seconds(604_800)
        var load = PricedList.Load(
            runsPerSecond: Double(settings.runs) / week.secondsValue, runDuration: .seconds(20), span: week)
        load.seed = settings.seed
        let history = PricedList(load, price: price)
        start = history.end
        report.userTimeAlone = price.of(requests: 1, rows: 20).secondsValue
        for place in 0...settings.otherApps {
            var collection = CollectionSettings()
            var list = history
            if place == 0 {
                collection.lookback = week
            } else {
                var load = PricedList.Load(
                    runsPerSecond: 0.1, runDuration: .seconds(20), span: .seconds(Int64(Self.endOfPatience)))
                load.seed = settings.seed &+ UInt64(place)
                collection.lookback = .seconds(60)
                list = PricedList(load, price: price, start: start - .seconds(600))
            }
            let setup = AppSetup(
                name: "app-\(place)", settings: collection,
                position: Double(place) / Double(settings.otherApps + 1), baseURL: "http://dify/v1", storagePath: nil)
            let machine = AppMachine(setup: setup, at: reading)
            apps.append(App(machine: machine, list: list))
        }
    }

    private var reading: ClockReading {
        ClockReading(monotonic: .zero + .nanoseconds(Int64(now * 1e9)), date: start + .milliseconds(Int64(now * 1000)))
    }

    /// Lives until the catch-up has reached the present.
    package mutating func run() -> Report {
        for index in apps.indices { begin(index) }
        nextUser = random.fraction()
        while !apps[0].hasNumbers, now < Self.endOfPatience {
            admit()
            pass(to: nextEvent)
            takeAnswers()
            wake()
            askAsUser()
        }
        report.catchUpSeconds = now
        report.userTimes.sort()
        return report
    }

    // MARK: Time

    private var active: Int { min(jobs.count, Self.slots) }
    private var speed: Double { 2 / Double(active + 1) }

    private var nextEvent: Double {
        var next = nextUser
        if let rest = jobs.prefix(active).map(\.rest).min() { next = min(next, now + rest / speed) }
        for app in apps {
            if case .sleeping(let moment) = app.activity { next = min(next, moment) }
        }
        if let waiting = nextInQueue {
            var budget = budget
            if case .waitUntil(let moment) = budget.admit(urgency(of: queue[waiting]), at: reading.monotonic) {
                next = min(next, (moment - .zero).secondsValue)
            }
        }
        return max(next, now)
    }

    private mutating func pass(to moment: Double) {
        let work = (moment - now) * speed
        for index in 0..<active { jobs[index].rest -= work }
        // A nanosecond more, so that what is due then is due.
        now = moment + 1e-9
    }

    // MARK: The user

    private mutating func askAsUser() {
        guard now >= nextUser else { return }
        jobs.append(Job(owner: .user(since: now), rest: report.userTimeAlone))
        nextUser = nextUser.rounded(.down) + 1 + random.fraction()
    }

    // MARK: The exporter

    private func urgency(of index: Int) -> Urgency {
        settings.yields ? apps[index].machine.urgency : .regular
    }

    private var nextInQueue: Int? {
        queue.firstIndex { urgency(of: $0) == .regular } ?? queue.indices.first
    }

    private mutating func admit() {
        while let place = nextInQueue {
            let index = queue[place]
            let urgency = urgency(of: index)
            guard budget.admit(urgency, at: reading.monotonic) == .granted else { return }
            queue.remove(at: place)
            ask(index, urgency.kind)
        }
    }

    private mutating func ask(_ index: Int, _ kind: Urgency.Kind) {
        let step = apps[index].machine.step
        var rows = 0
        if case .askLogs(let query) = step {
            rows = apps[index].list.answer(to: query, at: reading.date).page.logs.count
            if let due = apps[index].roundDueAt, index > 0 {
                report.greatestLateness = max(report.greatestLateness, now - due)
            }
            apps[index].roundDueAt = nil
        }
        if index == 0 { report.catchUpRequests += 1 }
        apps[index].activity = .asking(step, kind, sentAt: now)
        let work = apps[index].list.price.of(requests: 1, rows: rows)
        jobs.append(Job(owner: .app(index), rest: work.secondsValue))
    }

    private mutating func takeAnswers() {
        let finished = jobs.prefix(active).filter { $0.rest <= 1e-9 }
        let running = active
        jobs = jobs.prefix(running).filter { $0.rest > 1e-9 } + jobs.dropFirst(running)
        for job in finished {
            switch job.owner {
            case .user(let since): report.userTimes.append(now - since)
            case .app(let index): answer(index)
            }
        }
    }

    private mutating func answer(_ index: Int) {
        guard case .asking(let step, let kind, let sentAt) = apps[index].activity else { return }
        let took = Duration.nanoseconds(Int64((now - sentAt) * 1e9))
        budget.end(kind, took: took, at: reading.monotonic)
        let server = ServerFacts(date: UnixTime(seconds: reading.date.second))
        let sent = start + .milliseconds(Int64(sentAt * 1000))
        if case .askLogs(let query) = step {
            let page = apps[index].list.answer(to: query, at: sent).page
            resume(index, .logs(Answer(result: .success(page), server: server, sentAt: sent, duration: took)))
        } else {
            let info = AppInfo(name: "app-\(index)", description: nil, tags: [], mode: "workflow", authorName: nil)
            resume(index, .info(Answer(result: .success(info), server: server, sentAt: sent, duration: took)))
        }
    }

    private mutating func wake() {
        for index in apps.indices {
            guard case .sleeping(let moment) = apps[index].activity, moment <= now else { continue }
            apps[index].roundDueAt = moment
            resume(index, .woke)
        }
    }

    private mutating func resume(_ index: Int, _ input: AppMachine.Input) {
        apps[index].machine.resume(input, at: reading, jitter: random.fraction())
        for case .publish(let snapshot) in apps[index].machine.takeOutputs() where snapshot.numbers != nil {
            apps[index].hasNumbers = true
        }
        begin(index)
    }

    private mutating func begin(_ index: Int) {
        switch apps[index].machine.step {
        case .load: resume(index, .loaded(.success(nil)))
        case .save: resume(index, .saved(.success(()), took: .zero))
        case .sleep(let moment): apps[index].activity = .sleeping(until: (moment - .zero).secondsValue)
        case .askInfo, .askLogs:
            apps[index].activity = .queued
            queue.append(index)
        }
    }
}
