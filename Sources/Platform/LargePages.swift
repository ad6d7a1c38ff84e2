/// Memory in few pages of the processor's instead of thousands.
package enum LargePages {
    /// What one takes on the processors that Linux serves most; on others the system does what it can.
    private static let size = UInt(2 << 20)

    /// Asks the system to back memory that is about to be written by large pages, where some fit into it: each usual one of 4 kB is
    /// asked for and cleared on its own, which takes as long as writing it. Source: madvise(2), `MADV_HUGEPAGE`.
    package static func prefer(for memory: UnsafeMutableRawBufferPointer) {
        #if os(Linux)
            guard let start = memory.baseAddress.map(UInt.init(bitPattern:)) else { return }
            let first = (start + size - 1) & ~(size - 1)
            let end = (start + UInt(memory.count)) & ~(size - 1)
            // A system without them says no, and nothing is lost.
            if end > first { _ = madvise(UnsafeMutableRawPointer(bitPattern: first), Int(end - first), MADV_HUGEPAGE) }
        #endif
    }
}
