import Bytes

/// A UUID of version 4, as Dify's rows have them: its order says nothing about time (dify-logs-api §3.1).
package struct RandomUUID: Hashable, Sendable {
    private let high: UInt64
    private let low: UInt64

    package init(using random: inout SeededRandom) {
        high = random.next() & 0xffff_ffff_ffff_0fff | 0x4000
        low = random.next() & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000
    }

    /// The same id for the same text, for things that have a name.
    package init(of name: String) {
        var random = SeededRandom(seed: FNV1a.hash64(name.utf8))
        self.init(using: &random)
    }

    /// 32 hexadecimal digits in lower case, with hyphens.
    package var text: String {
        String(unsafeUninitializedCapacity: 36) { buffer in
            var length = 0
            for digit in 0..<32 {
                if digit == 8 || digit == 12 || digit == 16 || digit == 20 {
                    buffer[length] = UInt8(ascii: "-")
                    length += 1
                }
                let half = digit < 16 ? high : low
                let value = UInt8(truncatingIfNeeded: half >> UInt64(60 - 4 * (digit & 15))) & 0xf
                buffer[length] = value < 10 ? value + 0x30 : value + 0x57
                length += 1
            }
            return length
        }
    }
}
