#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// What `errno` said right after a call that failed.
struct SystemError: Error, Hashable {
    var code: Int32

    init(code: Int32 = errno) {
        self.code = code
    }

    /// The system's own words for it.
    var text: String {
        String(cString: strerror(code))
    }
}
