extension UnixTime {
    /// The IMF-fixdate of RFC 9110 §5.6.7, as in `Sun, 06 Nov 1994 08:49:37 GMT`.
    package var httpDate: String {
        let fields = CalendarFields(unixSecond: second)
        return "\(HTTPDate.days[fields.weekday]), \(padded(fields.day, to: 2)) \(HTTPDate.months[fields.month - 1]) "
            + "\(padded(fields.year, to: 4)) \(padded(fields.hour, to: 2)):\(padded(fields.minute, to: 2)):"
            + "\(padded(fields.second, to: 2)) GMT"
    }

    /// Reads the three forms that RFC 9110 §5.6.7 obliges a recipient to accept; nil for anything else. `now` tells which
    /// century a year of two digits is of.
    ///
    ///     Sun, 06 Nov 1994 08:49:37 GMT
    ///     Sunday, 06-Nov-94 08:49:37 GMT
    ///     Sun Nov  6 08:49:37 1994
    package init?(httpDate text: String, now: UnixTime) {
        guard let date = HTTPDate(text) else { return nil }
        let year = date.hasShortYear ? HTTPDate.fullYear(date.year, now: now) : date.year
        // A leap second has no time of its own in POSIX: it is the first of the next minute.
        guard
            let fields = CalendarFields(
                year: year, month: date.month, day: date.day, hour: date.hour, minute: date.minute,
                second: min(date.second, 59))
        else { return nil }
        self.init(seconds: fields.unixSecond + (date.second == 60 ? 1 : 0))
    }
}

/// The numbers of an HTTP date, each of no more digits than its form allows.
private struct HTTPDate {
    let year: Int
    let hasShortYear: Bool
    let month: Int
    let day: Int
    let hour: Int
    let minute: Int
    /// 60 in a leap second.
    let second: Int

    static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    /// The longest form, with the longest name of a day, has 33 bytes.
    private static let longestText = 64

    init?(_ text: String) {
        guard text.utf8.count <= Self.longestText else { return nil }
        var words = text.split { " ,-:".contains($0) }.dropFirst().map(String.init)
        if words.count == 6 {
            // asctime's form ends with the year.
            words = [words[1], words[0], words[5], words[2], words[3], words[4], "GMT"]
        }
        guard words.count == 7, words[6] == "GMT", let month = Self.months.firstIndex(of: words[1]),
            let day = Self.number(words[0], digits: 1...2), let year = Self.number(words[2], digits: 2...4),
            let hour = Self.number(words[3], digits: 2...2), let minute = Self.number(words[4], digits: 2...2),
            let second = Self.number(words[5], digits: 2...2), words[2].utf8.count != 3
        else { return nil }
        guard second < 60 || (second == 60 && hour == 23 && minute == 59) else { return nil }
        (self.year, self.month, self.day) = (year, month + 1, day)
        (self.hour, self.minute, self.second) = (hour, minute, second)
        hasShortYear = words[2].utf8.count == 2
    }

    private static func number(_ word: String, digits: ClosedRange<Int>) -> Int? {
        guard digits.contains(word.utf8.count),
            word.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return Int(word)
    }

    /// A year of two digits that would lie more than 50 years ahead is the latest one in the past with these digits.
    static func fullYear(_ shortYear: Int, now: UnixTime) -> Int {
        let present = CalendarFields(unixSecond: now.second).year
        let year = present / 100 * 100 + shortYear
        return year > present + 50 ? year - 100 : year
    }
}
