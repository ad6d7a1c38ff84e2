/// Reads what a `ByteWriter` wrote; never beyond the end, and never more elements than there are bytes for.
@usableFromInline
package struct ByteReader {
    /// The bytes are not what a writer makes.
    @usableFromInline
    package struct Malformed: Error {
        package init() {}
    }

    private let bytes: ArraySlice<UInt8>
    private var position: Int

    package init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    package var isAtEnd: Bool { position == bytes.endIndex }

    package mutating func byte() throws(Malformed) -> UInt8 {
        guard position < bytes.endIndex else { throw Malformed() }
        defer { position += 1 }
        return bytes[position]
    }

    package mutating func unsigned() throws(Malformed) -> UInt64 {
        var value = UInt64(try byte())
        if value < 0x80 { return value }
        value &= 0x7f
        for shift in stride(from: UInt64(7), to: 70, by: 7) {
            let byte = try byte()
            let bits = UInt64(byte & 0x7f)
            guard shift < 63 || bits <= 1 else { throw Malformed() }
            value |= bits << shift
            if byte < 0x80 { return value }
        }
        throw Malformed()
    }

    package mutating func signed() throws(Malformed) -> Int64 {
        Int64(zigzag: try unsigned())
    }

    package mutating func fixed() throws(Malformed) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 8) { value |= UInt64(try byte()) << shift }
        return value
    }

    package mutating func double() throws(Malformed) -> Double { Double(bitPattern: try fixed()) }

    @usableFromInline
    package mutating func flag() throws(Malformed) -> Bool {
        switch try byte() {
        case 0: false
        case 1: true
        default: throw Malformed()
        }
    }

    package mutating func text() throws(Malformed) -> String {
        let count = try count()
        defer { position += count }
        guard let text = String(validating: bytes[position..<(position + count)], as: UTF8.self) else {
            throw Malformed()
        }
        return text
    }

    @inlinable
    package mutating func optional<Value>(_ read: (inout ByteReader) throws(Malformed) -> Value) throws(Malformed)
        -> Value?
    {
        try flag() ? read(&self) : nil
    }

    /// Inlined where it is called, as a writer's is.
    @inlinable
    package mutating func list<Value>(_ read: (inout ByteReader) throws(Malformed) -> Value) throws(Malformed)
        -> [Value]
    {
        let count = try count()
        var values: [Value] = []
        values.reserveCapacity(count)
        for _ in 0..<count { values.append(try read(&self)) }
        return values
    }

    /// A length, which cannot be more than the bytes that are left: every element takes at least one.
    @usableFromInline
    mutating func count() throws(Malformed) -> Int {
        let count = try unsigned()
        guard count <= UInt64(bytes.endIndex - position) else { throw Malformed() }
        return Int(count)
    }
}
