/// A UUID that was written as RFC 9562 wants it: `8-4-4-4-12` hexadecimal digits in lower case.
package struct CanonicalUUID: Hashable, Sendable {
    package let high: UInt64
    package let low: UInt64

    /// Bytes of the text.
    package static var length: Int { 36 }

    package init(high: UInt64, low: UInt64) {
        (self.high, self.low) = (high, low)
    }

    /// The UUID whose text begins at `start`; nil where none is written there.
    package init?(_ text: UnsafeRawBufferPointer, at start: Int = 0) {
        guard start + Self.length <= text.count,
            text[start + 8] == Self.hyphen, text[start + 13] == Self.hyphen, text[start + 18] == Self.hyphen,
            text[start + 23] == Self.hyphen
        else { return nil }
        func four(_ place: Int) -> UInt64 {
            UInt64(UInt32(littleEndian: text.loadUnaligned(fromByteOffset: start + place, as: UInt32.self)))
        }
        func eight(_ place: Int) -> UInt64 {
            UInt64(littleEndian: text.loadUnaligned(fromByteOffset: start + place, as: UInt64.self))
        }
        guard let first = Self.number(eight(0)), let second = Self.number(four(9) | four(14) << 32),
            let third = Self.number(four(19) | four(24) << 32), let fourth = Self.number(eight(28))
        else { return nil }
        self.init(high: first << 32 | second, low: third << 32 | fourth)
    }

    package init?(_ text: String) {
        var text = text
        let uuid = text.withUTF8 { $0.count == Self.length ? CanonicalUUID(UnsafeRawBufferPointer($0)) : nil }
        guard let uuid else { return nil }
        self = uuid
    }

    package var text: String { text(hyphens: true) }

    /// The same without hyphens, as a trace id of W3C Trace Context.
    package var digits: String { text(hyphens: false) }

    private func text(hyphens: Bool) -> String {
        String(unsafeUninitializedCapacity: Self.length) { text in
            var end = 0
            for place in 0..<32 {
                if hyphens, place == 8 || place == 12 || place == 16 || place == 20 {
                    text[end] = Self.hyphen
                    end += 1
                }
                let digit = UInt8((place < 16 ? high : low) >> UInt64(60 - 4 * (place % 16)) & 0xf)
                text[end] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
                end += 1
            }
            return end
        }
    }

    private static var hyphen: UInt8 { UInt8(ascii: "-") }

    /// What eight digits say, the first of them in the lowest byte; nil for anything else.
    private static func number(_ digits: UInt64) -> UInt64? {
        let ones: UInt64 = 0x0101_0101_0101_0101
        // 1 in each byte that is a letter, or beyond ASCII.
        let letters = digits >> 6 & ones
        var values = (digits & (ones &* 0x0f)) &+ letters &* 9
        let areDigits = values & (ones &* 0xf0) == 0 && (values &+ ones &* 6) >> 4 & ones == letters
        guard areDigits, values &+ ones &* 0x30 &+ letters &* 0x27 == digits else { return nil }
        values = (values << 4 | values >> 8) & 0x00ff_00ff_00ff_00ff
        values = (values | values >> 8) & 0x0000_ffff_0000_ffff
        return UInt64(UInt32(truncatingIfNeeded: values | values >> 16).byteSwapped)
    }
}
