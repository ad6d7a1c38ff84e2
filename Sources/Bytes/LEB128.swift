extension [UInt8] {
    /// Appends a number in as few bytes as it needs: seven bits each, the lowest first. What protobuf calls a varint.
    package mutating func appendLEB128(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }
}

extension Int64 {
    /// Numbers near zero, of either sign, as small numbers from 0 on: 0, -1, 1, -2 become 0, 1, 2, 3.
    package var zigzag: UInt64 {
        UInt64(bitPattern: (self << 1) ^ (self >> 63))
    }

    package init(zigzag value: UInt64) {
        self = Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }
}
