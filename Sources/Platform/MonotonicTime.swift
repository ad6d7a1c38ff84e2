/// A moment on the clock that is never set: what spans, pauses and deadlines are measured on. Its zero is arbitrary, so
/// only differences mean something, and only within one process.
package struct MonotonicTime: Hashable, Comparable, Sendable {
    /// Nanoseconds since the arbitrary zero.
    private let nanoseconds: Int64

    /// The zero, for simulations and tests that make their own time.
    package static let zero = MonotonicTime(nanoseconds: 0)

    /// This machine's monotonic clock.
    package static var now: MonotonicTime {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicTime(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    package static func < (left: MonotonicTime, right: MonotonicTime) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// Saturates at the ends of what can be told, some 292 years away.
    package static func + (moment: MonotonicTime, span: Duration) -> MonotonicTime {
        let (sum, overflows) = moment.nanoseconds.addingReportingOverflow(span.wholeNanoseconds)
        return MonotonicTime(nanoseconds: overflows ? (span < .zero ? .min : .max) : sum)
    }

    package static func - (left: MonotonicTime, right: MonotonicTime) -> Duration {
        .nanoseconds(left.nanoseconds) - .nanoseconds(right.nanoseconds)
    }
}

extension Duration {
    /// Cut to nanoseconds, and to what 64 bits hold.
    fileprivate var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflows) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflows else { return seconds < 0 ? .min : .max }
        let (sum, sumOverflows) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
        return sumOverflows ? (seconds < 0 ? .min : .max) : sum
    }
}
