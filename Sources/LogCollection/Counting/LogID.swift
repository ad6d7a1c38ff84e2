import Bytes
import DifyAPI

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

    package init(_ id: WrittenID) {
        switch id {
        case .uuid(let uuid): self.init(high: uuid.high, low: uuid.low)
        case .other(let text): self.init(text)
        }
    }

    package init(_ text: String) {
        if let uuid = Self.uuid(text.utf8) {
            self = uuid
        } else {
            let hash = FNV1a.hash128(text.utf8)
            self.init(high: UInt64(truncatingIfNeeded: hash >> 64), low: UInt64(truncatingIfNeeded: hash))
        }
    }

    /// `8-4-4-4-12` hexadecimal digits.
    static func uuid(_ text: String.UTF8View) -> LogID? {
        guard text.count == 36 else { return nil }
        var halves: (high: UInt64, low: UInt64) = (0, 0)
        var digits = 0
        for (index, byte) in text.enumerated() {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "-") where [8, 13, 18, 23].contains(index): continue
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: return nil
            }
            if digits < 16 {
                halves.high = halves.high << 4 | UInt64(digit)
            } else {
                halves.low = halves.low << 4 | UInt64(digit)
            }
            digits += 1
        }
        return digits == 32 ? LogID(high: halves.high, low: halves.low) : nil
    }
}
