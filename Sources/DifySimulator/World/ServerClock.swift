import CivilTime

/// What the server's own clock shows, which need not be the true time and may be set at any moment.
struct ServerClock: Sendable {
    private var steps: [(moment: UnixTime, offset: Duration)]
    private let rounding: SimulatedDify.Settings.LogTimeRounding

    init(offset: Duration, rounding: SimulatedDify.Settings.LogTimeRounding) {
        steps = [(UnixTime(milliseconds: .min), offset)]
        self.rounding = rounding
    }

    /// Sets the clock forward, or back by a negative span, from `moment` on.
    mutating func step(by span: Duration, at moment: UnixTime) {
        steps.append((moment, offset(at: moment) + span))
    }

    /// What the clock showed, or will show, at a true moment.
    func reading(at moment: UnixTime) -> UnixTime {
        moment + offset(at: moment)
    }

    /// The second that a log written at a true moment is stamped with.
    func logSecond(at moment: UnixTime) -> Int64 {
        let reading = reading(at: moment)
        return rounding == .nearest ? (reading + .milliseconds(500)).second : reading.second
    }

    private func offset(at moment: UnixTime) -> Duration {
        steps.last { $0.moment <= moment }?.offset ?? .zero
    }
}
