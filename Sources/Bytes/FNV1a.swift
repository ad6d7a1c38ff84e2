/// The hash FNV-1a: the same on every machine and in every version. Each step is reversible, so a single altered byte always
/// changes the hash. Not for what an attacker may choose. Source: IETF draft-eastlake-fnv.
package enum FNV1a {
    /// Inlined, so that callers go over arrays as fast as they can: whole checkpoints are hashed.
    @inlinable
    package static func hash64(_ bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

    package static func hash128(_ bytes: some Sequence<UInt8>) -> UInt128 {
        let prime = UInt128(1) << 88 + 0x13b
        let basis = UInt128(0x6c62_272e_07bb_0142) << 64 | 0x62b8_2175_6295_c58d
        return bytes.reduce(basis) { ($0 ^ UInt128($1)) &* prime }
    }
}
