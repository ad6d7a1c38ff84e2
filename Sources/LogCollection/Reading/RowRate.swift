/// How many rows a second an app's list holds, from what was read last. It chooses the width of the windows that catch up.
struct RowRate: Sendable {
    /// Rows that such a window is expected to hold. Each is read from its newest page down, so that only its last page is not full;
    /// and what was read of a window is read again when an error cuts it short.
    static let rowsInAWindow = 1200
    /// Rows a second that a count is believed to speak of: one that is larger would narrow the windows for nothing.
    private static let believedRate: Int64 = 1000

    /// Rows a second; nil before anything was read.
    private var rate: Double?

    var isUnknown: Bool { rate == nil }

    /// Follows the density of the list: up at once, down by half, so that a quiet stretch widens the windows soon and a
    /// busy one does not overfill many.
    mutating func note(rows: Int, seconds: Int64) {
        guard seconds > 0 else { return }
        let seen = Double(rows) / Double(seconds)
        rate = max(seen, (rate ?? seen) / 2)
    }

    /// The same by the server's count of so many seconds.
    mutating func note(total: Int64, seconds: Int64) {
        note(rows: Int(clamping: min(total, Self.believedRate.multipliedSaturating(by: seconds))), seconds: seconds)
    }

    /// Seconds, at least 1.
    var windowWidth: Int64 {
        max(1, Int64(Double(Self.rowsInAWindow) / max(rate ?? 0, 1e-6)))
    }
}
