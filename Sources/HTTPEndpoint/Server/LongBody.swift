/// A body that is put together while it is sent, so that it is never in memory as a whole.
package final class LongBody: Sendable, Equatable {
    /// Bytes in all.
    package let count: Int

    /// Bytes of memory that it holds until it is sent.
    let memory: Int
    private let write: @Sendable (Int, UnsafeMutableRawBufferPointer) -> Void

    /// `write` fills a buffer with what follows the first so many bytes, the same each time.
    package init(
        count: Int, memory: Int,
        write: @escaping @Sendable (_ offset: Int, _ buffer: UnsafeMutableRawBufferPointer) -> Void
    ) {
        self.count = count
        self.memory = memory
        self.write = write
    }

    fileprivate func write(_ range: Range<Int>, to buffer: UnsafeMutableRawBufferPointer) {
        write(range.lowerBound, UnsafeMutableRawBufferPointer(rebasing: buffer[..<range.count]))
    }

    /// Whether they are the same, not whether they would come to the same bytes.
    package static func == (left: LongBody, right: LongBody) -> Bool { left === right }
}

/// The part of a long body that is being sent, in memory which all connections use in turn.
package struct LongBodyPart {
    /// Bytes of a part; the last one of a body may have fewer.
    static let size = 128 << 10

    private var bytes: [UInt8] = []
    /// Whose part it is. Held, so that no other body has its place in memory.
    private var body: LongBody?
    private var start = 0

    package init() {}

    /// The body that it holds; nil before the first.
    var sharedBody: SharedBody? { body.map { SharedBody($0) } }

    /// What follows the first `offset` bytes, to the end of the part that the next byte is of: a part begins at a multiple of its size.
    /// So the same bytes are offered again to who did not take them, as TLS wants it.
    package mutating func bytes(of body: LongBody, from offset: Int) -> ArraySlice<UInt8> {
        let start = offset - offset % Self.size
        if self.body != body || self.start != start {
            let range = start..<min(start + Self.size, body.count)
            if bytes.count != Self.size { bytes = [UInt8](repeating: 0, count: Self.size) }
            bytes.withUnsafeMutableBytes { body.write(range, to: $0) }
            (self.body, self.start) = (body, start)
        }
        return bytes[(offset - start)..<min(Self.size, body.count - start)]
    }
}
