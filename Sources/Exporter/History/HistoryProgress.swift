import CivilTime

/// How far writing a history has come, for people.
package struct HistoryProgress: Hashable, Sendable {
    /// From 0 to 1; what it was when the process began.
    var share: Double
    var shareAtStart: Double
    /// Unix seconds.
    var readUntil: Int64
    /// Since the process began.
    var rows: Int
    var requests: UInt64
    var elapsed: Duration

    /// Shorter than this, no pace can be told.
    private static let shortest = 1.0
    private static let width = 24

    /// How much longer it takes at this pace; nil while there is no pace yet.
    var remaining: Duration? {
        let done = share - shareAtStart
        guard elapsed.secondsValue >= Self.shortest, done > 0 else { return nil }
        return .seconds(Int64(min(elapsed.secondsValue * (1 - share) / done, 1e9)))
    }

    var rowsPerSecond: Int {
        elapsed.secondsValue >= Self.shortest ? Int(Double(rows) / elapsed.secondsValue) : 0
    }

    /// `42 %, until 2026-10-12T08:00:00Z, 412000 rows (1800/s), 5930 requests, 3m10s left`.
    package var text: String {
        let left = remaining.map { "\($0.prometheusText) left" } ?? "time left unknown"
        return
            "\(Int(share * 100)) %, until \(UnixTime.iso8601(second: readUntil)), \(rows) rows (\(rowsPerSecond)/s), "
            + "\(requests) requests, \(left)"
    }

    /// The same behind a bar, for one line of a terminal.
    package var bar: String {
        let full = Int(share * Double(Self.width))
        return "[\(String(repeating: "=", count: full))\(String(repeating: " ", count: Self.width - full))] \(text)"
    }
}
