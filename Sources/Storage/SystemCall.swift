#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// The C library's calls whose names this module uses itself, repeated where a signal interrupts them.
enum SystemCall {
    static func read(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
        repeated {
            #if canImport(Darwin)
                Darwin.read(descriptor, buffer.baseAddress, buffer.count)
            #elseif canImport(Musl)
                Musl.read(descriptor, buffer.baseAddress, buffer.count)
            #else
                Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            #endif
        }
    }

    static func write(_ descriptor: Int32, _ buffer: UnsafeRawBufferPointer) -> Int {
        repeated {
            #if canImport(Darwin)
                Darwin.write(descriptor, buffer.baseAddress, buffer.count)
            #elseif canImport(Musl)
                Musl.write(descriptor, buffer.baseAddress, buffer.count)
            #else
                Glibc.write(descriptor, buffer.baseAddress, buffer.count)
            #endif
        }
    }

    static func rename(_ path: String, _ newPath: String) -> Int32 {
        #if canImport(Darwin)
            Darwin.rename(path, newPath)
        #elseif canImport(Musl)
            Musl.rename(path, newPath)
        #else
            Glibc.rename(path, newPath)
        #endif
    }

    /// What the system says of the latest error.
    static var message: String { String(cString: strerror(errno)) }

    private static func repeated(_ call: () -> Int) -> Int {
        while true {
            let count = call()
            if count >= 0 || errno != EINTR { return count }
        }
    }
}
