/// A log whose run had not ended when it was last looked at.
package struct UnfinishedRun: Hashable, Sendable {
    /// The log's created_at, Unix seconds: where the run is found again.
    package let second: Int64
    package fileprivate(set) var runID: String?
    package fileprivate(set) var status: OpenStatus
    /// When to look again, Unix seconds on the server's clock.
    package fileprivate(set) var nextLook: Int64

    init(second: Int64, runID: String?, status: OpenStatus, seenAt now: Int64, interval: Duration) {
        self.second = second
        self.runID = runID
        self.status = status
        nextLook = 0
        scheduleNextLook(after: now, interval: interval)
    }

    init(second: Int64, runID: String?, status: OpenStatus, nextLook: Int64) {
        self.second = second
        self.runID = runID
        self.status = status
        self.nextLook = nextLook
    }

    mutating func update(status: OpenStatus, runID: String?, seenAt now: Int64, interval: Duration) {
        self.status = status
        self.runID = runID ?? self.runID
        scheduleNextLook(after: now, interval: interval)
    }

    /// Notes a look that could not show the run.
    mutating func noteVainLook(at now: Int64, interval: Duration) {
        scheduleNextLook(after: now, interval: interval)
    }

    /// A run that has lasted long will probably last long: each pause is an eighth of its age, so its end is seen at most
    /// that much late, and a run that never ends costs about eighty looks in a week.
    private mutating func scheduleNextLook(after now: Int64, interval: Duration) {
        nextLook = now + pause(at: now, interval: interval)
    }

    private func pause(at now: Int64, interval: Duration) -> Int64 {
        max(interval.wholeSeconds, (now - second) / 8)
    }

    /// Brings a look forward that was planned when the server's clock was ahead.
    mutating func hasten(at now: Int64, interval: Duration) {
        nextLook = min(nextLook, now + pause(at: now, interval: interval))
    }

    func isDue(at now: Int64) -> Bool {
        // Collections come a little early or late; half a second must not cost a whole interval.
        nextLook <= now + 1
    }
}
