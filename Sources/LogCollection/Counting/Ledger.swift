/// The logs that have been read, by the second of their created_at: what makes a row new or known.
///
/// It reaches back to its floor. Whatever is older has been decided long ago and is never counted again, so memory does
/// not grow with history.
package struct Ledger: Hashable, Sendable {
    /// The oldest second that the ledger speaks of.
    package private(set) var floor: Int64
    private(set) var seconds: [Int64: Entry] = [:]

    struct Entry: Hashable, Sendable {
        var present: Set<LogID> = []
        /// Read once, and missing from a complete answer since: deleted, perhaps to be restored.
        var gone: Set<LogID> = []
    }

    package init(floor: Int64) {
        self.floor = floor
    }

    init(floor: Int64, seconds: [Int64: Entry]) {
        self.floor = floor
        self.seconds = seconds
    }

    func contains(_ id: LogID, second: Int64) -> Bool {
        guard let entry = seconds[second] else { return false }
        return entry.present.contains(id) || entry.gone.contains(id)
    }

    /// Notes that a log was in an answer. Nothing below the floor is kept.
    mutating func insert(_ id: LogID, second: Int64) {
        guard second >= floor else { return }
        seconds[second, default: Entry()].present.insert(id)
        seconds[second]?.gone.remove(id)
    }

    /// How many logs of the window the server should still have.
    func count(in window: Window) -> Int {
        let last = window.last ?? .max
        guard last >= window.first else { return 0 }
        // The shorter way round: a window may span years, and a ledger hold a handful.
        if last < .max, last - window.first < Int64(seconds.count) {
            return (window.first...last).reduce(0) { $0 + (seconds[$1]?.present.count ?? 0) }
        }
        return seconds.reduce(0) { window.contains($1.key) ? $0 + $1.value.present.count : $0 }
    }

    /// Whether any log of the window has been read.
    func hasLogs(in window: Window) -> Bool {
        seconds.keys.contains(where: window.contains)
    }

    /// Marks what a complete answer of the window no longer held.
    mutating func retain(_ seen: Set<LogID>, in window: Window) {
        for (second, entry) in seconds where window.contains(second) {
            let missing = entry.present.subtracting(seen)
            guard !missing.isEmpty else { continue }
            seconds[second]?.present.subtract(missing)
            seconds[second]?.gone.formUnion(missing)
        }
    }

    /// Forgets what is older than `second`.
    mutating func raiseFloor(to second: Int64) {
        guard second > floor else { return }
        floor = second
        seconds = seconds.filter { $0.key >= second }
    }

    /// The latest second in which a log was read.
    var newestSecond: Int64? { seconds.keys.max() }

    /// The earliest second from which on the window holds at most `rows` known logs.
    func start(ofNewest rows: Int, in window: Window) -> Int64 {
        var count = 0
        var start = (window.last ?? .max)
        for second in seconds.keys.filter(window.contains).sorted(by: >) {
            count += seconds[second]?.present.count ?? 0
            if count > rows { return start }
            start = second
        }
        return window.first
    }
}
