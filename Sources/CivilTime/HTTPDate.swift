import Platform

extension UnixTime {
    /// The IMF-fixdate of RFC 9110 §5.6.7, as in `Sun, 06 Nov 1994 08:49:37 GMT`.
    package var httpDate: String {
        var time = time_t(second)
        var fields = tm()
        gmtime_r(&time, &fields)
        // The program never calls setlocale, so names of days and months stay English.
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
            strftime(buffer.baseAddress!, buffer.count, "%a, %d %b %Y %H:%M:%S GMT", &fields)
            return String(cString: buffer.baseAddress!)
        }
    }

    /// Reads the three forms that RFC 9110 §5.6.7 obliges a recipient to accept; nil for anything else.
    ///
    ///     Sun, 06 Nov 1994 08:49:37 GMT
    ///     Sunday, 06-Nov-94 08:49:37 GMT
    ///     Sun Nov  6 08:49:37 1994
    package init?(httpDate text: String) {
        let parts = text.split { " ,-:".contains($0) }.dropFirst()
        var words = Array(parts)
        let isAsctime = words.count == 6
        if isAsctime {
            words = [words[1], words[0], words[5], words[2], words[3], words[4], "GMT"]
        }
        guard words.count == 7, words[6] == "GMT", let month = Self.monthNames.firstIndex(of: String(words[1])) else {
            return nil
        }
        let numbers = [words[0], words[2], words[3], words[4], words[5]].compactMap { word in
            word.allSatisfy { $0.isASCII && $0.isNumber } ? Int(word) : nil
        }
        guard numbers.count == 5, numbers[2] < 24, numbers[3] < 60, numbers[4] <= 60 else { return nil }
        // Two digits of a year: RFC 9110 lets them mean the past; POSIX puts the border at 69.
        let year = words[2].count > 2 ? numbers[1] : numbers[1] + (numbers[1] < 69 ? 2000 : 1900)
        let fields = CalendarFields(year: year, month: month + 1, day: numbers[0])
        guard (1...9999).contains(year), let midnight = fields.unixSecond else { return nil }
        self.init(seconds: midnight + Int64(numbers[2] * 3600 + numbers[3] * 60 + numbers[4]))
    }

    private static let monthNames = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
