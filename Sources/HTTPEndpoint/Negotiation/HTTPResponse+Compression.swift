extension HTTPResponse {
    /// A page shorter than this goes out as it is: compressed it would hardly fill fewer packets.
    private static let compressedFrom = 1024

    /// The same, compressed where that is worth it and the request's Accept-Encoding allows it.
    package func compressed(for request: HTTPRequest) -> HTTPResponse {
        guard body.count >= Self.compressedFrom, AcceptEncoding.allowsGzip(request.headers["Accept-Encoding"]),
            let compressed = Gzip.compress(body)
        else { return self }
        var response = self
        response.headers.set("Content-Encoding", "gzip")
        response.body = compressed
        return response
    }
}
