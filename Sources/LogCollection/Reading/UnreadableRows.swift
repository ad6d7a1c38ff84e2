/// The seconds with rows that the server cannot serve: it refuses each page that holds one (dify-logs-api §0b).
///
/// Such a row may be repaired, so its second is tried again at growing intervals, and the logs of that second stay in the
/// ledger until then. All seconds are on the server's clock.
package struct UnreadableRows: Hashable, Sendable {
    package private(set) var seconds: [Int64: Entry] = [:]

    package struct Entry: Hashable, Sendable {
        /// How many rows of the second were never read. 0 where all of them were: they are in the numbers, and pages with them are
        /// refused all the same.
        package let rows: Int
        /// How often the second has been tried.
        let attempts: Int
        let nextTry: Int64
    }

    /// More seconds are not remembered: those beyond it are counted, and not tried again.
    static let limit = 1000
    private static let shortestInterval: Int64 = 30
    private static let longestInterval: Int64 = 1800

    package init() {}

    /// Nil where there are too many.
    init?(_ seconds: [Int64: Entry]) {
        guard seconds.count <= Self.limit, seconds.values.allSatisfy({ $0.rows >= 0 && $0.attempts >= 0 }) else {
            return nil
        }
        self.seconds = seconds
    }

    package var isEmpty: Bool { seconds.isEmpty }

    func isEmpty(in window: Window) -> Bool { !seconds.keys.contains(where: window.contains) }

    func count(in window: Window) -> Int {
        seconds.isEmpty ? 0 : seconds.reduce(0) { window.contains($1.key) ? $0 + $1.value.rows : $0 }
    }

    func seconds(in window: Window) -> [Int64] {
        seconds.isEmpty ? [] : seconds.keys.filter(window.contains).sorted()
    }

    /// Notes that a try was refused and how many rows were not read, and gives how many of these are new among the unreadable ones.
    mutating func note(_ rows: Int, second: Int64, at now: Int64) -> Int {
        let before = seconds[second]
        guard before != nil || seconds.count < Self.limit else { return rows }
        let attempts = before.map { $0.attempts + 1 } ?? 0
        let pause = min(Self.shortestInterval << Int64(min(attempts, 10)), Self.longestInterval)
        seconds[second] = Entry(rows: rows, attempts: attempts, nextTry: now.addingSaturating(pause))
        return max(0, rows - (before?.rows ?? 0))
    }

    /// Notes that a row of the second was read for the first time: until the next try has told, it is taken for one of those that
    /// could not be. Counted twice, it would hide another one that is missing.
    mutating func noteRead(second: Int64) {
        guard let entry = seconds[second], entry.rows > 0 else { return }
        seconds[second] = Entry(rows: entry.rows - 1, attempts: entry.attempts, nextTry: entry.nextTry)
    }

    /// Notes that every row of a window was served.
    mutating func close(_ window: Window) {
        guard !seconds.isEmpty else { return }
        seconds = seconds.filter { !window.contains($0.key) }
    }

    /// Those whose time has come, longest waiting first.
    func due(at now: Int64) -> [Int64] {
        seconds.filter { $0.value.nextTry <= now }.sorted { ($0.value.nextTry, $0.key) < ($1.value.nextTry, $1.key) }
            .map(\.key)
    }

    /// Lets every second be tried again: one was repaired, and so the others may be.
    mutating func retryAll(at now: Int64) {
        for (second, entry) in seconds where entry.nextTry > now {
            seconds[second] = Entry(rows: entry.rows, attempts: entry.attempts, nextTry: now)
        }
    }

    /// Lets nothing wait longer than the longest interval, whatever clock it was planned by.
    mutating func hasten(at now: Int64) {
        let latest = now.addingSaturating(Self.longestInterval)
        for (second, entry) in seconds where entry.nextTry > latest {
            seconds[second] = Entry(rows: entry.rows, attempts: entry.attempts, nextTry: latest)
        }
    }

    /// Forgets seconds before `second`: nobody repairs rows that old.
    mutating func forget(before second: Int64) {
        guard !seconds.isEmpty else { return }
        seconds = seconds.filter { $0.key >= second }
    }
}
