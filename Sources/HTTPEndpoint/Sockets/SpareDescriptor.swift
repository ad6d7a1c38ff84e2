import Platform

/// A descriptor kept for the moment when there is no other: given up, it lets one more client be accepted and told so.
final class SpareDescriptor: Sendable {
    private let descriptor: Int32

    /// Nil where no descriptor is left.
    init?() {
        descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { return nil }
    }

    deinit {
        close(descriptor)
    }
}
