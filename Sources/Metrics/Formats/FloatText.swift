/// Numbers as Prometheus reads them, written at the end of a page.
enum FloatText {
    /// The shortest text that reads back as the same double; whole numbers without a fraction.
    static func append(sample value: Double, to page: inout [UInt8]) {
        // Up to 2^53 every whole double is that integer exactly.
        if value.magnitude <= 0x1p53, let integer = Int64(exactly: value), integer != 0 || value.sign == .plus {
            if integer < 0 { page.append(UInt8(ascii: "-")) }
            append(integer.magnitude, to: &page)
        } else {
            append(bound: value, to: &page)
        }
    }

    /// The canonical form that OpenMetrics 1.0 wants for `le`: `1.0`, `0.25`, `+Inf`. Text 0.0.4 gets the same, or a
    /// Prometheus before 3.0 would see other series when it changes the format.
    static func append(bound value: Double, to page: inout [UInt8]) {
        if value.isFinite {
            page.append(contentsOf: value.description.utf8)
        } else {
            page.append(contentsOf: (value.isNaN ? "NaN" : value > 0 ? "+Inf" : "-Inf").utf8)
        }
    }

    /// A moment in seconds with as many decimals as it has: `1700000000.25`.
    static func append(secondsOf milliseconds: Int64, to page: inout [UInt8]) {
        if milliseconds < 0 { page.append(UInt8(ascii: "-")) }
        let (seconds, rest) = milliseconds.magnitude.quotientAndRemainder(dividingBy: 1000)
        append(seconds, to: &page)
        guard rest > 0 else { return }
        page.append(UInt8(ascii: "."))
        var digits = rest
        for place: UInt64 in [100, 10, 1] where digits > 0 {
            page.append(UInt8(ascii: "0") + UInt8(digits / place))
            digits %= place
        }
    }

    static func append(_ count: UInt64, to page: inout [UInt8]) {
        guard count > 9 else { return page.append(UInt8(ascii: "0") + UInt8(count)) }
        page.append(contentsOf: String(count).utf8)
    }
}
