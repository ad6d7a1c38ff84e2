import CivilTime
import DifyAPI
import DifySimulator
import LogCollection
import Platform
import Storage

/// A seeded world in which the real collection code lives through hours in milliseconds: a simulated Dify, a transport and a
/// disk that fail, clocks that jump, and a process that dies at any moment.
///
/// The same seed gives the same world, event for event.
package struct World {
    package struct Settings: Sendable {
        package var seed: UInt64
        /// How long things happen, before the quiet in which everything must come right.
        package var hours = 1.0
        package var safeguards = Safeguards.all
        /// What goes on beside the troubles of all worlds; nil for what the seed draws.
        package var mischief: Set<Mischief>?
        /// One app with so many ordinary runs a second instead of a few random ones; for measurements.
        package var steadyRate: Double?

        package init(seed: UInt64) {
            self.seed = seed
        }
    }

    /// What a world has come to.
    package struct Report: Sendable {
        package let seed: UInt64
        /// What is wrong, in sentences; empty when all is right.
        package internal(set) var failures: [String] = []
        package internal(set) var runs = 0
        package internal(set) var requests = 0
        package internal(set) var rows = 0
        package internal(set) var crashes = 0
        /// Finished runs of which it cannot be said whether they must be counted (`World.isUncertain`).
        package internal(set) var uncertainRuns = 0
        /// The most requests of one round.
        package internal(set) var costliestRound = 0
        package internal(set) var mischief: Set<Mischief> = []
        /// How often a streak of failed runs that was published anew was compared with the truth.
        package internal(set) var comparedStreaks = 0
        package internal(set) var longestStreak: UInt64 = 0
        package internal(set) var simulated = Duration.zero
    }

    var random: SeededRandom
    /// How long before the rows of an answer their count was taken is drawn from this.
    var counting: SeededRandom
    /// The exporter's monotonic clock is at its zero then.
    let began: UnixTime
    var now: UnixTime
    var dify: SimulatedDify
    var disk: SimulatedDisk
    var apps: [SimulatedProcess] = []
    var budget: RequestBudget
    /// Indexes of apps that wait for the budget, first come first served.
    var queue: [Int] = []
    var begun: [UnixTime] = []
    /// Until when nobody answers on Dify's side.
    var unreachableUntil: UnixTime
    /// Until when the exporter is down.
    var downUntil: UnixTime?
    /// How far the exporter's clock is off.
    var localOffset = Duration.zero {
        didSet {
            localLag = max(localLag, .zero - localOffset)
            localLead = max(localLead, localOffset)
        }
    }
    /// The farthest that the exporter's clock was ever behind, and ahead.
    private(set) var localLag = Duration.zero
    private(set) var localLead = Duration.zero
    /// How far the server's clock is ahead of the truth.
    var serverOffset: Duration
    var mischief: MischiefState
    let kinds: Set<Mischief>
    /// When the server's clock was last set.
    var clockSteppedAt: UnixTime
    var report: Report
    let settings: Settings
    let chaosEnds: UnixTime
    let end: UnixTime

    /// Long enough for the longest pause, the rarest look and the latest row.
    static let quiet = Duration.seconds(3000)
    static let timeout = Duration.seconds(20)
    static let budgetLimits = RequestBudget.Limits(inFlight: 2, perSecond: 5)

    package init(_ settings: Settings) {
        self.settings = settings
        var random = SeededRandom(seed: settings.seed)
        var mischievous = Mischief.random(bySeed: settings.seed)
        let drawn = Mischief.drawn(using: &mischievous)
        let isMeasurement = settings.steadyRate != nil
        kinds = isMeasurement ? [] : settings.mischief ?? drawn
        let start = UnixTime(seconds: 1_795_000_000 + Int64(random.below(86_400)))
        var appSettings = (0...random.below(3)).map { Self.app($0, using: &random) }
        Self.disturb(&appSettings, kinds, using: &mischievous)
        if let rate = settings.steadyRate {
            appSettings = [.steady(name: "steady", key: "app-key-steady", runsPerSecond: rate)]
        }
        var server = SimulatedDify.Settings()
        server.seed = settings.seed
        server.version = random.chance(0.3) ? "1.10.1" : "1.13.0"
        if kinds.contains(.upgrades) { server.version = Release.versions[mischievous.below(Release.versions.count)] }
        if kinds.contains(.unreadable) { server.version = max(server.version, Release.unreadable) }
        server.cost = .none
        server.history = .seconds(600)
        server.clockOffset = .seconds(Int64(random.below(21)) - 10)
        if kinds.contains(.wrong) { server.clockOffset = .seconds(3600 * (mischievous.below(145) - 72)) }
        serverOffset = server.clockOffset
        // Behind the others, so that an app has the same place everywhere.
        let strangers: [SimulatedApp.Settings] = kinds.contains(.strangers) ? [Self.app(99, using: &mischievous)] : []
        dify = SimulatedDify(settings: server, apps: appSettings + strangers, start: start)
        counting = SeededRandom(seed: settings.seed, stream: 9)
        disk = SimulatedDisk(random: SeededRandom(seed: settings.seed, stream: 7))
        budget = RequestBudget(limits: Self.budgetLimits)
        report = Report(seed: settings.seed)
        report.mischief = kinds
        mischief = MischiefState(random: mischievous, at: start)
        (began, now, unreachableUntil, clockSteppedAt) = (start, start, start, start - .seconds(3600))
        chaosEnds = start + .milliseconds(Int64(settings.hours * (kinds.contains(.long) ? 3 : 1) * 3_600_000))
        end = chaosEnds + Self.quiet
        self.random = random
        apps = appSettings.enumerated().map { index, app in
            SimulatedProcess(setup: setup(of: app, place: index, among: appSettings.count), key: app.key)
        }
    }

    private static func app(_ number: Int, using random: inout SeededRandom) -> SimulatedApp.Settings {
        var app = SimulatedApp.Settings(name: "app-\(number)", key: "app-key-\(number)")
        let rates = [0.003, 0.01, 0.03, 0.1, 0.3, 1]
        app.load = .lively(Rhythm(runsPerSecond: rates[random.below(rates.count)]))
        app.habit.failedShare = 0.1
        app.habit.partialShare = 0.1
        app.oddities = random.chance(0.7) ? .frequent : .none
        // Texts of 100 kB take most of a world's time, and few of them do.
        app.oddities.longErrorShare /= 10
        return app
    }

    private mutating func setup(of app: SimulatedApp.Settings, place: Int, among count: Int) -> AppSetup {
        let intervals = [5, 10, 30, 60]
        var collection = CollectionSettings()
        collection.interval = .seconds(intervals[random.below(intervals.count)])
        collection.lookback = .seconds(random.below(900))
        collection.safeguards = settings.safeguards
        return AppSetup(
            name: app.name, settings: collection, position: Double(place) / Double(count), baseURL: "http://dify/v1",
            storagePath: kinds.contains(.memory) ? nil : "\(app.name).checkpoint")
    }

    private static func disturb(
        _ apps: inout [SimulatedApp.Settings], _ kinds: Set<Mischief>, using random: inout SeededRandom
    ) {
        for index in apps.indices {
            if kinds.contains(.numbers) { apps[index].oddities.oddNumbersShare = 0.05 }
            if kinds.contains(.unreadable), random.chance(0.5) { apps[index].oddities.poisonedShare = 0.01 }
        }
    }

    /// What the server's clock shows.
    var serverNow: UnixTime { now + serverOffset }

    /// Lives for a while in which nothing goes wrong, and gives what the first app would write down then.
    package mutating func checkpoint(after span: Duration) -> Checkpoint {
        let until = now + span
        startProcess()
        while now < until {
            now = max(now, min(nextEvent(), until))
            carryOutDueSteps()
        }
        let identity = Checkpoint.Identity(
            name: apps[0].setup.name, baseURL: apps[0].setup.baseURL, difyName: apps[0].setup.name)
        let state = apps[0].machine?.collector?.state ?? AppState(start: now.second, buckets: .init(), at: now)
        return Checkpoint(identity: identity, state: state)
    }

    /// Lives to the end, and compares.
    package mutating func run() -> Report {
        let start = now
        beginMischief()
        startProcess()
        var nextChaos = now + pauseBeforeChaos()
        while now < end {
            let isQuiet = now >= chaosEnds
            let next = min(nextEvent(), isQuiet ? end : min(nextChaos, nextMischief, chaosEnds), end)
            now = max(now, next)
            if !isQuiet, now >= chaosEnds { calmDown() }
            if now >= nextChaos, now < chaosEnds {
                makeTrouble()
                nextChaos = now + pauseBeforeChaos()
            }
            if now < chaosEnds { makeDueMischief() }
            if let until = downUntil, now >= until {
                downUntil = nil
                startProcess()
            }
            carryOutDueSteps()
        }
        for index in apps.indices { compare(index) }
        report.simulated = now - start
        return report
    }

    private mutating func pauseBeforeChaos() -> Duration {
        .milliseconds(Int64(random.exponential(mean: 120_000)))
    }

    private func nextEvent() -> UnixTime {
        var next = downUntil ?? end
        for index in apps.indices {
            if let due = apps[index].activity.due { next = min(next, due) }
        }
        if let first = queue.first, apps[first].activity.isQueued {
            // The budget says when; asked on a copy, so that asking takes no place.
            var budget = budget
            switch budget.admit(at: reading.monotonic) {
            case .granted, .refused: next = min(next, now)
            case .waitUntil(let moment): next = min(next, now + (moment - reading.monotonic))
            case .waitForEnd: break
            }
        }
        return next
    }
}
