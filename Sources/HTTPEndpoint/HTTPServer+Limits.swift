extension HTTPServer {
    /// What a client may take up of the server.
    package struct Limits: Sendable {
        /// Bytes of a request line and header fields together; 414 or 431 beyond. RFC 9112 §3 wants 8,000 at least.
        package var headBytes = 8192

        /// Bytes of a request's body; 413 beyond.
        package var bodyBytes = 65536

        /// Connections open at once. One more takes the place of the one that has been idle longest; where none is idle
        /// it gets 503.
        package var connections = 512

        /// From the first byte of a request to the end of its head, and from there to the end of its body; then 408.
        package var headDeadline = Duration.seconds(5)

        /// How long a connection may stay open without a request, before the first one and between two.
        package var idleDeadline = Duration.seconds(75)

        /// How long a client may take no byte of an answer that waits for it; then the connection is reset.
        package var writeDeadline = Duration.seconds(10)

        /// How long answers under way may take once the server stops.
        var stopGrace = Duration.seconds(1)

        package init() {}
    }
}
