import CivilTime
import DifyAPI

/// One app of the simulated Dify: its runs of all time, and what of their logs can be read.
package struct SimulatedApp: Sendable {
    package struct Settings: Sendable {
        package var name: String
        package var key: String
        package var mode = Mode.workflow
        package var description = ""
        package var tags: [String] = []
        package var author = "Olive Owner"
        package var load = Load.none
        package var habit = Habit()
        package var oddities = Oddities.none

        package init(name: String, key: String) {
            self.name = name
            self.key = key
        }
    }

    package enum Mode: String, CaseIterable, Sendable {
        case workflow
        case chatflow = "advanced-chat"
        case chat
        case agentChat = "agent-chat"
        case completion
        /// Since 1.15.0.
        case agent
    }

    /// What the server makes of the app's key (dify-logs-api §1.2).
    package enum Access: Hashable, Sendable {
        case open
        case apiDisabled, abnormal, workspaceArchived, workspaceOwnerless
        case deleted(at: UnixTime)
    }

    package internal(set) var settings: Settings
    package internal(set) var access = Access.open
    /// All runs ever, in the order in which they started.
    package private(set) var runs: [SimulatedRun] = []
    private(set) var table = LogTable()
    var arrivals: Arrivals
    var incidents: IncidentCalendar
    private var pending = PendingRows()
    private var random: SeededRandom

    init(_ settings: Settings, from begin: UnixTime, random: SeededRandom) {
        var random = random
        self.settings = settings
        // Runs of other apps leave no trace in the list (dify-logs-api §1.1).
        let load = settings.mode == .workflow ? settings.load : .none
        arrivals = Arrivals(load, from: begin, random: SeededRandom(seed: random.next()))
        incidents = IncidentCalendar(
            every: settings.habit.incidentEvery, from: begin, random: SeededRandom(seed: random.next()))
        self.random = random
    }

    /// Starts the runs that are due and shows the logs that are.
    mutating func advance(to moment: UnixTime, server: ServerState) {
        while let start = arrivals.take(by: moment) { startRun(at: start, server: server) }
        while let ordinal = pending.take(by: moment) { show(ordinal, server: server) }
    }

    /// Starts a run as the app's habit has it.
    mutating func startRun(at start: UnixTime, server: ServerState) {
        let writer = RunWriter(
            habit: settings.habit, oddities: settings.oddities, version: server.version,
            incident: incidents.incident(at: start))
        startRun(writer.script(ordinal: runs.count, using: &random), at: start, server: server)
    }

    mutating func startRun(_ script: RunScript, at start: UnixTime, server: ServerState) {
        guard settings.mode == .workflow else { return }
        let course = RunCourse(script, startedAt: start, version: server.version)
        var run = SimulatedRun(course, script: script, ordinal: runs.count, startedAt: start, ids: &random)
        if let writtenAt = run.writtenAt, writtenAt <= start {
            run.logSecond = server.clock.logSecond(at: writtenAt)
        }
        if script.isPoisoned { (run.poisonedAt, run.wasPoisoned) = (start, true) }
        if let visibleAt = run.visibleAt { pending.insert(run.ordinal, visibleAt: visibleAt) }
        runs.append(run)
    }

    private mutating func show(_ ordinal: Int, server: ServerState) {
        guard let writtenAt = runs[ordinal].writtenAt, let visibleAt = runs[ordinal].visibleAt else { return }
        let second = runs[ordinal].logSecond ?? server.clock.logSecond(at: writtenAt)
        runs[ordinal].logSecond = second
        if runs[ordinal].isListed(at: visibleAt) { table.insert(LogTable.Row(second: second, ordinal: ordinal)) }
    }
}

extension SimulatedApp {
    /// Deletes what is older than `age`, by when the run started: whatever its status before 1.13.1, and ended runs only since
    /// (dify-logs-api §0b, §5).
    mutating func remove(
        _ removal: SimulatedRun.Removal, olderThan age: Duration, at moment: UnixTime, version: ServerVersion
    ) {
        for ordinal in runs.indices where runs[ordinal].startedAt < moment - age {
            if version.keepsUnendedRuns, runs[ordinal].record(at: moment)?.finishedAt == nil { continue }
            let open = runs[ordinal].absences.filter { $0.until == nil }
            let isGone = open.contains { $0.removal.takesLog || !removal.takesLog }
            if !isGone { runs[ordinal].absences.append(SimulatedRun.Absence(removal: removal, from: moment)) }
        }
        let runs = runs
        table.removeAll { !runs[$0.ordinal].isListed(at: moment) }
    }

    /// Makes each listed log that was written within `age` one that a server since 1.15 cannot serve, in that share of cases.
    mutating func poison(share: Double, youngerThan age: Duration, at moment: UnixTime) {
        for row in table.rows {
            guard let writtenAt = runs[row.ordinal].writtenAt, writtenAt >= moment - age, random.chance(share),
                runs[row.ordinal].poisonedAt == nil
            else { continue }
            (runs[row.ordinal].poisonedAt, runs[row.ordinal].wasPoisoned) = (moment, true)
        }
    }

    /// Makes every log one that can be served.
    mutating func repair() {
        for ordinal in runs.indices { runs[ordinal].poisonedAt = nil }
        settings.oddities.poisonedShare = 0
    }

    /// Brings archived logs and their runs back, with their old ids and times (dify-logs-api §4.4).
    mutating func restore(at moment: UnixTime) {
        var rows: [LogTable.Row] = []
        for ordinal in runs.indices {
            guard let last = runs[ordinal].absences.lastIndex(where: { $0.removal == .archive && $0.until == nil })
            else { continue }
            runs[ordinal].absences[last].until = moment
            guard let second = runs[ordinal].logSecond, runs[ordinal].isListed(at: moment) else { continue }
            rows.append(LogTable.Row(second: second, ordinal: ordinal))
        }
        table.insert(contentsOf: rows)
    }
}
