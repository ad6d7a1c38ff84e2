/// When logs that were forgotten may be read again, after they could not be: they are where the server's clock was set back to.
struct RecallPause: Sendable {
    /// Seconds.
    private static let interval: Int64 = 300

    /// The server's second of the next try.
    private var next: Int64 = .min
    /// The window that was last said not to have been read.
    private var told: Window?

    /// `now` is the server's second. True as well if its clock was set back to before the pause.
    func isOver(at now: Int64) -> Bool {
        now >= next || now < next - Self.interval
    }

    mutating func end() {
        self = RecallPause()
    }

    /// The window could not be read. Gives whether that is news: its end was not said before.
    mutating func begin(_ window: Window, at now: Int64) -> Bool {
        next = now.addingSaturating(Self.interval)
        defer { told = window }
        return told?.last != window.last
    }
}
