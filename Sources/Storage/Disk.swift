import Platform

/// A folder on a disk, in the few operations that durable files need. Production hands in the system's, a simulation one
/// that fails and crashes between them.
package protocol Disk: Sendable {
    /// All of a file, or nil where there is none.
    mutating func read(_ name: String) throws(DiskError) -> [UInt8]?
    /// Makes a file of exactly these bytes. Until `sync`, a crash may leave any of them.
    mutating func write(_ name: String, _ bytes: [UInt8]) throws(DiskError)
    /// Makes the bytes of a file outlive a crash.
    mutating func sync(_ name: String) throws(DiskError)
    /// Makes a file of exactly these bytes that outlive a crash.
    mutating func writeDurably(_ name: String, _ bytes: [UInt8]) throws(DiskError)
    /// Gives a file another's name, in one step. Until `syncFolder`, a crash may undo it.
    mutating func rename(_ name: String, to newName: String) throws(DiskError)
    /// Makes the names in the folder outlive a crash.
    mutating func syncFolder() throws(DiskError)
}

extension Disk {
    package mutating func writeDurably(_ name: String, _ bytes: [UInt8]) throws(DiskError) {
        try write(name, bytes)
        try sync(name)
    }

    /// Puts `bytes` in place of a file so that after a crash at any moment it holds either the old bytes or the new ones:
    /// written beside, synced, renamed, and the folder synced. When this returns, they are durable.
    package mutating func replace(_ name: String, with bytes: [UInt8]) throws(DiskError) {
        let beside = name + ".new"
        try writeDurably(beside, bytes)
        try rename(beside, to: name)
        try syncFolder()
    }

    /// All of a file, or nil where there is none. What is read outlives a crash: whoever wrote it may have ended, or met an error,
    /// before the last sync.
    package mutating func readDurable(_ name: String) throws(DiskError) -> [UInt8]? {
        guard let bytes = try read(name) else { return nil }
        try sync(name)
        try syncFolder()
        return bytes
    }
}

/// Why the disk did not do something.
package struct DiskError: Error, Equatable, Sendable, CustomStringConvertible {
    /// As in "write".
    package let operation: String
    package let path: String
    /// The system's words.
    package let reason: String
    /// Whether nothing is wrong with the disk: this process, or the system, has as many files open as it may.
    package let isOutOfDescriptors: Bool

    package init(operation: String, path: String, reason: String) {
        (self.operation, self.path, self.reason) = (operation, path, reason)
        isOutOfDescriptors = false
    }

    /// For what the system has just refused.
    package init(operation: String, path: String, _ error: SystemError = SystemError()) {
        (self.operation, self.path, reason) = (operation, path, error.text)
        isOutOfDescriptors = error.isOutOfDescriptors
    }

    package var description: String { "cannot \(operation) \(path): \(reason)" }
}
