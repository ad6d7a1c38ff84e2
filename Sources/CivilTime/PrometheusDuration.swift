extension Duration {
    /// Reads a duration as Prometheus writes it: `500ms`, `30s`, `1h30m`, `7d`, `0`, with the units
    /// y (365 days), w, d, h, m, s, ms once each and in this order. Nil for anything else.
    ///
    /// Source: prometheus/common `model.ParseDuration`.
    package init?(prometheus text: String) {
        if text == "0" {
            self = .zero
            return
        }
        var rest = Substring(text)
        var units = Self.prometheusUnits[...]
        var total: Int64 = 0
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            let unitName = rest.prefix { $0.isASCII && $0.isLetter }
            rest = rest.dropFirst(unitName.count)
            guard let amount = Int64(digits), let index = units.firstIndex(where: { $0.name == unitName }) else {
                return nil
            }
            let (span, spanOverflows) = amount.multipliedReportingOverflow(by: units[index].milliseconds)
            let (sum, sumOverflows) = total.addingReportingOverflow(span)
            guard !spanOverflows, !sumOverflows else { return nil }
            total = sum
            units = units[(index + 1)...]
        }
        guard !text.isEmpty else { return nil }
        self = .milliseconds(total)
    }

    /// The shortest way in which Prometheus would write the duration, to the millisecond; negative spans with a minus sign.
    package var prometheusText: String {
        var rest = wholeMilliseconds.magnitude
        guard rest > 0 else { return "0s" }
        var text = wholeMilliseconds < 0 ? "-" : ""
        // Prometheus itself writes years and weeks only where nothing is left over; days read better anyway.
        for unit in Self.prometheusUnits.dropFirst(2) {
            let amount = rest / UInt64(unit.milliseconds)
            rest %= UInt64(unit.milliseconds)
            if amount > 0 { text += "\(amount)\(unit.name)" }
        }
        return text
    }

    private static let prometheusUnits: [(name: String, milliseconds: Int64)] = [
        ("y", 31_536_000_000), ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000),
        ("ms", 1),
    ]
}
