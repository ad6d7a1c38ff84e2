/// Decides whether a client has said enough for a TLS session: the first record of its handshake, as a whole
/// (RFC 8446 §5.1). Until then it costs a place and the system's memory, but no session. It knows bytes, no sockets.
struct FirstRecord {
    /// What the bytes that are here say.
    enum Finding: Equatable {
        /// More has to come: ``awaitedBytes`` in all.
        case incomplete

        /// A session finds out the rest, also where the client stopped too early.
        case complete

        /// Something else than TLS.
        case plain
    }

    /// Of which the last two are the record's length.
    private static let headerBytes = 5

    /// The content type of a handshake's records.
    private static let handshake: UInt8 = 22

    /// How many bytes have to be here before it is worth looking again.
    private(set) var awaitedBytes = headerBytes

    /// Examines what has arrived. To be called once ``awaitedBytes`` have, or the client has finished sending; the first
    /// bytes of what has arrived are enough.
    mutating func examine(_ bytes: ArraySlice<UInt8>) -> Finding {
        guard bytes.first == Self.handshake else { return .plain }
        guard bytes.count >= Self.headerBytes, awaitedBytes == Self.headerBytes else { return .complete }
        let length = bytes.dropFirst(3).prefix(2).reduce(0) { $0 << 8 | Int($1) }
        awaitedBytes += length
        return bytes.count < awaitedBytes ? .incomplete : .complete
    }
}
