import Bytes
import DifyAPI
import TestSupport
import Testing

@testable import LogCollection

@Suite struct TimelineTests {
    private static let settings = CollectionSettings(giveUpAfter: .seconds(1000))

    private func timeline() -> Timeline { Timeline(from: 1000, settings: Self.settings) }

    private func ended(_ id: String, at second: Int64, after span: Int64, _ status: RunStatus = .succeeded) -> RunChange
    {
        let log = WorkflowLog.make(
            id, at: second, status, elapsed: Double(span) + 0.1, finishedAt: second + span)
        guard case .finished(let run) = RunOutcome(log) else { preconditionFailure("\(status) is no end state") }
        return .ended(LogID(id), second: second, CountedRun(run, seenAt: 5000, Self.settings))
    }

    private func began(_ id: String, at second: Int64, _ status: OpenStatus = .running) -> RunChange {
        .began(LogID(id), UnfinishedRun(second: second, runID: nil, status: status, nextLook: 0))
    }

    private func runs(_ timeline: Timeline) -> UInt64 { timeline.totals.byStatus.values.reduce(0) { $0 + $1.runs } }

    @Test func `a run is in progress from its log on and counts when it ended`() {
        var timeline = timeline()
        timeline.take(ended("a", at: 1010, after: 20), at: 5000)
        for (second, open, counted) in [(1009, 0, 0), (1010, 1, 0), (1029, 1, 0), (1030, 0, 1), (2000, 0, 1)] {
            timeline.advance(to: Int64(second))
            #expect(timeline.open.count == open, "\(second)")
            #expect(runs(timeline) == UInt64(counted), "\(second)")
        }
        #expect(timeline.totals.byStatus[.succeeded]?.lastFinishedAt == 1030)
    }

    @Test func `a run that ended before its log was written counts with its log and is never in progress`() {
        var timeline = timeline()
        timeline.take(ended("a", at: 1010, after: -3), at: 5000)
        timeline.advance(to: 1009)
        #expect(runs(timeline) == 0)
        timeline.advance(to: 1010)
        #expect(runs(timeline) == 1)
        #expect(timeline.open.isEmpty)
    }

    @Test func `a run that was seen unfinished is in progress until its end is known`() {
        var timeline = timeline()
        timeline.take(began("a", at: 1010, .paused), at: 5000)
        timeline.advance(to: 1500)
        #expect(timeline.open[LogID("a")]?.status == .paused)
        timeline.take(ended("a", at: 1010, after: 700), at: 5000)
        timeline.advance(to: 1709)
        #expect(timeline.open.count == 1)
        timeline.advance(to: 1710)
        #expect(timeline.open.isEmpty)
        #expect(runs(timeline) == 1)
    }

    @Test func `a run that never ended is given up when live collections would have`() {
        var timeline = timeline()
        timeline.take(began("a", at: 1010), at: 90_000)
        timeline.take(.abandoned(LogID("a"), .expired), at: 90_000)
        timeline.advance(to: 2010)
        #expect(timeline.open.count == 1)
        timeline.advance(to: 2011)
        #expect(timeline.open.isEmpty)
        #expect(timeline.totals.abandoned == [.expired: 1])
    }

    @Test func `what comes too late counts at the next moment`() {
        var timeline = timeline()
        timeline.advance(to: 4000)
        timeline.take(ended("a", at: 1010, after: 20), at: 5000)
        timeline.advance(to: 4001)
        #expect(runs(timeline) == 1)
        #expect(timeline.open.isEmpty)
    }

    @Test func `a streak of failures grows and ends when its runs ended`() {
        var timeline = timeline()
        timeline.take(ended("long", at: 1010, after: 500), at: 5000)
        for number in 0..<4 {
            timeline.take(ended("\(number)", at: 1100 + Int64(number) * 10, after: 5, .failed), at: 5000)
        }
        for (second, length) in [(1104, 0), (1105, 1), (1125, 3), (1509, 4), (1510, 0)] {
            timeline.advance(to: Int64(second))
            #expect(timeline.failureStreak.length == UInt64(length), "\(second)")
        }
    }

    @Test func `error texts are not kept`() {
        let log = WorkflowLog.make("a", at: 1010, .failed, error: "HTTP 429 for alice@example.com", finishedAt: 1020)
        guard case .finished(let run) = RunOutcome(log) else { return }
        let counted = CountedRun(run, seenAt: 5000, Self.settings)
        #expect(counted.run.error == nil)
        #expect(counted.reason == "rate_limit")
    }

    @Test func `a run that the settings leave out is followed and not counted`() {
        var settings = Self.settings
        settings.countedStatus = .failed
        guard case .finished(let run) = RunOutcome(.make("a", at: 1010, finishedAt: 1020)) else { return }
        var timeline = Timeline(from: 1000, settings: settings)
        timeline.take(.ended(LogID("a"), second: 1010, CountedRun(run, seenAt: 5000, settings)), at: 5000)
        timeline.advance(to: 1015)
        #expect(timeline.open.count == 1)
        timeline.advance(to: 1020)
        #expect(timeline.open.isEmpty)
        #expect(runs(timeline) == 0)
    }

    @Test func `the order in which changes come does not matter, nor does a break in between`() throws {
        var generator = Seeded(11)
        var changes: [RunChange] = []
        for number in 0..<300 {
            let (second, span) = (
                Int64.random(in: 1000..<3000, using: &generator), Int64.random(in: 0..<400, using: &generator)
            )
            let status: RunStatus = Bool.random(using: &generator) ? .succeeded : .failed
            changes.append(ended("run-\(number)", at: second, after: span, status))
        }
        var reference = timeline()
        for change in changes { reference.take(change, at: 5000) }
        var other = timeline()
        for change in changes.shuffled(using: &generator) { other.take(change, at: 5000) }
        for moment in stride(from: Int64(1000), through: 3600, by: 60) {
            reference.advance(to: moment)
            other.advance(to: moment)
            var writer = ByteWriter()
            other.write(to: &writer)
            var reader = ByteReader(writer.bytes[...])
            other = try Timeline(from: &reader, settings: Self.settings)
            #expect(reader.isAtEnd)
            #expect(other.open == reference.open)
            #expect(other.totals.byStatus == reference.totals.byStatus)
            #expect(other.totals.byOrigin == reference.totals.byOrigin)
            #expect(other.totals.tokens == reference.totals.tokens)
        }
        #expect(runs(reference) == 300)
    }
}
