/// A moment, as milliseconds since 1970-01-01T00:00:00Z without leap seconds (POSIX time).
///
/// Dify stamps logs with whole seconds and Prometheus with milliseconds, so milliseconds lose nothing of either.
package struct UnixTime: Hashable, Comparable, Sendable {
    package var milliseconds: Int64

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    package init(seconds: Int64) {
        self.milliseconds = seconds * 1000
    }

    /// The whole second that this moment lies in, rounded towards the past.
    package var second: Int64 {
        milliseconds >= 0 ? milliseconds / 1000 : (milliseconds - 999) / 1000
    }

    /// Seconds since the epoch as Prometheus writes timestamps in sample values.
    package var secondsValue: Double {
        Double(milliseconds) / 1000
    }

    package static func < (left: UnixTime, right: UnixTime) -> Bool {
        left.milliseconds < right.milliseconds
    }

    package static func + (moment: UnixTime, span: Duration) -> UnixTime {
        UnixTime(milliseconds: moment.milliseconds + span.wholeMilliseconds)
    }

    package static func - (moment: UnixTime, span: Duration) -> UnixTime {
        UnixTime(milliseconds: moment.milliseconds - span.wholeMilliseconds)
    }

    /// The span from `earlier` to `later`; negative when they are the other way round.
    package static func - (later: UnixTime, earlier: UnixTime) -> Duration {
        .milliseconds(later.milliseconds - earlier.milliseconds)
    }
}

extension Duration {
    /// The span in milliseconds, cut towards zero.
    package var wholeMilliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }

    /// The span in seconds, cut towards zero.
    package var wholeSeconds: Int64 {
        components.seconds
    }

    /// The span in seconds with its fraction, as metrics carry it.
    package var secondsValue: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }

    /// The span without its sign.
    package var magnitude: Duration { self < .zero ? .zero - self : self }
}
