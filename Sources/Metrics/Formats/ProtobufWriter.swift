import Bytes

/// Writes the parts of protobuf's wire format that the metrics' messages consist of.
///
/// Source: protobuf.dev, "Encoding".
struct ProtobufWriter {
    private(set) var bytes: [UInt8] = []

    private enum WireType: UInt64 {
        case varint = 0
        case fixed64 = 1
        case lengthDelimited = 2
    }

    mutating func write(_ field: UInt64, unsigned value: UInt64) {
        writeKey(field, .varint)
        bytes.appendLEB128(value)
    }

    /// An `int64` or `int32`.
    mutating func write(_ field: UInt64, signed value: Int64) {
        write(field, unsigned: UInt64(bitPattern: value))
    }

    /// A `sint64` or `sint32`: numbers near zero are short, whatever their sign.
    mutating func write(_ field: UInt64, zigzag value: Int64) {
        writeKey(field, .varint)
        bytes.appendLEB128(value.zigzag)
    }

    mutating func write(_ field: UInt64, _ value: Double) {
        writeKey(field, .fixed64)
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func write(_ field: UInt64, _ text: some StringProtocol) {
        writeKey(field, .lengthDelimited)
        bytes.appendLEB128(UInt64(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    mutating func write(_ field: UInt64, packed values: [Int64]) {
        write(field) { message in
            for value in values { message.bytes.appendLEB128(value.zigzag) }
        }
    }

    /// A message within this one.
    mutating func write(_ field: UInt64, message write: (inout ProtobufWriter) -> Void) {
        writeKey(field, .lengthDelimited)
        writeDelimited(write)
    }

    /// A message behind its length.
    mutating func writeDelimited(_ write: (inout ProtobufWriter) -> Void) {
        // The length stands before what it measures. Most messages are short enough for the one byte that is left for it
        // here; the others are moved up once.
        let start = bytes.count
        bytes.append(0)
        write(&self)
        let length = bytes.count - start - 1
        if length < 0x80 {
            bytes[start] = UInt8(length)
        } else {
            var prefix: [UInt8] = []
            prefix.appendLEB128(UInt64(length))
            bytes.replaceSubrange(start...start, with: prefix)
        }
    }

    private mutating func writeKey(_ field: UInt64, _ type: WireType) {
        bytes.appendLEB128(field << 3 | type.rawValue)
    }
}
