/// A window that could not be read completely, and when it is tried again. All seconds are on the server's clock.
package struct OpenWindow: Hashable, Sendable {
    package let first: Int64
    package let last: Int64
    /// When it was found to be incomplete.
    package let since: Int64
    /// How often it has been read again in vain.
    package let attempts: Int
    package let nextTry: Int64

    package var window: Window { Window(first: first, last: last) }

    /// Whether it is given up if the next try is in vain as well, once no row can appear late in it.
    var isAtLastTry: Bool { attempts + 1 >= OpenWindows.enoughAttempts }

    init(_ window: ClosedRange<Int64>, since: Int64, attempts: Int, nextTry: Int64) {
        (first, last) = (window.lowerBound, window.upperBound)
        self.since = since
        self.attempts = attempts
        self.nextTry = nextTry
    }

    /// Whether it has been tried often enough, and no row can appear late in it any more.
    fileprivate func isHopeless(lateLimit: Int64, at now: Int64) -> Bool {
        attempts >= OpenWindows.enoughAttempts && now.subtractingSaturating(max(last, since)) >= lateLimit
    }

    /// Whether it has not been read since no row can appear late in it any more: that reading brings whatever there is.
    fileprivate func isDecisive(lateLimit: Int64, at now: Int64) -> Bool {
        let end = max(last, since).addingSaturating(lateLimit)
        return now >= end && (attempts == 0 || nextTry.subtractingSaturating(OpenWindows.pause(after: attempts)) < end)
    }

    fileprivate func limited(to range: ClosedRange<Int64>) -> OpenWindow {
        OpenWindow(range, since: since, attempts: attempts, nextTry: nextTry)
    }
}

/// What could not be read completely, window by window: oldest first, none overlapping another, bounded in number.
///
/// Completeness is never claimed past an open window. Each is tried again at growing intervals, and given up when several tries
/// were in vain, the last one when no row could appear late in it any more.
package struct OpenWindows: Hashable, Sendable {
    package private(set) var windows: [OpenWindow] = []

    /// More are not remembered: the oldest is given up for a new one.
    static let limit = 256
    /// Tries before a window may be given up.
    static let enoughAttempts = 4
    /// Neighbours are joined up to this many seconds: the retries of a server that never agrees must not grow in number.
    private static let longestJoined: Int64 = 600
    fileprivate static let shortestInterval: Int64 = 30
    private static let longestInterval = shortestInterval << 4

    fileprivate static func pause(after attempts: Int) -> Int64 { shortestInterval << Int64(min(attempts, 4)) }

    package init() {}

    /// Nil where the windows are not in order, overlap, or are too many.
    init?(_ windows: [OpenWindow]) {
        guard windows.count <= Self.limit, windows.allSatisfy({ $0.first <= $0.last && $0.attempts >= 0 }),
            zip(windows, windows.dropFirst()).allSatisfy({ $0.last < $1.first })
        else { return nil }
        self.windows = windows
    }

    package var isEmpty: Bool { windows.isEmpty }
    /// The earliest second that is open.
    package var first: Int64? { windows.first?.first }

    func contains(_ second: Int64) -> Bool {
        windows.contains { $0.first <= second && second <= $0.last }
    }

    /// How it came that a window is open.
    enum Cause {
        /// It was found now.
        case found
        /// It was open before, and what is left of it was not read this time: others came first.
        case putOff(OpenWindow)
        /// It was open before, and was read again in vain.
        case readInVain(OpenWindow)

        /// Of a part that was not read this time, of what was open before or not.
        static func unread(_ earlier: OpenWindow?) -> Cause { earlier.map { .putOff($0) } ?? .found }

        /// Of a part that was read in vain this time.
        static func inVain(_ earlier: OpenWindow?) -> Cause { earlier.map { .readInVain($0) } ?? .found }

        fileprivate var isKnown: Bool {
            if case .found = self { false } else { true }
        }

        fileprivate func window(_ range: ClosedRange<Int64>, at now: Int64) -> OpenWindow {
            switch self {
            case .found: return OpenWindow(range, since: now, attempts: 0, nextTry: now)
            case .putOff(let window):
                return OpenWindow(range, since: window.since, attempts: window.attempts, nextTry: now)
            case .readInVain(let window):
                let attempts = window.attempts + 1
                return OpenWindow(
                    range, since: window.since, attempts: attempts,
                    nextTry: now.addingSaturating(OpenWindows.pause(after: attempts)))
            }
        }
    }

    /// Remembers a window. Parts of it that are open already stay as they are.
    ///
    /// Gives the windows that are given up: those that have been read in vain often enough, this time when no row could appear
    /// late any more, and the oldest ones where there are too many. `lateLimit` is how late rows can be, in seconds.
    mutating func open(
        _ range: ClosedRange<Int64>, at now: Int64, _ cause: Cause = .found, lateLimit: Int64, rows: (Window) -> Int
    ) -> [Window] {
        if cause.isKnown { close(Window(first: range.lowerBound, last: range.upperBound)) }
        var givenUp: [Window] = []
        for part in parts(of: range) {
            let window = cause.window(part, at: now)
            if case .readInVain = cause, window.isHopeless(lateLimit: lateLimit, at: now) {
                givenUp.append(window.window)
                continue
            }
            let place = windows.firstIndex { $0.first > window.first } ?? windows.count
            windows.insert(window, at: place)
            join(at: place, rows)
        }
        guard windows.count > Self.limit else { return givenUp }
        let surplus = windows.prefix(windows.count - Self.limit)
        windows.removeFirst(surplus.count)
        return surplus.map(\.window) + givenUp
    }

    /// What of a range is not open.
    func parts(of range: ClosedRange<Int64>) -> [ClosedRange<Int64>] {
        var parts: [ClosedRange<Int64>] = []
        var next = range.lowerBound
        for window in windows where window.last >= range.lowerBound && window.first <= range.upperBound {
            if window.first > next { parts.append(next...(window.first - 1)) }
            guard window.last < range.upperBound else { return parts }
            next = max(next, window.last + 1)
        }
        if next <= range.upperBound { parts.append(next...range.upperBound) }
        return parts
    }

    /// Notes that a window has been read completely.
    mutating func close(_ window: Window) {
        remove(from: window.first, to: window.last ?? .max)
    }

    /// Forgets what is open from a second on: it is read again anyway.
    mutating func drop(from second: Int64) {
        remove(from: second, to: .max)
    }

    /// Those whose time has come: first those in which no row can appear late any more and which were not read since, then
    /// the others, each longest waiting first. On a server that never agrees more windows are due than are read.
    func due(at now: Int64, lateLimit: Int64) -> [OpenWindow] {
        windows.filter { $0.nextTry <= now }
            .map { (order: $0.isDecisive(lateLimit: lateLimit, at: now) ? 0 : 1, window: $0) }
            .sorted { ($0.order, $0.window.nextTry, $0.window.first) < ($1.order, $1.window.nextTry, $1.window.first) }
            .map(\.window)
    }

    /// Lets nothing wait longer than the longest interval, whatever clock it was planned by.
    mutating func hasten(at now: Int64) {
        let latest = now.addingSaturating(Self.longestInterval)
        guard windows.contains(where: { $0.nextTry > latest }) else { return }
        windows = windows.map { window in
            OpenWindow(
                window.first...window.last, since: window.since, attempts: window.attempts,
                nextTry: min(window.nextTry, latest))
        }
    }

    private mutating func remove(from first: Int64, to last: Int64) {
        windows = windows.flatMap { window -> [OpenWindow] in
            guard window.last >= first, window.first <= last else { return [window] }
            var rest: [OpenWindow] = []
            if window.first < first { rest.append(window.limited(to: window.first...(first - 1))) }
            if window.last > last { rest.append(window.limited(to: (last + 1)...window.last)) }
            return rest
        }
    }

    /// Joins a window with the neighbours that it touches and that were tried as often, as long as the result is read in one request:
    /// what was put off for another part of its window must not wait for that again.
    private mutating func join(at place: Int, _ rows: (Window) -> Int) {
        for left in [place, place - 1] where windows.indices.contains(left) && windows.indices.contains(left + 1) {
            let (one, other) = (windows[left], windows[left + 1])
            let joined = Window(first: one.first, last: other.last)
            guard one.last + 1 == other.first, one.attempts == other.attempts,
                other.last - one.first < Self.longestJoined, rows(joined) <= RoundPlan.rowsInAWindow
            else { continue }
            windows[left] = OpenWindow(
                one.first...other.last, since: max(one.since, other.since), attempts: one.attempts,
                nextTry: max(one.nextTry, other.nextTry))
            windows.remove(at: left + 1)
        }
    }
}

extension Int64 {
    /// The difference, at the ends of the range instead of beyond them.
    func subtractingSaturating(_ other: Int64) -> Int64 {
        let (difference, overflows) = subtractingReportingOverflow(other)
        return overflows ? (self < other ? .min : .max) : difference
    }

    func addingSaturating(_ other: Int64) -> Int64 {
        let (sum, overflows) = addingReportingOverflow(other)
        return overflows ? (other < 0 ? .min : .max) : sum
    }

    func multipliedSaturating(by other: Int64) -> Int64 {
        let (product, overflows) = multipliedReportingOverflow(by: other)
        return overflows ? ((self < 0) == (other < 0) ? .max : .min) : product
    }
}
