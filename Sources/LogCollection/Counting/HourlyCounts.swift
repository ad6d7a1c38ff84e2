import Bytes

/// What became of runs by the hour in which they were logged: what is compared with what Dify lists. It tells of the latest hours
/// only.
package struct HourlyCounts: Hashable, Sendable {
    /// Logs created before this second are not in it (Unix seconds on the server's clock).
    package let since: Int64
    /// By the hour's first second divided by 3600.
    package private(set) var hours: [Int64: Hour] = [:]

    package struct Hour: Hashable, Sendable {
        fileprivate var counts = StatusCounts()
        /// Runs of another status than the one that the settings count.
        package fileprivate(set) var leftOut: UInt64 = 0
        package fileprivate(set) var abandoned: [RunTotals.AbandonReason: UInt64] = [:]

        /// By how they ended, where there are any.
        package var runs: [FinalStatus: UInt64] { counts.byStatus }
    }

    /// Eight days and the hour that has begun.
    package static let hourLimit = 8 * 24 + 1
    package static let secondsInAnHour: Int64 = 3600

    init(since: Int64) {
        self.since = since
    }

    /// The hour of a second.
    package static func hour(of second: Int64) -> Int64 {
        let (quotient, rest) = second.quotientAndRemainder(dividingBy: secondsInAnHour)
        return rest < 0 ? quotient - 1 : quotient
    }

    mutating func count(_ status: FinalStatus, isCounted: Bool, second: Int64) {
        change(second) { hour in
            if isCounted { hour.counts[status] &+= 1 } else { hour.leftOut &+= 1 }
        }
    }

    mutating func abandon(_ reason: RunTotals.AbandonReason, second: Int64) {
        change(second) { $0.abandoned[reason, default: 0] &+= 1 }
    }

    private mutating func change(_ second: Int64, _ body: (inout Hour) -> Void) {
        guard second >= since else { return }
        body(&hours[Self.hour(of: second), default: Hour()])
        if hours.count > Self.hourLimit, let oldest = hours.keys.min() { hours[oldest] = nil }
    }

    /// The earliest second of which everything is in it.
    package var completeFrom: Int64 {
        guard hours.count >= Self.hourLimit, let oldest = hours.keys.min() else { return since }
        return max(since, oldest * Self.secondsInAnHour)
    }
}

extension HourlyCounts.Hour {
    /// False for more than any hour can have; sums of what is plausible cannot overflow.
    fileprivate var isPlausible: Bool {
        (Array(runs.values) + Array(abandoned.values) + [leftOut]).allSatisfy { $0 < 1 << 48 }
    }
}

extension HourlyCounts {
    func write(to writer: inout ByteWriter) {
        writer.signed(since)
        writer.list(hours.sorted { $0.key < $1.key }) { writer, entry in
            writer.signed(entry.key)
            for status in FinalStatus.allCases { writer.unsigned(entry.value.counts[status]) }
            writer.unsigned(entry.value.leftOut)
            for reason in RunTotals.AbandonReason.allCases { writer.unsigned(entry.value.abandoned[reason] ?? 0) }
        }
    }

    init(from reader: inout ByteReader) throws(ByteReader.Malformed) {
        since = try reader.signed()
        let entries = try reader.list { reader throws(ByteReader.Malformed) in
            let hour = try reader.signed()
            var counts = Hour()
            for status in FinalStatus.allCases {
                counts.counts[status] = try reader.unsigned()
            }
            counts.leftOut = try reader.unsigned()
            for reason in RunTotals.AbandonReason.allCases {
                let count = try reader.unsigned()
                if count > 0 { counts.abandoned[reason] = count }
            }
            return (hour, counts)
        }
        guard entries.count <= Self.hourLimit, entries.allSatisfy({ $0.0.magnitude < 1 << 40 && $0.1.isPlausible })
        else {
            throw ByteReader.Malformed()
        }
        hours = Dictionary(entries) { first, _ in first }
    }
}
