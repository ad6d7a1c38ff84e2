import CZlib

/// Compression of answers in gzip framing (RFC 1952), by the zlib that the system has.
package enum Gzip {
    /// The bytes compressed at the fastest level; nil where there is no zlib, or it fails: the answer goes out as it is.
    package static func compress(_ bytes: [UInt8]) -> [UInt8]? {
        guard let gzip = czlib_gzip_begin(bytes.count) else { return nil }
        czlib_gzip_append(gzip, bytes, bytes.count)
        return finish(gzip)
    }

    /// The same of a body that is never in memory as a whole.
    static func compress(_ body: LongBody) -> [UInt8]? {
        guard let gzip = czlib_gzip_begin(body.count) else { return nil }
        var part = LongBodyPart()
        var offset = 0
        while offset < body.count {
            let bytes = part.bytes(of: body, from: offset)
            bytes.withUnsafeBufferPointer { czlib_gzip_append(gzip, $0.baseAddress, $0.count) }
            offset += bytes.count
        }
        return finish(gzip)
    }

    private static func finish(_ gzip: OpaquePointer) -> [UInt8]? {
        var length = 0
        guard let compressed = czlib_gzip_finish(gzip, &length) else { return nil }
        defer { czlib_free(compressed) }
        return Array(UnsafeBufferPointer(start: compressed, count: length))
    }
}
