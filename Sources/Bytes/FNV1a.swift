/// The hash FNV-1a: the same on every machine and in every version. Each step is reversible, so a single altered byte always
/// changes the hash. Not for what an attacker may choose. Source: IETF draft-eastlake-fnv.
package enum FNV1a {
    package static func hash64(_ bytes: some Sequence<UInt8>) -> UInt64 {
        inARow(bytes) { bytes in
            var hash: UInt64 = 0xcbf2_9ce4_8422_2325
            for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
            return hash
        }
    }

    package static func hash128(_ bytes: some Sequence<UInt8>) -> UInt128 {
        inARow(bytes) { bytes in
            let prime = UInt128(1) << 88 + 0x13b
            var hash = UInt128(0x6c62_272e_07bb_0142) << 64 | 0x62b8_2175_6295_c58d
            for byte in bytes { hash = (hash ^ UInt128(byte)) &* prime }
            return hash
        }
    }

    /// Gives them as they lie in memory: whole checkpoints are hashed, and the iterator of a sequence that other modules choose
    /// costs many times as much.
    private static func inARow<Hash>(
        _ bytes: some Sequence<UInt8>, _ hash: (UnsafeBufferPointer<UInt8>) -> Hash
    ) -> Hash {
        bytes.withContiguousStorageIfAvailable(hash) ?? Array(bytes).withUnsafeBufferPointer(hash)
    }
}
