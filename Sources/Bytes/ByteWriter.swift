/// Writes numbers and texts one after the other, to be read in the same order.
@usableFromInline
package struct ByteWriter {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package mutating func byte(_ value: UInt8) { bytes.append(value) }

    package mutating func append(_ other: [UInt8]) { bytes += other }

    /// A number from 0 on, in as few bytes as it needs: seven bits each, the lowest first (LEB128).
    @usableFromInline
    package mutating func unsigned(_ value: UInt64) {
        bytes.appendLEB128(value)
    }

    /// A number of either sign, short when it is near 0.
    package mutating func signed(_ value: Int64) {
        unsigned(value.zigzag)
    }

    /// Eight bytes, the lowest first.
    package mutating func fixed(_ value: UInt64) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    package mutating func double(_ value: Double) { fixed(value.bitPattern) }

    @usableFromInline
    package mutating func flag(_ value: Bool) { bytes.append(value ? 1 : 0) }

    package mutating func text(_ value: String) {
        var text = value
        text.withUTF8 { utf8 in
            unsigned(UInt64(utf8.count))
            bytes.append(contentsOf: utf8)
        }
    }

    @inlinable
    package mutating func optional<Value>(_ value: Value?, _ write: (inout ByteWriter, Value) -> Void) {
        flag(value != nil)
        if let value { write(&self, value) }
    }

    /// Inlined where it is called: a checkpoint has hundreds of lists, and the call for each element would cost more than its bytes.
    @inlinable
    package mutating func list<Elements: Collection>(
        _ elements: Elements, _ write: (inout ByteWriter, Elements.Element) -> Void
    ) {
        unsigned(UInt64(elements.count))
        for element in elements { write(&self, element) }
    }
}
