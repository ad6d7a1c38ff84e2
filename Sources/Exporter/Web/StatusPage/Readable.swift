import CivilTime

/// Numbers as people like to read them.
enum Readable {
    /// `12,345`.
    static func count(_ value: UInt64) -> String {
        let digits = Array(String(value))
        var text = ""
        for (place, digit) in digits.enumerated() {
            if place > 0, (digits.count - place) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return text
    }

    static func count(_ value: Int) -> String {
        value < 0 ? "-" + count(UInt64(value.magnitude)) : count(UInt64(value))
    }

    /// `1 run`, `2 runs`.
    static func count(_ value: UInt64, _ singular: String, _ plural: String) -> String {
        "\(count(value)) \(value == 1 ? singular : plural)"
    }

    /// A share of one: `3.1 %`. What is not nothing is never shown as 0, and what is not all never as 100.
    static func percent(_ share: Double) -> String {
        guard share > 0, share < 1 else { return share >= 1 ? "100 %" : "0 %" }
        if share < 0.001 { return "< 0.1 %" }
        let tenths = min(Int((share * 1000).rounded()), 999)
        return tenths < 100 ? "\(tenths / 10).\(tenths % 10) %" : "\(min((tenths + 5) / 10, 99)) %"
    }

    /// How long a run takes: `350 ms`, `2.2 s`, `45 s`, `4 min 10 s`, `3 h 5 min`.
    static func duration(_ seconds: Double) -> String {
        guard seconds < 1e12 else { return "for ever" }
        if seconds < 0.9995 { return "\(Int((max(seconds, 0) * 1000).rounded())) ms" }
        let tenths = Int((seconds * 10).rounded())
        if tenths < 100 { return "\(tenths / 10).\(tenths % 10) s" }
        return span(Int64(seconds.rounded()))
    }

    /// Whole seconds in at most two units: `42 s`, `4 min 10 s`, `3 h 5 min`, `2 d 4 h`.
    static func span(_ seconds: Int64) -> String {
        let units: [(name: String, seconds: Int64)] = [("d", 86_400), ("h", 3600), ("min", 60), ("s", 1)]
        let first = units.firstIndex { seconds >= $0.seconds } ?? units.count - 1
        let amount = seconds / units[first].seconds
        guard first + 1 < units.count else { return "\(amount) \(units[first].name)" }
        let rest = seconds % units[first].seconds / units[first + 1].seconds
        let head = "\(amount) \(units[first].name)"
        return rest > 0 ? "\(head) \(rest) \(units[first + 1].name)" : head
    }

    /// How long ago a moment was; clocks that disagree a little make no future of it.
    static func ago(_ second: Int64, at now: Int64) -> String {
        now > second ? "\(span(now - second)) ago" : "just now"
    }

    /// `2026-11-25 05:46:31 UTC`, without the day where that is today.
    static func moment(_ second: Int64, at now: Int64) -> String {
        let (text, today) = (UnixTime.iso8601(second: second), UnixTime.iso8601(second: now))
        let time = "\(text.dropFirst(11).dropLast()) UTC"
        return text.prefix(10) == today.prefix(10) ? time : "\(text.prefix(10)) \(time)"
    }
}
