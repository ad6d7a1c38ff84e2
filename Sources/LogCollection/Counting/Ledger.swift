/// The logs that have been read, by the second of their created_at: what makes a row new or known.
///
/// It reaches back to its floor. Whatever is older has been decided long ago and is never counted again, so memory does
/// not grow with history. Only seconds with rows that may still become readable are kept below it.
package struct Ledger: Hashable, Sendable {
    /// The oldest second that the ledger speaks of.
    package private(set) var floor: Int64
    private(set) var seconds: [Int64: Entry] = [:]
    /// The seconds that are kept wherever the floor is.
    private(set) var pinned: Set<Int64> = []

    struct Entry: Hashable, Sendable {
        var present = LogIDs()
        /// Read once, and missing from a complete answer since: deleted, perhaps to be restored.
        var missing: Set<LogID> = []

        /// False for a log that was read before.
        mutating func insert(_ id: LogID) -> Bool {
            let isNew = present.insert(id)
            return missing.isEmpty ? isNew : missing.remove(id) == nil && isNew
        }
    }

    package init(floor: Int64) {
        self.floor = floor
    }

    /// `pinned` are the seconds that are kept wherever the floor is; of other seconds below the floor nothing is taken over.
    init(floor: Int64, seconds: [Int64: Entry], pinned: Set<Int64>) {
        self.floor = floor
        self.pinned = pinned
        self.seconds = seconds.filter { $0.key >= floor || pinned.contains($0.key) }
    }

    /// Whether logs of that second are told apart; all of others have been decided long ago.
    func remembers(_ second: Int64) -> Bool {
        second >= floor || pinned.contains(second)
    }

    /// Keeps exactly these seconds wherever the floor is.
    mutating func pin(_ seconds: Set<Int64>) {
        guard seconds != pinned else { return }
        pinned = seconds
        self.seconds = self.seconds.filter { remembers($0.key) }
    }

    func contains(_ id: LogID, second: Int64) -> Bool {
        guard let entry = seconds[second] else { return false }
        return entry.present.contains(id) || entry.missing.contains(id)
    }

    /// Notes that a log was in an answer, and tells whether it had been in none before. Nothing below the floor is kept.
    @discardableResult
    mutating func insert(_ id: LogID, second: Int64) -> Bool {
        guard remembers(second) else { return true }
        return seconds[second, default: Entry()].insert(id)
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

    /// The logs of a second that the server should still have.
    func logs(of second: Int64) -> Set<LogID> { seconds[second]?.present.all ?? [] }

    /// Whether any log of the window has been read.
    func hasLogs(in window: Window) -> Bool {
        seconds.keys.contains(where: window.contains)
    }

    /// Marks what a complete answer of the window no longer held.
    mutating func retain(_ seen: Set<LogID>, in window: Window) {
        for (second, entry) in seconds where window.contains(second) {
            // Not `subtracting`, which looks at all that was seen for each second.
            let unseen = entry.present.all.filter { !seen.contains($0) }
            guard !unseen.isEmpty else { continue }
            seconds[second]?.present.subtract(unseen)
            seconds[second]?.missing.formUnion(unseen)
        }
    }

    /// Speaks of earlier seconds again, whose logs are to be inserted.
    mutating func lowerFloor(to second: Int64) {
        floor = min(floor, second)
    }

    /// Forgets what is older than `second`.
    mutating func raiseFloor(to second: Int64) {
        guard second > floor else { return }
        floor = second
        seconds = seconds.filter { remembers($0.key) }
    }

    /// The latest second in which a log was read.
    var newestSecond: Int64? { seconds.keys.max() }

    /// The earliest second from which on the window holds at most `rows` known logs; the newest with any where it alone holds more.
    func start(ofNewest rows: Int, in window: Window) -> Int64 {
        var count = 0
        var start: Int64?
        for second in seconds.keys.filter(window.contains).sorted(by: >) {
            count += seconds[second]?.present.count ?? 0
            if count > rows { return start ?? second }
            start = second
        }
        return window.first
    }
}
