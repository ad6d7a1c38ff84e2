import DifyAPI

/// What one collection sets out to read, decided from what is known before its first request.
struct RoundPlan: Equatable {
    /// Where the forward read begins. It lies before the frontier where looking at a few known rows again is cheaper than
    /// a request of its own.
    var forwardStart: Int64
    /// Windows of unfinished runs that are due and too far back for the forward read, newest first.
    var looks: [Look] = []
    /// Lets the forward read count what the audits would compare; they are needed only if the counts do not agree.
    var counting: CountedReading?
    /// Windows whose number of rows is to be compared with the ledger.
    var audits: [Window] = []
    /// Windows that should be compared as well, and are too many for one round.
    var deferred: [Window] = []

    struct Look: Equatable {
        var window: Window
        var runs: Set<LogID>
    }

    /// A request costs the server as much as reading about this many rows: some 17 ms and more against 1.7 ms
    /// (dify-logs-api, observation 10).
    static let rowsWorthARequest = 20
    /// For each run that is looked at before it is due, this many rows may be read.
    private static let rowsWorthAnEarlyLook = 4
    /// More rows than this are not asked for in one window on purpose, so that it stays below a page.
    static let rowsInAWindow = 80
    /// More unfinished runs than fit into so many windows wait for the next round.
    static let looksInARound = 60

    /// Windows that are compared in a round at most.
    static let auditLimit = 3
    /// So many standard deviations more rows than are expected are asked for: one round in twenty has still more.
    private static let deviations = 1.65
    /// New rows are expected as often as they came within so many seconds.
    private static let expectationSpan: Int64 = 900

    /// `audits`: how many windows may be compared; 0 for none at all. `includesFarAudit`: whether all is compared that may still get
    /// late rows, not only what may be late within the overlap. `mayCount`: whether the forward read may count all of that.
    init(
        state: AppState, at now: Int64, includesFarAudit: Bool, audits auditLimit: Int = Self.auditLimit,
        mayCount: Bool = false
    ) {
        forwardStart = state.frontier
        var points = Self.duePoints(state, at: now)
        extendForwardStart(through: &points, state)
        let mayCount = mayCount && isWhole(state)
        if mayCount { fillPage(state, at: now) }
        points.removeAll { $0.second >= forwardStart }
        looks = Self.longestWaiting(Self.clusters(of: points, state), state)

        guard auditLimit > 0 else { return }
        let complete = max(min(state.completeUntil, forwardStart), state.ledger.floor)
        let counted = Window(first: max(state.finalUntil, state.ledger.floor), last: forwardStart - 1)
        if mayCount {
            // One row more than is read, for one before it shows that none is left.
            counting = CountedReading(
                first: counted.first, known: state.ledger.count(in: counted),
                rows: Self.rows(from: forwardStart, state, at: now) + 1)
            audits = [
                Window(first: complete, last: forwardStart - 1), Window(first: counted.first, last: complete - 1),
            ].filter { !$0.isEmpty }
            return
        }
        planAudit(Window(first: complete, last: forwardStart - 1), state, auditLimit)
        guard includesFarAudit else { return }
        planAudit(
            Window(first: max(state.finalUntil, state.ledger.floor), last: min(complete, forwardStart) - 1), state,
            auditLimit)
    }

    /// Whether nothing is open or cannot be served where rows may still be late.
    private func isWhole(_ state: AppState) -> Bool {
        let first = max(state.finalUntil, state.ledger.floor)
        guard first < forwardStart, state.unreadable.isEmpty(in: Window(first: first)) else { return false }
        return state.openWindows.parts(of: first...(forwardStart - 1)) == [first...(forwardStart - 1)]
    }

    /// Reads on down to runs that are not due, as long as they are not far apart and all is on one page: where most runs last long,
    /// their ends are known as soon as those of others.
    private mutating func fillPage(_ state: AppState, at now: Int64) {
        let first = max(state.finalUntil, state.ledger.floor)
        var runs: [Int64: Int] = [:]
        for run in state.unfinished.values where run.second > first && run.second < forwardStart {
            runs[run.second, default: 0] += 1
        }
        for (second, count) in runs.sorted(by: { $0.key > $1.key }) {
            let between = state.ledger.count(in: Window(first: second, last: forwardStart - 1))
            guard between <= count * Self.rowsWorthAnEarlyLook,
                Self.rows(from: second, state, at: now) <= LogsQuery.maximumLimit
            else { return }
            forwardStart = second
        }
    }

    /// How many rows to ask for to reach down to a second: those that are known, and the new ones.
    private static func rows(from second: Int64, _ state: AppState, at now: Int64) -> Int {
        state.ledger.count(in: Window(first: second)) + newRows(in: state, at: now)
    }

    /// New rows come after the newest that is known.
    private static func newRows(in state: AppState, at now: Int64) -> Int {
        let past = Window(
            first: max(state.ledger.floor, state.frontier - expectationSpan), last: state.frontier - 1)
        let since = max(state.frontier, state.ledger.newestSecond ?? .min)
        guard let last = past.last, !past.isEmpty, now > since else { return 0 }
        let rate = Double(state.ledger.count(in: past)) / Double(last - past.first + 1)
        let expected = rate * Double(now - since)
        return Int(min(expected + deviations * expected.squareRoot(), Double(LogsQuery.maximumLimit)).rounded())
    }

    private struct Point {
        let second: Int64
        var runs: Set<LogID>
    }

    /// The seconds with runs that are due, newest first.
    private static func duePoints(_ state: AppState, at now: Int64) -> [Point] {
        var runs: [Int64: Set<LogID>] = [:]
        for (id, run) in state.unfinished where run.isDue(at: now) && run.second < state.frontier {
            runs[run.second, default: []].insert(id)
        }
        return runs.map { Point(second: $0.key, runs: $0.value) }.sorted { $0.second > $1.second }
    }

    private mutating func extendForwardStart(through points: inout [Point], _ state: AppState) {
        while let point = points.first, point.second >= state.ledger.floor {
            let between = Window(first: point.second, last: forwardStart - 1)
            guard state.ledger.count(in: between) <= Self.rowsWorthARequest, state.unreadable.isEmpty(in: between)
            else { return }
            forwardStart = point.second
            points.removeFirst()
        }
    }

    /// As many looks as one round takes: after an outage, all that waits is due at once.
    private static func longestWaiting(_ looks: [Look], _ state: AppState) -> [Look] {
        guard looks.count > looksInARound else { return looks }
        let dated = looks.map { look in (look, due: look.runs.compactMap { state.unfinished[$0]?.nextLook }.min() ?? 0)
        }
        let chosen = dated.sorted { $0.due < $1.due }.prefix(looksInARound).map(\.0)
        return chosen.sorted { $0.window.first > $1.window.first }
    }

    /// Neighbours share a window as long as the known rows between them cost less than another request.
    private static func clusters(of points: [Point], _ state: AppState) -> [Look] {
        var looks: [Look] = []
        for point in points {
            if var look = looks.last, let last = look.window.last {
                let joined = Window(first: point.second, last: last)
                let gap = Window(first: point.second, last: look.window.first - 1)
                let isKnown = point.second >= state.ledger.floor || point.second == look.window.first - 1
                if isKnown, state.ledger.count(in: gap) <= rowsWorthARequest,
                    state.ledger.count(in: joined) <= rowsInAWindow, state.unreadable.isEmpty(in: joined)
                {
                    look.window = joined
                    look.runs.formUnion(point.runs)
                    looks[looks.count - 1] = look
                    continue
                }
            }
            looks.append(Look(window: Window(second: point.second), runs: point.runs))
        }
        return looks
    }

    /// Proves a window by its count, or by reading it along with the forward window where that is cheaper. What is open in it
    /// has its own time.
    private mutating func planAudit(_ window: Window, _ state: AppState, _ auditLimit: Int) {
        guard !window.isEmpty, let last = window.last else { return }
        for part in state.openWindows.parts(of: window.first...last).reversed() {
            let part = Window(first: part.lowerBound, last: part.upperBound)
            let isNextToForward = part.last == forwardStart - 1
            if isNextToForward, state.ledger.count(in: part) <= Self.rowsWorthARequest,
                state.unreadable.isEmpty(in: part)
            {
                forwardStart = part.first
            } else if audits.count < auditLimit {
                audits.append(part)
            } else {
                deferred.append(part)
            }
        }
    }
}
