import Testing

@testable import Exporter

@Suite struct ReadableTests {
    @Test(arguments: [
        (0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567"), (UInt64.max, "18,446,744,073,709,551,615"),
    ]) func `counts are grouped by thousands`(value: UInt64, text: String) {
        #expect(Readable.count(value) == text)
    }

    @Test func `one is singular`() {
        #expect(Readable.count(1, "run", "runs") == "1 run")
        #expect(Readable.count(0, "run", "runs") == "0 runs")
    }

    @Test(arguments: [
        (0, "0 %"), (0.00001, "< 0.1 %"), (0.0314, "3.1 %"), (0.0999, "10 %"), (0.31, "31 %"), (0.9999, "99 %"),
        (1, "100 %"),
    ]) func `shares are never rounded to nothing or all`(share: Double, text: String) {
        #expect(Readable.percent(share) == text)
    }

    @Test(arguments: [
        (0, "0 ms"), (0.35, "350 ms"), (0.9999, "1.0 s"), (2.24, "2.2 s"), (9.96, "10 s"), (45.4, "45 s"),
        (250, "4 min 10 s"), (11_100, "3 h 5 min"), (1e300, "for ever"), (.infinity, "for ever"),
    ]) func `durations have the unit that fits`(seconds: Double, text: String) {
        #expect(Readable.duration(seconds) == text)
    }

    @Test(arguments: [
        (0, "0 s"), (59, "59 s"), (60, "1 min"), (3605, "1 h"), (3660, "1 h 1 min"), (187_200, "2 d 4 h"),
    ]) func `spans have two units at most`(seconds: Int64, text: String) {
        #expect(Readable.span(seconds) == text)
    }

    @Test func `clocks that disagree make no future`() {
        #expect(Readable.ago(100, at: 142) == "42 s ago")
        #expect(Readable.ago(100, at: 95) == "just now")
    }

    @Test func `the day is told where it is not today`() {
        #expect(Readable.moment(1_700_049_660, at: 1_700_049_999) == "12:01:00 UTC")
        #expect(Readable.moment(1_700_049_660, at: 1_700_149_999) == "2023-11-15 12:01:00 UTC")
    }
}
