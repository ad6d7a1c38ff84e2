import CZlib

/// Compression of answers in gzip framing (RFC 1952), by the zlib that the system has.
package enum Gzip {
    /// The bytes compressed at the fastest level; nil where there is no zlib, or it fails: the answer goes out as it is.
    package static func compress(_ bytes: [UInt8]) -> [UInt8]? {
        var length = 0
        guard let compressed = czlib_gzip(bytes, bytes.count, &length) else { return nil }
        defer { czlib_free(compressed) }
        return Array(UnsafeBufferPointer(start: compressed, count: length))
    }
}
