import Bytes
import CivilTime
import DifyAPI
import Metrics

// The parts of a checkpoint, each written and read in one place and in the same order.

extension AppState {
    func write(to writer: inout ByteWriter) {
        for second in [start, frontier, completeUntil, finalUntil] { writer.signed(second) }
        writer.flag(isCaughtUp)
        writer.list(openWindows.windows) { $1.write(to: &$0) }
        writer.list(unreadable.seconds.sorted { $0.key < $1.key }) { writer, entry in
            writer.signed(entry.key)
            entry.value.write(to: &writer)
        }
        ledger.write(to: &writer)
        writer.list(unfinished.sorted { ($0.key.high, $0.key.low) < ($1.key.high, $1.key.low) }) { writer, entry in
            entry.key.write(to: &writer)
            entry.value.write(to: &writer)
        }
        totals.write(to: &writer)
        failureStreak.write(to: &writer)
        latestFailures.write(to: &writer)
        hourlyCounts.write(to: &writer)
    }

    /// `version` is that of the checkpoint. Throws as well where the parts contradict each other.
    init(from reader: inout ByteReader, version: UInt64) throws(ByteReader.Malformed) {
        start = try reader.signed()
        frontier = try reader.signed()
        completeUntil = try reader.signed()
        finalUntil = try reader.signed()
        isCaughtUp = try reader.flag()
        var open: [OpenWindow] = []
        var unreadable: [Int64: UnreadableRows.Entry] = [:]
        if version == 1 {
            let seconds = try reader.list { reader throws(ByteReader.Malformed) in try reader.signed() }
            open = Set(seconds).sorted().map { OpenWindow($0...$0, since: $0, attempts: 0, nextTry: $0) }
        } else {
            open = try reader.list { reader throws(ByteReader.Malformed) in try OpenWindow(from: &reader) }
            let entries = try reader.list { reader throws(ByteReader.Malformed) in
                (try reader.signed(), try UnreadableRows.Entry(from: &reader))
            }
            unreadable = Dictionary(entries) { first, _ in first }
        }
        guard let openWindows = OpenWindows(open), let rows = UnreadableRows(unreadable) else {
            throw ByteReader.Malformed()
        }
        self.openWindows = openWindows
        self.unreadable = rows
        ledger = try Ledger(from: &reader, pinned: Set(unreadable.keys))
        let runs = try reader.list { reader throws(ByteReader.Malformed) in
            (try LogID(from: &reader), try UnfinishedRun(from: &reader))
        }
        unfinished = Dictionary(runs) { first, _ in first }
        totals = try RunTotals(from: &reader)
        if version < 3 {
            failureStreak = FailureStreak(countedBefore: totals)
            latestFailures = LatestFailures()
        } else {
            failureStreak = try FailureStreak(from: &reader)
            latestFailures = try LatestFailures(from: &reader)
        }
        // Logs before the frontier may have been counted without it.
        hourlyCounts = version < 4 ? HourlyCounts(since: frontier) : try HourlyCounts(from: &reader)
        let ends = failureStreak.ends.map(\.second) + latestFailures.runs.map(\.endedAt)
        let seconds =
            [start, frontier, completeUntil, finalUntil, ledger.floor, hourlyCounts.since] + unreadable.keys + ends
        guard brokenInvariant == nil, seconds.allSatisfy(Self.plausibleSeconds.contains) else {
            throw ByteReader.Malformed()
        }
    }

    /// Seconds since 1970 beyond these are no times of logs, and would lead to arithmetic beyond 64 bits.
    private static let plausibleSeconds = Int64(-1) << 40...Int64(1) << 40
}

extension OpenWindow {
    fileprivate func write(to writer: inout ByteWriter) {
        for second in [first, last, since, nextTry] { writer.signed(second) }
        writer.unsigned(UInt64(attempts))
    }

    fileprivate init(from reader: inout ByteReader) throws(ByteReader.Malformed) {
        let (first, last) = (try reader.signed(), try reader.signed())
        let (since, nextTry) = (try reader.signed(), try reader.signed())
        guard first <= last, let attempts = Int(exactly: try reader.unsigned()), attempts < 1 << 20 else {
            throw ByteReader.Malformed()
        }
        self.init(first...last, since: since, attempts: attempts, nextTry: nextTry)
    }
}

extension UnreadableRows.Entry {
    fileprivate func write(to writer: inout ByteWriter) {
        writer.unsigned(UInt64(rows))
        writer.unsigned(UInt64(attempts))
        writer.signed(nextTry)
    }

    fileprivate init(from reader: inout ByteReader) throws(ByteReader.Malformed) {
        guard let rows = Int(exactly: try reader.unsigned()), let attempts = Int(exactly: try reader.unsigned()),
            rows < 1 << 20, attempts < 1 << 20
        else { throw ByteReader.Malformed() }
        self.init(rows: rows, attempts: attempts, nextTry: try reader.signed())
    }
}

extension LogID {
    func write(to writer: inout ByteWriter) {
        writer.fixed(high)
        writer.fixed(low)
    }

    init(from reader: inout ByteReader) throws(ByteReader.Malformed) {
        self.init(high: try reader.fixed(), low: try reader.fixed())
    }
}

extension Ledger {
    fileprivate func write(to writer: inout ByteWriter) {
        writer.signed(floor)
        writer.list(seconds.sorted { $0.key < $1.key }) { writer, entry in
            // Near the floor, so that a second takes a byte or two instead of eight.
            writer.signed(entry.key.subtractingSaturating(floor))
            Self.write(entry.value.present.all, to: &writer)
            Self.write(entry.value.missing, to: &writer)
        }
    }

    private static func write(_ ids: Set<LogID>, to writer: inout ByteWriter) {
        // Nearly all seconds have one row or none, and there are hundreds of them: these need no order.
        if ids.count < 2 { return writer.list(ids) { $1.write(to: &$0) } }
        writer.list(ids.sorted { ($0.high, $0.low) < ($1.high, $1.low) }) { $1.write(to: &$0) }
    }

    fileprivate init(from reader: inout ByteReader, pinned: Set<Int64>) throws(ByteReader.Malformed) {
        let floor = try reader.signed()
        let entries = try reader.list { reader throws(ByteReader.Malformed) in
            let (second, overflows) = floor.addingReportingOverflow(try reader.signed())
            guard !overflows else { throw ByteReader.Malformed() }
            let present = try reader.list { reader throws(ByteReader.Malformed) in try LogID(from: &reader) }
            let missing = try reader.list { reader throws(ByteReader.Malformed) in try LogID(from: &reader) }
            return (second, Entry(present: LogIDs(Set(present)), missing: Set(missing)))
        }
        self.init(floor: floor, seconds: Dictionary(entries) { first, _ in first }, pinned: pinned)
    }
}

extension UnfinishedRun {
    func write(to writer: inout ByteWriter) {
        writer.signed(second)
        writer.optional(runID) { $0.text($1) }
        writer.text(status.rawValue)
        writer.signed(nextLook)
    }

    init(from reader: inout ByteReader) throws(ByteReader.Malformed) {
        let second = try reader.signed()
        let runID = try reader.optional { reader throws(ByteReader.Malformed) in try reader.text() }
        guard let status = OpenStatus(rawValue: try reader.text()) else { throw ByteReader.Malformed() }
        self.init(second: second, runID: runID, status: status, nextLook: try reader.signed())
    }
}

extension RunTotals {
    func write(to writer: inout ByteWriter) {
        writer.list(FinalStatus.allCases) { writer, status in
            writer.text(status.rawValue)
            let sums = byStatus[status]
            writer.unsigned(sums?.runs ?? 0)
            writer.unsigned(sums?.tokens ?? 0)
            writer.unsigned(sums?.steps ?? 0)
            (sums?.duration ?? Histogram(bounds: [])).write(to: &writer)
            writer.optional(sums?.lastFinishedAt) { $0.signed($1) }
        }
        writer.list(byOrigin.sorted { $0.key.sortKey.lexicographicallyPrecedes($1.key.sortKey) }) { writer, entry in
            writer.text(entry.key.status.rawValue)
            writer.text(entry.key.origin.createdFrom)
            writer.text(entry.key.origin.triggeredFrom)
            writer.unsigned(entry.value)
        }
        tokens.write(to: &writer)
        steps.write(to: &writer)
        writer.unsigned(exceptions)
        writer.unsigned(runsWithExceptions)
        writer.list(failures.sorted { $0.key < $1.key }) { writer, entry in
            writer.text(entry.key)
            writer.unsigned(entry.value)
            writer.optional(failureExemplars[entry.key]) { $1.write(to: &$0) }
        }
        writer.list(AbandonReason.allCases) { writer, reason in
            writer.text(reason.rawValue)
            writer.unsigned(abandoned[reason] ?? 0)
        }
        for moment in [since.counters, since.duration, since.tokens, since.steps] { writer.signed(moment) }
    }

    init(from reader: inout ByteReader) throws(ByteReader.Malformed) {
        self.init(buckets: Buckets(duration: [], tokens: [], steps: []), at: UnixTime(milliseconds: 0))
        let sums = try reader.list { reader throws(ByteReader.Malformed) in
            guard let status = FinalStatus(rawValue: try reader.text()) else { throw ByteReader.Malformed() }
            let (runs, tokens, steps) = (try reader.unsigned(), try reader.unsigned(), try reader.unsigned())
            let duration = try Histogram(from: &reader)
            let lastFinishedAt = try reader.optional { reader throws(ByteReader.Malformed) in try reader.signed() }
            return (
                status,
                StatusTotals(
                    runs: runs, tokens: tokens, steps: steps, duration: duration, lastFinishedAt: lastFinishedAt)
            )
        }
        byStatus = Dictionary(sums) { first, _ in first }
        let origins = try reader.list { reader throws(ByteReader.Malformed) in
            guard let status = FinalStatus(rawValue: try reader.text()) else { throw ByteReader.Malformed() }
            let origin = RunOrigin(labelsFrom: try reader.text(), triggeredFrom: try reader.text())
            return (OriginKey(status: status, origin: origin), try reader.unsigned())
        }
        byOrigin = Dictionary(origins) { first, _ in first }
        tokens = try Histogram(from: &reader)
        steps = try Histogram(from: &reader)
        exceptions = try reader.unsigned()
        runsWithExceptions = try reader.unsigned()
        let reasons = try reader.list { reader throws(ByteReader.Malformed) in
            let (reason, count) = (try reader.text(), try reader.unsigned())
            let exemplar = try reader.optional { reader throws(ByteReader.Malformed) in try Exemplar(from: &reader) }
            return (reason, count, exemplar)
        }
        for (reason, count, exemplar) in reasons {
            failures[reason] = count
            failureExemplars[reason] = exemplar
        }
        let abandonments = try reader.list { reader throws(ByteReader.Malformed) in
            guard let reason = AbandonReason(rawValue: try reader.text()) else { throw ByteReader.Malformed() }
            return (reason, try reader.unsigned())
        }
        abandoned = Dictionary(abandonments.filter { $0.1 > 0 }) { first, _ in first }
        since = Since(
            counters: try reader.signed(), duration: try reader.signed(), tokens: try reader.signed(),
            steps: try reader.signed())
    }
}

extension RunTotals.OriginKey {
    /// An order, so that equal totals have equal bytes.
    fileprivate var sortKey: [String] { [status.rawValue, origin.createdFrom, origin.triggeredFrom] }
}

extension FailureStreak {
    func write(to writer: inout ByteWriter) {
        writer.optional(latestSuccess) { $0.signed($1) }
        var before: Int64 = 0
        writer.list(ends) { writer, end in
            // After the one before, so that a second takes a byte or two.
            writer.signed(end.second.subtractingSaturating(before))
            writer.unsigned(end.runs)
            before = end.second
        }
    }

    init(from reader: inout ByteReader) throws(ByteReader.Malformed) {
        let latestSuccess = try reader.optional { reader throws(ByteReader.Malformed) in try reader.signed() }
        let steps = try reader.list { reader throws(ByteReader.Malformed) in
            (seconds: try reader.signed(), runs: try reader.unsigned())
        }
        var ends: [End] = []
        for step in steps {
            let (second, overflows) = (ends.last?.second ?? 0).addingReportingOverflow(step.seconds)
            guard !overflows else { throw ByteReader.Malformed() }
            ends.append(End(second: second, runs: step.runs))
        }
        guard let streak = FailureStreak(latestSuccess: latestSuccess, ends: ends) else { throw ByteReader.Malformed() }
        self = streak
    }
}

extension LatestFailures {
    func write(to writer: inout ByteWriter) {
        writer.list(runs) { writer, run in
            writer.optional(run.id) { $0.text($1) }
            writer.signed(run.endedAt)
            writer.text(run.reason)
            writer.optional(run.elapsed) { $0.double($1) }
            writer.unsigned(run.tokens)
            writer.unsigned(run.steps)
        }
    }

    fileprivate init(from reader: inout ByteReader) throws(ByteReader.Malformed) {
        let runs = try reader.list { reader throws(ByteReader.Malformed) in
            FailedRun(
                id: try reader.optional { reader throws(ByteReader.Malformed) in try reader.text() },
                endedAt: try reader.signed(), reason: try reader.text(),
                elapsed: try reader.optional { reader throws(ByteReader.Malformed) in try reader.double() },
                tokens: try reader.unsigned(), steps: try reader.unsigned())
        }
        let spans = runs.compactMap(\.elapsed)
        guard let failures = LatestFailures(runs), spans.allSatisfy(WorkflowRun.plausibleSpan.contains) else {
            throw ByteReader.Malformed()
        }
        self = failures
    }
}
