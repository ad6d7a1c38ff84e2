extension HTTPResponse {
    /// A page shorter than this goes out as it is: compressed it would hardly fill fewer packets.
    private static let compressedFrom = 1024

    /// The same with gzip, where that is worth it and the system has zlib. For clients that take it
    /// (``AcceptEncoding/allowsGzip(_:)``).
    package func compressed() -> HTTPResponse {
        guard bodyCount >= Self.compressedFrom, let compressed = longBody.map(Gzip.compress) ?? Gzip.compress(body)
        else {
            return self
        }
        var response = self
        response.longBody = nil
        response.headers.set("Content-Encoding", "gzip")
        response.body = compressed
        return response
    }
}
