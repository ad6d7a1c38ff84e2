/// Rows that appeared only after newer ones had been read. Where none did lately, one count may stand for several.
struct LateRows: Sendable {
    /// Seconds without a late row after which none is expected.
    static let memory: Int64 = 1800

    /// On the server's clock.
    private var latest: Int64?

    mutating func note(at now: Int64) { latest = now }

    func areExpected(at now: Int64) -> Bool {
        latest.map { now.subtractingSaturating($0).magnitude < Self.memory.magnitude } ?? false
    }
}
