import CivilTime
import Testing

@Suite struct ISO8601Tests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (1_709_251_199, "2024-02-29T23:59:59Z"),
            (4_102_444_800, "2100-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
        ] as [(Int64, String)])
    func `a second is written and read back`(second: Int64, text: String) {
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
    func `what isoparse accepts is read`(text: String, milliseconds: Int64) {
        #expect(UnixTime(iso8601: text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", "yesterday", "1795383392", "1795383392000", "2026-02-30T00:00:00Z", "2026-13-01", " 2026-11-20",
        "2026-11-20T00:00:00 08:00", "2026-11-20T23:59:60Z", "2026-11-20T25:00:00Z", "2026-11-20T24:00:01Z",
        "2026-11-20T00:00:00+", "2026-11-20T", "2026-11-20T00:", "2026-11-20T00:00:00.Z", "2026-1-2",
    ])
    func `what isoparse refuses is refused`(text: String) {
        #expect(UnixTime(iso8601: text) == nil)
    }

    @Test func `milliseconds are written for logs`() {
        #expect(UnixTime(milliseconds: 1_795_132_800_007).iso8601 == "2026-11-20T00:00:00.007Z")
        #expect(UnixTime(milliseconds: -1).iso8601 == "1969-12-31T23:59:59.999Z")
    }
}

@Suite struct HTTPDateTests {
    private let now = UnixTime(iso8601: "2026-11-25T19:00:00Z")!

    @Test(arguments: [
        "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
    ])
    func `all three forms of the standard are read`(text: String) {
        #expect(UnixTime(httpDate: text, now: now) == UnixTime(seconds: 784_111_777))
    }

    @Test func `the fixed form is written`() {
        #expect(UnixTime(seconds: 784_111_777).httpDate == "Sun, 06 Nov 1994 08:49:37 GMT")
    }

    @Test(arguments: [
        "", "120", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT",
        "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 Nov 0000 08:49:37 GMT",
        "Sun, 06 Nov 994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:60 GMT", "Sun, 06 Nov 1994 +8:49:37 GMT", "Sun, 06 Nov 1994 8:49:37 GMT",
    ])
    func `other texts are no dates`(text: String) {
        #expect(UnixTime(httpDate: text, now: now) == nil)
    }

    @Test(arguments: [
        "Fri, 2147483648 Dec 2026 23:59:59 GMT", "Fri, 99999999999999999999 Dec 2026 23:59:59 GMT",
        "Fri, 31 Dec 2147485548 23:59:59 GMT", "Fri, 31 Dec 2026 9223372036854775807:59:59 GMT",
        "Friday, 2147483648-Dec-26 23:59:59 GMT", "Friday, 31-Dec-9223372036854775807 23:59:59 GMT",
        "Fri Dec 2147483648 23:59:59 2026", "Fri Dec 31 23:59:9223372036854775807 2026",
        "Fri Dec 31 23:59:59 9223372036854775807", "Fri, ３１ Dec 2026 23:59:59 GMT",
    ])
    func `a number that no date has makes no date of the text`(text: String) {
        #expect(UnixTime(httpDate: text, now: now) == nil)
    }

    @Test func `a leap second is the first second of the next minute`() {
        let midnight = UnixTime(iso8601: "2017-01-01T00:00:00Z")
        #expect(UnixTime(httpDate: "Sat, 31 Dec 2016 23:59:60 GMT", now: now) == midnight)
    }

    @Test(arguments: [
        ("26", 2026), ("76", 2076), ("77", 1977), ("94", 1994), ("00", 2000), ("69", 2069),
    ])
    func `a year of two digits lies at most fifty years ahead`(digits: String, year: Int) {
        let date = UnixTime(httpDate: "Sunday, 06-Nov-\(digits) 08:49:37 GMT", now: now)
        #expect(date == UnixTime(iso8601: "\(year)-11-06T08:49:37Z"))
    }

    @Test func `no text ends the program`() {
        var random = SystemRandomNumberGenerator()
        let pieces = [
            "Sun", "Sunday", ",", " ", "  ", "-", ":", "Nov", "Dec", "06", "6", "31", "94", "1994", "9999", "0", "60",
            "08", "23", "59", "GMT", "2147483648", "9223372036854775807", "99999999999999999999999", "-1", "+1", "é",
            "\0",
        ]
        let forms = [
            ["Sun", ",", " ", "06", " ", "Nov", " ", "1994", " ", "08", ":", "49", ":", "37", " ", "GMT"],
            ["Sunday", ",", " ", "06", "-", "Nov", "-", "94", " ", "08", ":", "49", ":", "37", " ", "GMT"],
            ["Sun", " ", "Nov", "  ", "6", " ", "08", ":", "49", ":", "37", " ", "1994"],
        ]
        var read = 0
        for _ in 0..<30_000 {
            var words = forms.randomElement(using: &random)!
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                words[Int.random(in: words.indices, using: &random)] = pieces.randomElement(using: &random)!
            }
            guard let date = UnixTime(httpDate: words.joined(), now: now) else { continue }
            read += 1
            #expect((-62_135_596_800...253_402_300_800).contains(date.second), "\(words)")
        }
        // Enough of them must be dates still, or the mutations would try nothing.
        #expect(read > 1000)
    }

    @Test func `what is written is read back`() {
        for second in stride(from: -62_135_596_800, through: 253_402_300_799, by: 86_399 * 1009) as StrideThrough<Int64>
        {
            let moment = UnixTime(seconds: second)
            #expect(UnixTime(httpDate: moment.httpDate, now: now) == moment)
            #expect(UnixTime(iso8601: UnixTime.iso8601(second: second)) == moment)
        }
    }
}

@Suite struct PrometheusDurationTests {
    @Test(
        arguments: [
            ("0", 0), ("500ms", 500), ("30s", 30_000), ("1h30m", 5_400_000), ("7d", 604_800_000), ("1w", 604_800_000),
            ("1y", 31_536_000_000), ("1d2h3m4s5ms", 93_784_005),
        ] as [(String, Int64)])
    func `durations of prometheus are read`(text: String, milliseconds: Int64) {
        #expect(Duration(prometheus: text) == .milliseconds(milliseconds))
    }

    @Test(arguments: ["", "30", "s", "-5s", "1.5h", "30m1h", "5m5m", "1 h", "5sec", "9999999999999y"])
    func `anything else is refused`(text: String) {
        #expect(Duration(prometheus: text) == nil)
    }

    @Test(
        arguments: [
            (0, "0s"), (500, "500ms"), (5_400_000, "1h30m"), (691_200_000, "8d"), (-2500, "-2s500ms"),
        ] as [(Int64, String)])
    func `durations are written for people`(milliseconds: Int64, text: String) {
        #expect(Duration.milliseconds(milliseconds).prometheusText == text)
    }
}

@Suite struct UnixTimeTests {
    @Test func `arithmetic ends at the first and the last moment that there is`() {
        let (first, last) = (UnixTime(milliseconds: .min), UnixTime(milliseconds: .max))
        #expect(UnixTime(seconds: .max) == last)
        #expect(UnixTime(seconds: .min) == first)
        #expect(last + .seconds(1) == last)
        #expect(first - .seconds(1) == first)
        #expect(UnixTime(milliseconds: 1) + .seconds(Int64.max) == last)
        #expect(last - first == .milliseconds(Int64.max))
        #expect(first - last == .milliseconds(Int64.min))
        #expect(first.second == -9_223_372_036_854_776)
        #expect(Duration.seconds(Int64.max).wholeMilliseconds == .max)
        #expect(Duration.seconds(Int64.min).wholeMilliseconds == .min)
    }

    @Test func `a moment beyond the calendar is written as its end`() {
        #expect(UnixTime.iso8601(second: .max) == "9999-12-31T23:59:59Z")
        #expect(UnixTime.iso8601(second: .min) == "0001-01-01T00:00:00Z")
        #expect(UnixTime(milliseconds: .max).iso8601 == "9999-12-31T23:59:59.807Z")
        #expect(UnixTime(milliseconds: .min).httpDate == "Mon, 01 Jan 0001 00:00:00 GMT")
    }

    @Test func `seconds round towards the past`() {
        #expect(UnixTime(milliseconds: 1999).second == 1)
        #expect(UnixTime(milliseconds: -1).second == -1)
        #expect(UnixTime(milliseconds: -1000).second == -1)
    }

    @Test func `spans and moments add up`() {
        let start = UnixTime(seconds: 100)
        #expect(start + .milliseconds(2500) - start == .milliseconds(2500))
        #expect(start - .seconds(1) < start)
        #expect(Duration.milliseconds(1250).secondsValue == 1.25)
    }
}
