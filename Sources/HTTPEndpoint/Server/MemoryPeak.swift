import Platform

/// Decides when the memory of a peak is given back: a while after it has fallen, so that one return serves a burst of
/// peaks and finds everything freed.
struct MemoryPeak: Sendable {
    /// When it is to be given back; nil without a peak to follow.
    private(set) var returnsAt: MonotonicTime?
    private var peak = 0

    /// Less is not worth the call.
    private static let smallest = 256 << 10
    private static let delay = Duration.milliseconds(500)

    /// So many bytes are in use now. True where what was freed since the peak is to be given back.
    mutating func isDueToReturn(_ bytes: Int, at now: MonotonicTime) -> Bool {
        if bytes >= peak {
            peak = bytes
            returnsAt = nil
        } else if returnsAt == nil, peak >= Self.smallest, bytes <= peak / 2 {
            returnsAt = now + Self.delay
        }
        guard let time = returnsAt, time <= now else { return false }
        (peak, returnsAt) = (bytes, nil)
        return true
    }
}
