/// The C library's calls whose names others use themselves, repeated where a signal interrupts them.
package enum SystemCall {
    /// As `read(2)`: how many bytes came, 0 at the end, below 0 after an error that `message` names.
    package static func read(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
        repeated { Platform.read(descriptor, buffer.baseAddress, buffer.count) }
    }

    /// Writes all of `bytes`; false after an error that `message` names.
    package static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { buffer in
                repeated { Platform.write(descriptor, buffer.baseAddress, buffer.count) }
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    package static func rename(_ path: String, _ newPath: String) -> Int32 {
        Platform.rename(path, newPath)
    }

    /// What the system says of the latest error.
    package static var message: String { SystemError().text }

    private static func repeated(_ call: () -> Int) -> Int {
        while true {
            let count = call()
            if count >= 0 || errno != EINTR { return count }
        }
    }
}
