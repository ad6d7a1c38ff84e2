import Platform

/// A moment in UTC taken apart by the C library, and put together again.
struct CalendarFields {
    var year: Int
    var month: Int
    var day: Int
    var hour = 0
    var minute = 0
    var second = 0

    init(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
        (self.year, self.month, self.day) = (year, month, day)
        (self.hour, self.minute, self.second) = (hour, minute, second)
    }

    init(unixSecond: Int64) {
        var time = time_t(unixSecond)
        var fields = tm()
        gmtime_r(&time, &fields)
        self.init(
            year: Int(fields.tm_year) + 1900, month: Int(fields.tm_mon) + 1, day: Int(fields.tm_mday),
            hour: Int(fields.tm_hour), minute: Int(fields.tm_min), second: Int(fields.tm_sec))
    }

    /// The moment, or nil for a day that does not exist: `timegm` would turn 30 February into 2 March.
    var unixSecond: Int64? {
        var fields = tm()
        fields.tm_year = Int32(year - 1900)
        fields.tm_mon = Int32(month - 1)
        fields.tm_mday = Int32(day)
        fields.tm_hour = Int32(hour)
        fields.tm_min = Int32(minute)
        fields.tm_sec = Int32(second)
        let time = timegm(&fields)
        guard fields.tm_mon == Int32(month - 1), fields.tm_mday == Int32(day), fields.tm_hour == Int32(hour),
            fields.tm_min == Int32(minute)
        else { return nil }
        return Int64(time)
    }
}

/// A decimal number padded with zeros on its left.
func padded(_ number: Int, to width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
