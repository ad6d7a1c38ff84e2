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

extension SystemError {
    /// Whether this process, or the system, has as many files open as it may.
    package var isOutOfDescriptors: Bool { code == EMFILE || code == ENFILE }
}
