import DifySimulator
import Storage

/// A disk that forgets, in a crash, what was not synced, and that fails and crashes at moments of its choosing.
struct SimulatedDisk: Disk {
    private struct File {
        var bytes: [UInt8]
        var isSynced: Bool
    }

    /// What programs see.
    private var files: [String: File] = [:]
    /// The names that outlive a crash, with what lay under them when the folder was last synced.
    private var durable: [String: File] = [:]
    private var random: SeededRandom
    /// The share of operations that fail, from 0 to 1.
    var failing = 0.0
    /// The share of operations at which the machine dies, before or after their effect.
    var crashing = 0.0
    /// Whether the machine has died; nothing is done from then on.
    private(set) var hasCrashed = false

    init(random: SeededRandom) {
        self.random = random
    }

    /// The machine comes up again: of what was not synced, anything or nothing is left.
    mutating func restart() {
        hasCrashed = false
        let names = random.chance(0.5) ? files : durable
        files = names.mapValues { file in
            guard !file.isSynced else { return file }
            return File(bytes: torn(file.bytes), isSynced: true)
        }
        durable = files
    }

    mutating func read(_ name: String) throws(DiskError) -> [UInt8]? {
        files[name]?.bytes
    }

    mutating func write(_ name: String, _ bytes: [UInt8]) throws(DiskError) {
        try perform("write", name) { disk in
            disk.files[name] = File(bytes: bytes, isSynced: false)
        } partly: { disk in
            disk.files[name] = File(bytes: disk.torn(bytes), isSynced: false)
        }
    }

    mutating func sync(_ name: String) throws(DiskError) {
        try perform("sync", name) { disk in disk.files[name]?.isSynced = true }
    }

    mutating func rename(_ name: String, to newName: String) throws(DiskError) {
        try perform("rename", name) { disk in disk.files[newName] = disk.files.removeValue(forKey: name) }
    }

    mutating func syncFolder() throws(DiskError) {
        try perform("sync", "the folder") { disk in disk.durable = disk.files }
    }

    private mutating func perform(
        _ operation: String, _ name: String, _ effect: (inout SimulatedDisk) -> Void,
        partly: (inout SimulatedDisk) -> Void = { _ in }
    ) throws(DiskError) {
        let failure = DiskError(operation: operation, path: name, reason: "simulated")
        guard !hasCrashed else { throw failure }
        if random.chance(failing) {
            partly(&self)
            throw failure
        }
        let dies = random.chance(crashing)
        if !dies || random.chance(0.5) { effect(&self) } else { partly(&self) }
        if dies {
            hasCrashed = true
            throw failure
        }
    }

    /// A prefix of what was written, perhaps with rubbish behind it.
    private mutating func torn(_ bytes: [UInt8]) -> [UInt8] {
        let kept = random.below(bytes.count + 1)
        let rubbish = random.chance(0.5) ? 0 : bytes.count - kept
        return Array(bytes[..<kept]) + Array(repeating: 0, count: rubbish)
    }
}
