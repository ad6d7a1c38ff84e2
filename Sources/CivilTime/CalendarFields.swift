/// A second of the Gregorian calendar in UTC, from year 1 to year 9999: only days and times that exist.
///
/// Counted here rather than by the C library, whose numbers are narrower than those that other programs send.
struct CalendarFields: Equatable {
    let year: Int
    /// 1 to 12.
    let month: Int
    /// 1 to the month's last day.
    let day: Int
    /// 0 to 23.
    let hour: Int
    /// 0 to 59.
    let minute: Int
    /// 0 to 59: POSIX time knows no leap seconds.
    let second: Int

    static let years = 1...9999

    /// Nil for a day that does not exist, such as 30 February, and for a time that does not exist.
    init?(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
        guard Self.years.contains(year), (1...12).contains(month), (1...Self.days(in: month, of: year)).contains(day),
            (0..<24).contains(hour), (0..<60).contains(minute), (0..<60).contains(second)
        else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
        (self.hour, self.minute, self.second) = (hour, minute, second)
    }

    /// The fields of a second; one before year 1 or after year 9999 gives the first or the last second that can be told.
    init(unixSecond: Int64) {
        let bounded = min(max(unixSecond, Self.firstSecond), Self.lastSecond)
        let sinceYearZero = bounded - Self.yearZero
        let dayNumber = Int(sinceYearZero / 86_400)
        let time = Int(sinceYearZero % 86_400)
        var year = dayNumber / 366
        while Self.days(before: year + 1) <= dayNumber { year += 1 }
        var day = dayNumber - Self.days(before: year)
        var month = 1
        while day >= Self.days(in: month, of: year) {
            day -= Self.days(in: month, of: year)
            month += 1
        }
        (self.year, self.month, self.day) = (year, month, day + 1)
        (hour, minute, second) = (time / 3600, time / 60 % 60, time % 60)
    }

    var unixSecond: Int64 {
        let monthDays = (1..<month).reduce(0) { $0 + Self.days(in: $1, of: year) }
        let dayNumber = Self.days(before: year) + monthDays + day - 1
        return Self.yearZero + Int64(dayNumber) * 86_400 + Int64(hour * 3600 + minute * 60 + second)
    }

    /// 0 for Sunday.
    var weekday: Int {
        // The epoch was a Thursday, and so many days after the beginning of year 0.
        let day = (unixSecond - Self.yearZero) / 86_400
        return Int((day + 6) % 7)
    }

    /// The beginning of year 0, from which on days are counted here, in Unix seconds.
    private static let yearZero: Int64 = -62_167_219_200
    private static let firstSecond: Int64 = -62_135_596_800
    private static let lastSecond: Int64 = 253_402_300_799

    /// Days from the beginning of year 0, a leap year, to that of another.
    private static func days(before year: Int) -> Int {
        let past = year - 1
        return year * 365 + (year > 0 ? past / 4 - past / 100 + past / 400 + 1 : 0)
    }

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

/// A decimal number padded with zeros on its left.
func padded(_ number: Int, to width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
