import CivilTime
import Testing

@Suite struct ISO8601Tests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (1_709_251_199, "2024-02-29T23:59:59Z"),
            (4_102_444_800, "2100-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
        ] as [(Int64, String)])
    func aSecondIsWrittenAndReadBack(second: Int64, text: String) {
        #expect(UnixTime.iso8601(second: second) == text)
        #expect(UnixTime(iso8601: text) == UnixTime(seconds: second))
    }

    @Test(
        arguments: [
            ("2026-11-20", 1_795_132_800_000), ("2026-11", 1_793_491_200_000), ("2026", 1_767_225_600_000),
            ("2026-11-20T00:00", 1_795_132_800_000), ("20261120T000000Z", 1_795_132_800_000),
            ("2026-11-20 00:00:00", 1_795_132_800_000), ("2026-11-20T00:00:00z", 1_795_132_800_000),
            ("2026-11-20T09:00:00+09:00", 1_795_132_800_000), ("2026-11-19T19:00:00-0500", 1_795_132_800_000),
            ("2026-11-20T00:00:00.123456Z", 1_795_132_800_123), ("2026-11-20T00:00:00,5Z", 1_795_132_800_500),
            ("2026-11-20T24:00:00Z", 1_795_219_200_000), ("0001-01-01T00:00:00Z", -62_135_596_800_000),
        ] as [(String, Int64)])
    func whatIsoparseAcceptsIsRead(text: String, milliseconds: Int64) {
        #expect(UnixTime(iso8601: text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", "yesterday", "1795383392", "1795383392000", "2026-02-30T00:00:00Z", "2026-13-01", " 2026-11-20",
        "2026-11-20T00:00:00 08:00", "2026-11-20T23:59:60Z", "2026-11-20T25:00:00Z", "2026-11-20T24:00:01Z",
        "2026-11-20T00:00:00+", "2026-11-20T", "2026-11-20T00:", "2026-11-20T00:00:00.Z", "2026-1-2",
    ])
    func whatIsoparseRefusesIsRefused(text: String) {
        #expect(UnixTime(iso8601: text) == nil)
    }

    @Test func millisecondsAreWrittenForLogs() {
        #expect(UnixTime(milliseconds: 1_795_132_800_007).iso8601 == "2026-11-20T00:00:00.007Z")
        #expect(UnixTime(milliseconds: -1).iso8601 == "1969-12-31T23:59:59.999Z")
    }
}

@Suite struct HTTPDateTests {
    @Test(arguments: [
        "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
    ])
    func allThreeFormsOfTheStandardAreRead(text: String) {
        #expect(UnixTime(httpDate: text) == UnixTime(seconds: 784_111_777))
    }

    @Test func theFixedFormIsWritten() {
        #expect(UnixTime(seconds: 784_111_777).httpDate == "Sun, 06 Nov 1994 08:49:37 GMT")
    }

    @Test(arguments: [
        "", "120", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT",
        "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49 GMT",
    ])
    func anythingElseIsRefused(text: String) {
        #expect(UnixTime(httpDate: text) == nil)
    }
}

@Suite struct PrometheusDurationTests {
    @Test(
        arguments: [
            ("0", 0), ("500ms", 500), ("30s", 30_000), ("1h30m", 5_400_000), ("7d", 604_800_000), ("1w", 604_800_000),
            ("1y", 31_536_000_000), ("1d2h3m4s5ms", 93_784_005),
        ] as [(String, Int64)])
    func durationsOfPrometheusAreRead(text: String, milliseconds: Int64) {
        #expect(Duration(prometheus: text) == .milliseconds(milliseconds))
    }

    @Test(arguments: ["", "30", "s", "-5s", "1.5h", "30m1h", "5m5m", "1 h", "5sec", "9999999999999y"])
    func anythingElseIsRefused(text: String) {
        #expect(Duration(prometheus: text) == nil)
    }

    @Test(
        arguments: [
            (0, "0s"), (500, "500ms"), (5_400_000, "1h30m"), (691_200_000, "8d"), (-2500, "-2s500ms"),
        ] as [(Int64, String)])
    func durationsAreWrittenForPeople(milliseconds: Int64, text: String) {
        #expect(Duration.milliseconds(milliseconds).prometheusText == text)
    }
}

@Suite struct UnixTimeTests {
    @Test func secondsRoundTowardsThePast() {
        #expect(UnixTime(milliseconds: 1999).second == 1)
        #expect(UnixTime(milliseconds: -1).second == -1)
        #expect(UnixTime(milliseconds: -1000).second == -1)
    }

    @Test func spansAndMomentsAddUp() {
        let start = UnixTime(seconds: 100)
        #expect(start + .milliseconds(2500) - start == .milliseconds(2500))
        #expect(start - .seconds(1) < start)
        #expect(Duration.milliseconds(1250).secondsValue == 1.25)
    }
}
