/// One client: its channel, what the connection decides, and the task that works on its request. The poll thread's own.
final class Connection {
    let id: ConnectionID
    var channel: Channel
    var machine: ConnectionStateMachine
    var task: Task<Void, Never>?

    /// What has arrived of a TLS handshake that has no session yet.
    var firstRecord = FirstRecord()

    /// What of it is counted in the sums over all connections.
    var counted = Counted()

    struct Counted {
        var body: SharedBody?
        var receivedBytes = 0
    }

    init(id: ConnectionID, channel: Channel, machine: ConnectionStateMachine) {
        (self.id, self.channel, self.machine) = (id, channel, machine)
    }
}

/// Names a connection for as long as the server runs. A place in the table is used again; the serial number is not, so
/// an answer never reaches the wrong client.
struct ConnectionID: Sendable, Hashable {
    var slot: Int
    var serial: UInt64
}

/// The open connections, each at a place of its own that does not change while it is open.
struct ConnectionTable {
    private var slots: [Connection?] = []
    private var freeSlots: [Int] = []
    private var lastSerial: UInt64 = 0

    var count: Int { slots.count - freeSlots.count }

    /// Every place that there is; some are empty.
    var indices: Range<Int> { slots.indices }

    subscript(slot: Int) -> Connection? {
        _read { yield slots[slot] }
        _modify { yield &slots[slot] }
    }

    func contains(_ id: ConnectionID) -> Bool {
        slots[id.slot]?.id == id
    }

    /// - Returns: the place that the connection got.
    mutating func insert(_ channel: Channel, _ machine: ConnectionStateMachine) -> Int {
        lastSerial += 1
        let slot = freeSlots.popLast() ?? slots.count
        if slot == slots.count { slots.append(nil) }
        slots[slot] = Connection(id: ConnectionID(slot: slot, serial: lastSerial), channel: channel, machine: machine)
        return slot
    }

    /// Empties a place. Its socket closes with it.
    mutating func remove(_ slot: Int) -> Connection? {
        guard let connection = slots[slot] else { return nil }
        slots[slot] = nil
        freeSlots.append(slot)
        return connection
    }
}
