/// A moment, as milliseconds since 1970-01-01T00:00:00Z without leap seconds (POSIX time).
///
/// Dify stamps logs with whole seconds and Prometheus with milliseconds, so milliseconds lose nothing of either. Arithmetic
/// ends at the first and the last moment that 64 bits hold, some 292 million years away: no server can overflow it.
package struct UnixTime: Hashable, Comparable, Sendable {
    package var milliseconds: Int64

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    package init(seconds: Int64) {
        self.milliseconds = seconds.saturatingProduct(1000)
    }

    /// The whole second that this moment lies in, rounded towards the past.
    package var second: Int64 {
        let (quotient, rest) = milliseconds.quotientAndRemainder(dividingBy: 1000)
        return rest < 0 ? quotient - 1 : quotient
    }

    /// Seconds since the epoch as Prometheus writes timestamps in sample values.
    package var secondsValue: Double {
        Double(milliseconds) / 1000
    }

    package static func < (left: UnixTime, right: UnixTime) -> Bool {
        left.milliseconds < right.milliseconds
    }

    package static func + (moment: UnixTime, span: Duration) -> UnixTime {
        UnixTime(milliseconds: moment.milliseconds.saturatingSum(span.wholeMilliseconds))
    }

    package static func - (moment: UnixTime, span: Duration) -> UnixTime {
        UnixTime(milliseconds: moment.milliseconds.saturatingDifference(span.wholeMilliseconds))
    }

    /// The span from `earlier` to `later`; negative when they are the other way round.
    package static func - (later: UnixTime, earlier: UnixTime) -> Duration {
        .milliseconds(later.milliseconds.saturatingDifference(earlier.milliseconds))
    }
}

extension Duration {
    /// The span in milliseconds, cut towards zero and to what 64 bits hold.
    package var wholeMilliseconds: Int64 {
        components.seconds.saturatingProduct(1000).saturatingSum(components.attoseconds / 1_000_000_000_000_000)
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

extension Int64 {
    fileprivate func saturatingSum(_ other: Int64) -> Int64 {
        let (sum, overflows) = addingReportingOverflow(other)
        return overflows ? (other < 0 ? .min : .max) : sum
    }

    fileprivate func saturatingDifference(_ other: Int64) -> Int64 {
        let (difference, overflows) = subtractingReportingOverflow(other)
        return overflows ? (other < 0 ? .max : .min) : difference
    }

    /// `factor` is above 0.
    fileprivate func saturatingProduct(_ factor: Int64) -> Int64 {
        let (product, overflows) = multipliedReportingOverflow(by: factor)
        return overflows ? (self < 0 ? .min : .max) : product
    }
}
