/// What waits for the disk, in the order in which it has its turn. A disk may be slower than all apps together save; whoever
/// waits for an app that begins or ends must not wait for the others' saves before that.
struct DiskTurns: Sendable {
    private var urgent: [Work] = []
    private var usual: [Work] = []
    private var latestID: UInt64 = 0

    struct Work: Sendable {
        let id: UInt64
        let run: @Sendable () -> Void
    }

    /// For a work that is added later.
    mutating func newID() -> UInt64 {
        latestID += 1
        return latestID
    }

    mutating func add(_ work: Work, isUrgent: Bool) {
        if isUrgent { urgent.append(work) } else { usual.append(work) }
    }

    /// Lets a work go before the usual ones; it may have had its turn already.
    mutating func hasten(_ id: UInt64) {
        guard let place = usual.firstIndex(where: { $0.id == id }) else { return }
        urgent.append(usual.remove(at: place))
    }

    /// The next work; nil where none waits.
    mutating func take() -> Work? {
        if !urgent.isEmpty { return urgent.removeFirst() }
        return usual.isEmpty ? nil : usual.removeFirst()
    }
}
