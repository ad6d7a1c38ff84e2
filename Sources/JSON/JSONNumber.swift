/// A JSON number as it was written, so that nobody loses digits before knowing which type is wanted.
package struct JSONNumber: Hashable, Sendable {
    package let text: String

    init(text: String) {
        self.text = text
    }

    /// The exact integer, or nil when there is a fraction or the value does not fit. `1.0` and `1e3` are integers:
    /// servers write whole floats either way (dify-logs-api §10.26). Up to 15 digits a double tells one decimal from
    /// another, so only plain digits may be longer.
    package var int64: Int64? {
        if let integer = Int64(text) { return integer }
        let isToldApart = text.utf8.count { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") } <= 15
        return isToldApart && double.magnitude <= 0x1p53 ? Int64(exactly: double) : nil
    }

    /// The nearest double; infinite when the exponent is beyond a double's range.
    package var double: Double {
        Double(text) ?? .nan
    }
}
