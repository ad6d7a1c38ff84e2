import CivilTime
import DifyAPI
import DifySimulator
import LogCollection

/// What of the mischiefs is under way.
struct MischiefState {
    var random: SeededRandom
    var next: UnixTime
    /// What comes to an end at a moment of its own.
    var ends: [(moment: UnixTime, what: End)] = []
    var infoFailsUntil: UnixTime
    var recognitionFailsUntil: UnixTime
    /// The next answers that ask for a pause instead, with their Retry-After.
    var pauses: [String] = []
    var lies = Lies.none
    /// When the latest lie ended.
    var liedAt: UnixTime
    /// Whether rows were ever hidden: only then may a window that is given up lack some.
    var hasHidden = false
    /// Whether the lies go on to the end of the world.
    var liesForEver = false
    var dates = Dates.right
    /// Whether `Date` was ever that of a clock far behind: such a one is followed, and cuts the ends of runs.
    var datesFellBack = false
    /// Whether rows that cannot be served stay so to the end of the world.
    var isNeverRepaired = false
    /// Two releases that answer in turn while a cluster is upgraded.
    var rollout: (old: ServerVersion, new: ServerVersion)?
    /// When `Date` began or ceased to be of another clock.
    var datesChangedAt: UnixTime
    /// The farthest that `Date` was ever ahead of the server's clock; nil once it was no date, or one of any time.
    var datesLead: Duration? = .zero
    /// When the server's clock was set back while the exporter was down, and set right again before anybody looked.
    var excursions: [Excursion] = []
    /// Steps of the server's clock by hours: when, and the second that it showed before.
    var farSteps: [(moment: UnixTime, second: Int64, span: Duration)] = []

    enum End {
        /// The exporter is given the key that the server knows.
        case wrongKey(app: Int)
        case surplus, hiding, phantoms, dates, rollout
        case rows(app: String)
        /// The server's clock is set right, forward by that much.
        case excursion(back: Duration)
    }

    struct Excursion {
        let from: UnixTime
        let to: UnixTime
        /// By how much the clock was set back.
        let back: Duration
        /// What each app had forgotten by then: all before that second.
        let floors: [Int64]
    }

    enum Dates {
        case right
        /// Each in that share of answers.
        case odd(share: Double)
        case off(by: Duration)
    }

    init(random: SeededRandom, at moment: UnixTime) {
        self.random = random
        (next, infoFailsUntil, recognitionFailsUntil) = (moment, moment, moment)
        datesChangedAt = moment - .seconds(7200)
        liedAt = datesChangedAt
        next = moment + pauseBeforeNext()
    }

    /// Whether `Date` is not what the server's clock shows.
    var datesAreWrong: Bool {
        if case .right = dates { return false }
        return true
    }

    mutating func pauseBeforeNext() -> Duration {
        .milliseconds(Int64(random.exponential(mean: 150_000)))
    }

    /// A span from `shortest` to `longest` seconds, short ones being more frequent.
    mutating func span(_ shortest: Int, _ longest: Int) -> Duration {
        let share = random.fraction()
        return .seconds(shortest + Int(share * share * Double(longest - shortest)))
    }
}

extension World {
    /// When something of this happens next.
    var nextMischief: UnixTime {
        min(mischief.next, mischief.ends.map(\.moment).min() ?? end)
    }

    /// What is there from the first request on.
    mutating func beginMischief() {
        guard kinds.contains(.dates), mischief.random.chance(0.3) else { return }
        changeDates()
        // Nobody sets a clock here, so one that is wrong stays wrong.
        guard mischief.random.chance(0.5) else { return }
        localOffset = mischief.span(1200, 259_200) * (mischief.random.chance(0.5) ? 1 : -1)
    }

    mutating func makeDueMischief() {
        for ending in mischief.ends where ending.moment <= now { end(ending.what) }
        mischief.ends.removeAll { $0.moment <= now }
        guard mischief.next <= now else { return }
        mischief.next = now + mischief.pauseBeforeNext()
        let kinds = Mischief.allCases.filter(kinds.contains)
        guard !kinds.isEmpty else { return }
        make(kinds[mischief.random.below(kinds.count)])
    }

    private mutating func make(_ kind: Mischief) {
        let index = mischief.random.below(apps.count)
        let name = apps[index].setup.name
        switch kind {
        case .keys: exchangeKey(of: index)
        case .strangers: letStrangerIn(index)
        case .recognition:
            if mischief.random.chance(0.5) {
                mischief.infoFailsUntil = now + mischief.span(5, 1800)
            } else {
                mischief.recognitionFailsUntil = now + mischief.span(5, 900)
            }
        case .pauses:
            let wishes = [
                "86400", "99999999999999999999", "0", "Fri, 31 Dec 9999 23:59:59 GMT",
                "Fri, 2147483648 Dec 2026 23:59:59 GMT", "301", "-5", "soon", "3",
            ]
            for _ in 0...mischief.random.below(2) {
                mischief.pauses.append(wishes[mischief.random.below(wishes.count)])
            }
        case .counts: lieAboutCounts()
        case .hidden:
            mischief.hasHidden = true
            mischief.lies.hiddenShare = [0.02, 0.1, 0.5][mischief.random.below(3)]
            tellLies(end: .hiding, in: mischief.span(10, 600))
        case .dates: changeDates()
        case .reloads: reload(index)
        case .steps: if mischief.random.chance(0.5) { stepServerClockFar() } else { stepServerClockUnseen() }
        case .unreadable:
            dify.apply(
                .poison(
                    app: name, share: [0.01, 0.1, 1][mischief.random.below(3)], youngerThan: mischief.span(1, 600)),
                at: now)
            mischief.ends.append((now + mischief.span(1, 2400), .rows(app: name)))
        case .upgrades: upgrade()
        case .numbers, .wrong, .memory, .long: break
        }
    }

    private mutating func end(_ what: MischiefState.End) {
        if mischief.lies != .none { mischief.liedAt = now }
        switch what {
        case .wrongKey(let index): giveKey(dify.apps[index].settings.key, to: index)
        case .surplus: mischief.lies.surplus = 0
        case .phantoms: mischief.lies.phantomShare = 0
        case .hiding: mischief.lies.hiddenShare = 0
        case .dates: (mischief.dates, mischief.datesChangedAt) = (.right, now)
        case .rollout:
            if let rollout = mischief.rollout { dify.apply(.upgrade(rollout.new), at: now) }
            mischief.rollout = nil
        case .rows(let app): repair(app)
        case .excursion(let span): shiftServerClock(by: span)
        }
        dify.apply(.setLies(mischief.lies), at: now)
    }

    /// From here on no new mischief comes, and what is under way ends. A server that lies for ever goes on, and in some worlds nobody
    /// repairs rows.
    mutating func endMischief() {
        mischief.isNeverRepaired = kinds.contains(.unreadable) && mischief.random.chance(0.3)
        for ending in mischief.ends { end(ending.what) }
        mischief.ends = []
        for app in dify.apps { repair(app.settings.name) }
        for index in apps.indices where apps[index].key.text != dify.apps[index].settings.key {
            giveKey(dify.apps[index].settings.key, to: index)
        }
        (mischief.infoFailsUntil, mischief.recognitionFailsUntil) = (now, now)
        mischief.pauses = []
        mischief.next = end
    }

    private mutating func repair(_ app: String) {
        if !mischief.isNeverRepaired { dify.apply(.repair(app: app), at: now) }
    }

    // MARK: Upgrades

    /// At once, or one server after the other.
    private mutating func upgrade() {
        let newer = Release.versions.filter { $0 > dify.version }
        guard mischief.rollout == nil, !newer.isEmpty else { return }
        let version = newer[mischief.random.below(newer.count)]
        if mischief.random.chance(0.5) {
            mischief.rollout = (dify.version, version)
            mischief.ends.append((now + mischief.span(30, 900), .rollout))
        } else {
            dify.apply(.upgrade(version), at: now)
        }
    }

    /// Of servers with different releases, another one answers now.
    mutating func changeServer() {
        guard let rollout = mischief.rollout else { return }
        dify.apply(.upgrade(mischief.random.chance(0.5) ? rollout.old : rollout.new), at: now)
    }

    // MARK: Keys

    private mutating func giveKey(_ text: String, to index: Int) {
        apps[index].key = SimulatedProcess.Key(text: text, version: apps[index].key.version + 1)
    }

    /// The server or the exporter has a new key, and the other not yet.
    private mutating func exchangeKey(of index: Int) {
        let new = "app-key-\(index)-\(apps[index].key.version)-\(now.milliseconds)"
        if mischief.random.chance(0.5) {
            dify.apply(.rotateKey(app: apps[index].setup.name, key: new), at: now)
        } else {
            giveKey(new, to: index)
        }
        mischief.ends.append((now + mischief.span(0, 1800), .wrongKey(app: index)))
    }

    /// The exporter is given the key of another app. Who begins with it has that app's numbers, and rightly so.
    private mutating func letStrangerIn(_ index: Int) {
        let others = dify.apps.indices.filter { $0 != index }
        guard !apps[index].published.isEmpty, !others.isEmpty else { return }
        giveKey(dify.apps[others[mischief.random.below(others.count)]].settings.key, to: index)
        mischief.ends.append((now + mischief.span(0, 1800), .wrongKey(app: index)))
    }

    // MARK: Lies

    private mutating func lieAboutCounts() {
        guard !mischief.liesForEver else { return }
        if mischief.random.chance(0.3) {
            mischief.lies.phantomShare = mischief.random.fraction()
            tellLies(end: .phantoms, in: mischief.span(10, 3600))
        } else {
            mischief.lies.surplus = [1, 3, 1000, 1_000_000_000_000][mischief.random.below(4)]
            mischief.liesForEver = mischief.random.chance(0.2)
            tellLies(end: .surplus, in: mischief.span(10, 3600))
        }
    }

    private mutating func tellLies(end what: MischiefState.End, in span: Duration) {
        dify.apply(.setLies(mischief.lies), at: now)
        if !mischief.liesForEver { mischief.ends.append((now + span, what)) }
    }

    // MARK: Clocks

    private mutating func changeDates() {
        if mischief.random.chance(0.5) {
            mischief.dates = .odd(share: [0.02, 0.3, 1][mischief.random.below(3)])
            mischief.datesLead = nil
        } else {
            // Too far from all other clocks to be borne out by one of them.
            let hours = 12 + mischief.random.below(60)
            let isAhead = mischief.random.chance(0.5)
            mischief.dates = .off(by: .seconds(3600 * hours * (isAhead ? 1 : -1)))
            mischief.datesFellBack = mischief.datesFellBack || !isAhead
            if isAhead { mischief.datesLead = mischief.datesLead.map { max($0, .seconds(3600 * hours)) } }
        }
        mischief.datesChangedAt = now
        mischief.ends.append((now + mischief.span(5, 3000), .dates))
    }

    /// Sets the server's clock by 17 minutes to five hours, back or forward, and once only: an unfinished run is looked at again
    /// after an eighth of its age, which is to be less than the quiet at the end. Mostly late and by less than an hour: what is older
    /// than 16 minutes is forgotten, and a clock that is set back among that is to stamp after counting began.
    private mutating func stepServerClockFar() {
        guard mischief.farSteps.isEmpty, now - clockSteppedAt > .seconds(1800),
            now - began > .seconds(1500) || mischief.random.chance(0.1)
        else { return }
        let longest = mischief.random.chance(0.5) ? 3600 : 18_000
        let span = mischief.span(1020, longest) * (mischief.random.chance(0.5) ? 1 : -1)
        // The exporter has read up to where the clock was before one that is under way unseen.
        let back = mischief.excursions.last { $0.from <= now && now < $0.to }?.back ?? .zero
        mischief.farSteps.append((now, (serverNow + back).second, span))
        for index in apps.indices {
            (apps[index].successesSinceStep, apps[index].watchedAgainAt) = (0, nil)
            apps[index].claimedBeforeStep = apps[index].claimedUntil
            // What bore out the clock of before says nothing of this one.
            if span > .zero { apps[index].witnesses = 0 }
        }
        setServerClock(by: span)
    }

    /// Sets the server's clock back and right again while the exporter is down. What is stamped in between lies among seconds that
    /// were complete, and nothing tells of it but counts.
    private mutating func stepServerClockUnseen() {
        guard !kinds.contains(.memory), downUntil == nil, now - clockSteppedAt > .seconds(1800) else { return }
        let (back, length) = (mischief.span(60, 3600), mischief.span(5, 60))
        let floors = apps.map { $0.machine?.collector?.state.ledger.floor ?? .max }
        kill(downFor: length + mischief.span(1, 60))
        shiftServerClock(by: .zero - back)
        for app in apps { dify.apply(.burst(app: app.setup.name, rows: 1 + mischief.random.below(3)), at: now) }
        mischief.excursions.append(.init(from: now, to: now + length, back: back, floors: floors))
        mischief.ends.append((now + length, .excursion(back: back)))
    }

    /// When the server's clock was set back unseen, if the run was logged then.
    func excursion(of run: SimulatedRun) -> MischiefState.Excursion? {
        guard let writtenAt = run.writtenAt else { return nil }
        return mischief.excursions.first { $0.from <= writtenAt && writtenAt < $0.to }
    }

    /// Whether it cannot be said if a run is counted: it was stamped among what was forgotten after the clock was set back and
    /// before the exporter could notice, or was on its way into the list when the clock was set forward, or came late and was stamped
    /// early besides. These are documented limits. What was not read before the server's clock was set back, and is stamped ahead of it, is read once it gets there.
    /// And what a server hides, or has not shown by the end, is in a window that was given up or is still open; on one that lies for
    /// ever, many windows wait for their turn. A row that could not be served may have been removed before it was repaired, or if
    /// nobody repaired it have been read before it broke; and it may hide another of its second.
    func isUncertain(_ run: SimulatedRun, of index: Int) -> Bool {
        guard let writtenAt = run.writtenAt, let visibleAt = run.visibleAt, let second = run.logSecond else {
            return false
        }
        let isLostToClock = mischief.farSteps.contains { step in
            step.span < .zero
                ? writtenAt >= step.moment && second <= step.second + 2 && !isWatched(from: writtenAt, index)
                : writtenAt <= step.moment && visibleAt > step.moment - .seconds(5)
        }
        return isLostToClock
            || second > serverNow.second && second >= apps[index].claimedBeforeStep
            || (mischief.hasHidden || kinds.contains(.unreadable))
                && apps[index].givenUp.contains { $0.contains(second) }
            || mischief.lies.hiddenShare > 0 && isOpen(second, index)
            || mischief.liesForEver && isOpen(second, index) && isUnknown(run, of: index)
            || excursion(of: run).map { visibleAt > $0.to || second < $0.floors[index] } ?? false
            || run.wasPoisoned && !run.isListed(at: now)
            || mischief.isNeverRepaired && (run.poisonedAt != nil || isToldUnreadable(run, of: index))
    }

    /// Whether a log is not known, and so many rows of its second are said to be unreadable that it is among them: a server whose
    /// order of equal rows differs from answer to answer can show a bad one at each place where a good one is looked for.
    func isToldUnreadable(_ run: SimulatedRun, of index: Int) -> Bool {
        guard isUnknown(run, of: index), let second = run.logSecond,
            let told = apps[index].machine?.collector?.state.unreadable.seconds[second]?.rows
        else { return false }
        return dify.runs(of: apps[index].setup.name).count { other in
            other.logSecond == second && other.isListed(at: now) && isUnknown(other, of: index)
        } <= told
    }

    func isUnknown(_ run: SimulatedRun, of index: Int) -> Bool {
        guard let state = apps[index].machine?.collector?.state, let second = run.logSecond else { return true }
        return !state.knows(LogID(run.logID.text), second: second)
    }

    func isOpen(_ second: Int64, _ index: Int) -> Bool {
        apps[index].machine?.collector?.state.openWindows.windows.contains { $0.window.contains(second) } ?? false
    }

    /// Whether new logs were told from forgotten ones by then. A row that cannot be served leaves that open.
    private func isWatched(from moment: UnixTime, _ index: Int) -> Bool {
        guard !kinds.contains(.unreadable), let since = apps[index].watchedAgainAt else { return false }
        return moment > since
    }

    // MARK: Answers

    /// What becomes of an answer on its way.
    mutating func disturbed(_ response: TransportResponse, to step: AppMachine.Step) -> TransportResponse {
        if !mischief.pauses.isEmpty {
            let wish = mischief.pauses.removeFirst()
            let status = mischief.random.chance(0.8) ? 429 : 503
            return TransportResponse(
                status: status,
                fields: [
                    HTTPField(name: "Date", value: serverNow.httpDate), HTTPField(name: "Retry-After", value: wish),
                ], body: [])
        }
        let failure = TransportResponse(status: 500, fields: [], body: Array("upstream error".utf8))
        switch step {
        case .askInfo where now < mischief.infoFailsUntil: return failure
        case .askLogs(let query)
        where now < mischief.recognitionFailsUntil && query.createdAtAfter == query.createdAtBefore:
            return failure
        default: break
        }
        return withDate(response)
    }

    private mutating func withDate(_ response: TransportResponse) -> TransportResponse {
        guard let place = response.fields.firstIndex(where: { $0.name == "Date" }) else { return response }
        var response = response
        switch mischief.dates {
        case .right: break
        case .off(let span): response.fields[place] = HTTPField(name: "Date", value: (serverNow + span).httpDate)
        case .odd(let share):
            guard mischief.random.chance(share) else { break }
            let texts = [
                "Fri, 2147483648 Dec 2026 23:59:59 GMT", "Fri Dec 2147483648 23:59:59 2026", "",
                "Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "yesterday",
            ]
            response.fields[place] = HTTPField(name: "Date", value: texts[mischief.random.below(texts.count)])
        }
        return response
    }
}
