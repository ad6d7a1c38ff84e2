/// What `errno` said right after a call that failed.
package struct SystemError: Error, Hashable, Sendable {
    package var code: Int32

    package init(code: Int32 = errno) {
        self.code = code
    }

    /// The system's own words for it.
    package var text: String {
        String(cString: strerror(code))
    }
}
