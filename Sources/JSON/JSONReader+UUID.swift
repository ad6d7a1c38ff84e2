import Bytes

extension JSONReader {
    /// The next value, where it is a string that is a UUID in lower case without escapes, and where its text begins. Leaves it
    /// where it is.
    package mutating func uuid() throws(JSONError) -> (value: CanonicalUUID, start: Int)? {
        try skipSpace()
        return bytes.withUnsafeBytes { text -> (value: CanonicalUUID, start: Int)? in
            let start = offset + 1
            let end = start + CanonicalUUID.length
            guard end < text.count, text[start - 1] == UInt8(ascii: "\""), text[end] == UInt8(ascii: "\""),
                let value = CanonicalUUID(text, at: start)
            else { return nil }
            return (value, start)
        }
    }

    /// Steps over the string that `uuid` gave.
    package mutating func takeUUID() {
        offset += CanonicalUUID.length + 2
    }
}
