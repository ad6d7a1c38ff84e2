import Bytes

// The classes of bytes that RFC 9110 §5 builds its grammar from.

/// tchar of RFC 9110 §5.6.2: what methods and field names consist of.
func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case _ where ASCII.isAlphanumeric(byte), UInt8(ascii: "!"), UInt8(ascii: "#")...UInt8(ascii: "'"),
        UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "^")...UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
        true
    default: false
    }
}

/// A byte that may stand in a field's value (RFC 9110 §5.5): visible ASCII, space, tab, and bytes from 0x80 on.
func isFieldByte(_ byte: UInt8) -> Bool {
    (byte >= 0x20 && byte != 0x7F) || byte == UInt8(ascii: "\t")
}

func isWhitespace(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
}

func isToken(_ bytes: some Collection<UInt8>) -> Bool {
    !bytes.isEmpty && bytes.allSatisfy(isTokenByte)
}

/// Equality of ASCII words without regard to case.
func isSameToken(_ left: String, _ right: String) -> Bool {
    left.utf8.count == right.utf8.count
        && left.utf8.elementsEqual(right.utf8) {
            ASCII.lowercased($0) == ASCII.lowercased($1)
        }
}

/// Without the optional white space (RFC 9110 §5.6.3) at both ends.
func trimmingWhitespace<Bytes: BidirectionalCollection<UInt8>>(_ bytes: Bytes) -> Bytes.SubSequence {
    let start = bytes.firstIndex { !isWhitespace($0) } ?? bytes.endIndex
    let last = bytes[start...].lastIndex { !isWhitespace($0) }
    return last.map { bytes[start...$0] } ?? bytes[start..<start]
}
