/// What one collection sets out to read, decided from what is known before its first request.
struct RoundPlan: Equatable {
    /// Where the forward read begins. It lies before the frontier where looking at a few known rows again is cheaper than
    /// a request of its own.
    var forwardStart: Int64
    /// Windows of unfinished runs that are due and too far back for the forward read, newest first.
    var looks: [Look] = []
    /// Windows whose number of rows is to be compared with the ledger.
    var audits: [Window] = []

    struct Look: Equatable {
        var window: Window
        var runs: Set<LogID>
    }

    /// A request costs the server as much as reading about this many rows: some 17 ms and more against 1.7 ms
    /// (dify-logs-api, observation 10).
    static let rowsWorthARequest = 20
    /// More rows than this are not asked for in one window on purpose, so that it stays below a page.
    static let rowsInAWindow = 80

    /// `includesFarAudit`: whether all is compared that may still get late rows, not only what may be late within the overlap.
    init(state: AppState, at now: Int64, includesFarAudit: Bool, audits isAudited: Bool = true) {
        forwardStart = state.frontier
        var points = Self.duePoints(state, at: now)
        extendForwardStart(through: &points, state)
        looks = Self.clusters(of: points, state)

        guard isAudited else { return }
        let settled = min(state.settledUntil, forwardStart)
        planAudit(Window(first: max(settled, state.ledger.floor), last: forwardStart - 1), state)
        if includesFarAudit {
            let proven = max(state.provenUntil, state.ledger.floor)
            planAudit(Window(first: proven, last: min(settled, forwardStart) - 1), state)
        }
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
            let between = state.ledger.count(in: Window(first: point.second, last: forwardStart - 1))
            guard between <= Self.rowsWorthARequest else { return }
            forwardStart = point.second
            points.removeFirst()
        }
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
                    state.ledger.count(in: joined) <= rowsInAWindow
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

    /// Proves a window by its count, or by reading it along with the forward window where that is cheaper.
    private mutating func planAudit(_ window: Window, _ state: AppState) {
        guard !window.isEmpty else { return }
        let isNextToForward = window.last == forwardStart - 1
        if isNextToForward, state.ledger.count(in: window) <= Self.rowsWorthARequest {
            forwardStart = window.first
        } else {
            audits.append(window)
        }
    }
}
