import CivilTime
import Metrics
import Testing

@testable import Exporter

@Suite struct HistoryRangeTests {
    private static let day: Int64 = 86_400
    /// 2026-11-22T00:00:00Z
    private static let midnight: Int64 = 1_795_305_600
    private static let now = midnight + 7 * day + 13 * 3600

    private func range(_ since: Int64, _ until: Int64 = now, step: Int64 = 60) throws -> HistoryRange {
        try HistoryRange(since: since, until: until, step: step, now: Self.now)
    }

    private func parts(_ range: HistoryRange) -> [HistoryRange.Part] {
        var parts: [HistoryRange.Part] = []
        var done = range.since - 1
        while let part = range.part(after: done), let last = part.moments.last, parts.count < 1000 {
            parts.append(part)
            done = last
        }
        return parts
    }

    @Test func `each day is a file, and what Prometheus cannot take yet lies apart`() throws {
        let parts = try parts(range(Self.midnight + 5 * Self.day + 10))
        #expect(
            parts.map(\.name) == [
                "dify-2026-11-27.om", "dify-2026-11-28.om", "dify-2026-11-29.om", "newest-2026-11-29.om",
            ])
        #expect(parts[0].moments.first == Self.midnight + 5 * Self.day + 60)
        #expect(parts[1].moments.count == 1440)
        // Three hours before 13:00, at the beginning of a block of two.
        #expect(parts[3].moments.first == Self.midnight + 7 * Self.day + 10 * 3600)
        #expect(parts.map(\.isFresh) == [false, false, false, true])
    }

    @Test(arguments: [1, 7, 15, 60, 299] as [Int64]) func `every multiple of the step within the range is in one file`(
        step: Int64
    ) throws {
        let range = try range(Self.midnight + 6 * Self.day + 12_345, step: step)
        let moments = parts(range).flatMap(\.moments)
        #expect(moments.allSatisfy { $0 % step == 0 })
        #expect(zip(moments, moments.dropFirst()).allSatisfy { $1 - $0 == step })
        #expect(moments[0] >= range.since && moments[0] - step < range.since)
        #expect(moments[moments.count - 1] <= range.until && moments[moments.count - 1] + step > range.until)
    }

    @Test func `ranges without a moment are refused`() {
        #expect(throws: HistoryRange.Problem.endsBeforeItBegins) { try range(Self.now, Self.now) }
        #expect(throws: HistoryRange.Problem.endsInTheFuture) { try range(0, Self.now + 1) }
        #expect(throws: HistoryRange.Problem.beginsInTheFuture) { try range(Self.now + 1) }
        #expect(throws: HistoryRange.Problem.beginsBefore1970) { try range(-1) }
        #expect(throws: HistoryRange.Problem.hasNoMoment) { try range(Self.midnight + 1, Self.midnight + 59) }
    }

    @Test func `only labels that a scrape may add are taken, and others told what is wrong with them`() throws {
        #expect(try Label(ofScrape: "job=dify=2") == Label(name: "job", value: "dify=2"))
        for text in ["job", "job=", ""] {
            #expect(throws: Label.ScrapeProblem.hasNoValue, "\(text)") { try Label(ofScrape: text) }
        }
        for text in ["=x", "__name__=x", "1a=x", "a-b=x"] {
            #expect(throws: Label.ScrapeProblem.isNoName, "\(text)") { try Label(ofScrape: text) }
        }
        for name in ["app", "le", "status"] {
            #expect(throws: Label.ScrapeProblem.isTaken(name)) { try Label(ofScrape: "\(name)=x") }
        }
    }
}
