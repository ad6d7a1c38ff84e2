/// The measures that make counting exact. Each can be switched off, so that a simulation can show that it fails without it.
package struct Safeguards: OptionSet, Hashable, Sendable {
    package let rawValue: Int

    package init(rawValue: Int) {
        self.rawValue = rawValue
    }

    /// The last seconds are read again, because rows become visible late.
    package static let overlap = Safeguards(rawValue: 1)
    /// The server's counts are compared with the ledger.
    package static let audit = Safeguards(rawValue: 2)
    /// Windows are cut by time instead of paging by offset.
    package static let cutByTime = Safeguards(rawValue: 4)
    /// Once counted, a run is never counted again, whatever its row says later.
    package static let stickyCounting = Safeguards(rawValue: 8)
    /// Numbers are published only when they are on disk.
    package static let publishAfterSync = Safeguards(rawValue: 16)

    package static let all: Safeguards = [.overlap, .audit, .cutByTime, .stickyCounting, .publishAfterSync]

    /// Each with its name.
    package static let named: [(name: String, safeguard: Safeguards)] = [
        ("overlap", .overlap), ("audit", .audit), ("cut-by-time", .cutByTime), ("sticky-counting", .stickyCounting),
        ("publish-after-sync", .publishAfterSync),
    ]
}
