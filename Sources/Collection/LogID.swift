/// A log's identity in 16 bytes.
///
/// Dify's ids are UUIDs. Any other text gets 128 bits of FNV-1a, so that an unusual server is still counted.
package struct LogID: Hashable, Sendable {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    package init(_ text: String) {
        if let uuid = Self.uuid(text.utf8) {
            self = uuid
        } else {
            let prime = UInt128(1) << 88 + 0x13b
            let basis = UInt128(0x6c62_272e_07bb_0142) << 64 | 0x62b8_2175_6295_c58d
            let hash = text.utf8.reduce(basis) { ($0 ^ UInt128($1)) &* prime }
            self.init(high: UInt64(truncatingIfNeeded: hash >> 64), low: UInt64(truncatingIfNeeded: hash))
        }
    }

    /// `8-4-4-4-12` hexadecimal digits.
    private static func uuid(_ text: String.UTF8View) -> LogID? {
        guard text.count == 36 else { return nil }
        var bits: UInt128 = 0
        for (index, byte) in text.enumerated() {
            if [8, 13, 18, 23].contains(index) {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard let digit = Character(UnicodeScalar(byte)).hexDigitValue else { return nil }
            bits = bits << 4 | UInt128(digit)
        }
        return LogID(high: UInt64(truncatingIfNeeded: bits >> 64), low: UInt64(truncatingIfNeeded: bits))
    }
}
