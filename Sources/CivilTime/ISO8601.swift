extension UnixTime {
    /// `YYYY-MM-DDTHH:MM:SSZ`: the one form that every Dify version parses alike (dify-logs-api §1.3). A second beyond the
    /// years 1 to 9999 is written as the first or last that this form can tell.
    package static func iso8601(second: Int64) -> String {
        let fields = CalendarFields(unixSecond: second)
        return "\(padded(fields.year, to: 4))-\(padded(fields.month, to: 2))-\(padded(fields.day, to: 2))"
            + "T\(padded(fields.hour, to: 2)):\(padded(fields.minute, to: 2)):\(padded(fields.second, to: 2))Z"
    }

    /// `YYYY-MM-DDTHH:MM:SS.mmmZ`, for log lines.
    package var iso8601: String {
        let whole = Self.iso8601(second: second).dropLast()
        let thousandths = Int(milliseconds % 1000)
        return "\(whole).\(padded(thousandths < 0 ? thousandths + 1000 : thousandths, to: 3))Z"
    }

    /// Reads ISO 8601 as Dify's servers do (Python's `dateutil.parser.isoparse`): extended or compact, date only,
    /// year and month, year only, any one separator character, a fraction, `Z` or an offset; without an offset it is UTC.
    /// Nil for anything else, and for days that do not exist.
    package init?(iso8601 text: String) {
        var scanner = DigitScanner(Array(text.utf8))
        guard let (date, isDateOnly) = scanner.date() else { return nil }
        guard !isDateOnly else {
            guard scanner.isAtEnd else { return nil }
            self.init(seconds: date.unixSecond)
            return
        }
        guard let separator = scanner.next(), !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(separator),
            let time = scanner.timeOfDay(), let offset = scanner.offset(), scanner.isAtEnd
        else { return nil }
        // 24:00:00 is the midnight that ends the day.
        guard time.hour < 24 || (time.minute == 0 && time.second == 0 && time.millisecond == 0) else { return nil }
        let second = date.unixSecond + Int64(time.hour * 3600 + time.minute * 60 + time.second - offset * 60)
        self.init(milliseconds: second * 1000 + Int64(time.millisecond))
    }
}

/// Reads runs of digits and single marks off the front of a text.
private struct DigitScanner {
    let bytes: [UInt8]
    var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { position == bytes.count }

    mutating func next() -> UInt8? {
        guard position < bytes.count else { return nil }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func take(_ mark: Character) -> Bool {
        guard position < bytes.count, bytes[position] == mark.asciiValue else { return false }
        position += 1
        return true
    }

    mutating func number(digits: Int) -> Int? {
        guard position + digits <= bytes.count else { return nil }
        var value = 0
        for byte in bytes[position..<position + digits] {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
        }
        position += digits
        return value
    }

    /// `YYYY`, `YYYY-MM`, `YYYY-MM-DD` or `YYYYMMDD`, of days that exist, and whether the text may end there only.
    mutating func date() -> (CalendarFields, isDateOnly: Bool)? {
        guard let year = number(digits: 4) else { return nil }
        if isAtEnd { return CalendarFields(year: year, month: 1, day: 1).map { ($0, true) } }
        let isExtended = take("-")
        guard let month = number(digits: 2) else { return nil }
        if isExtended, isAtEnd { return CalendarFields(year: year, month: month, day: 1).map { ($0, true) } }
        if isExtended, !take("-") { return nil }
        guard let day = number(digits: 2) else { return nil }
        return CalendarFields(year: year, month: month, day: day).map { ($0, isAtEnd) }
    }

    /// `HH`, `HH:MM`, `HH:MM:SS`, `HH:MM:SS.ffffff` and the same without colons.
    mutating func timeOfDay() -> (hour: Int, minute: Int, second: Int, millisecond: Int)? {
        guard let hour = number(digits: 2), hour <= 24 else { return nil }
        let isExtended = take(":")
        guard let minute = number(digits: 2) else { return isExtended ? nil : (hour, 0, 0, 0) }
        guard minute < 60 else { return nil }
        if isExtended, !take(":") { return (hour, minute, 0, 0) }
        guard let second = number(digits: 2) else { return isExtended ? nil : (hour, minute, 0, 0) }
        guard second < 60 else { return nil }
        guard take(".") || take(",") else { return (hour, minute, second, 0) }
        var fraction: [Int] = []
        while let digit = number(digits: 1) { fraction.append(digit) }
        guard !fraction.isEmpty else { return nil }
        let thousandths = (fraction + [0, 0, 0]).prefix(3).reduce(0) { $0 * 10 + $1 }
        return (hour, minute, second, thousandths)
    }

    /// Minutes east of Greenwich; 0 where the text has no offset.
    mutating func offset() -> Int? {
        if isAtEnd || take("Z") || take("z") { return 0 }
        let isEast = take("+")
        guard isEast || take("-") else { return nil }
        guard let hours = number(digits: 2), hours < 24 else { return nil }
        _ = take(":")
        let minutes = isAtEnd ? 0 : number(digits: 2)
        guard let minutes, minutes < 60 else { return nil }
        return (isEast ? 1 : -1) * (hours * 60 + minutes)
    }
}
