import CivilTime

/// When the runs of an app start.
package enum Load: Sendable {
    case none
    /// Exactly so many runs a second, evenly, for a while or for ever; then silence.
    case steady(runsPerSecond: Double, span: Duration?)
    /// Runs that start independently of each other, more by day than by night.
    case lively(Rhythm)
}

/// How busy an app is at which hour.
package struct Rhythm: Sendable {
    /// The mean over a weekday.
    package var runsPerSecond: Double
    /// From 0, the same at all hours, to 1, where it sleeps at the other end of the day.
    package var daySwing: Double
    /// The hour of the day in UTC that is busiest.
    package var busiestHour: Double
    /// What is left of the load on Saturdays and Sundays.
    package var weekendFactor: Double

    package init(runsPerSecond: Double, daySwing: Double = 0.5, busiestHour: Double = 14, weekendFactor: Double = 1) {
        self.runsPerSecond = runsPerSecond
        self.daySwing = daySwing
        self.busiestHour = busiestHour
        self.weekendFactor = weekendFactor
    }

    /// No moment is busier than this.
    var highest: Double { runsPerSecond * (1 + daySwing) * max(1, weekendFactor) }

    /// Runs a second at a moment.
    func rate(at moment: UnixTime) -> Double {
        let days = moment.secondsValue / 86_400
        // 1 January 1970 was a Thursday.
        let weekday = (Int(days.rounded(.down)) + 4) % 7
        let swing = PortableMath.cosine(ofTurns: days - busiestHour / 24)
        return runsPerSecond * (1 + daySwing * swing) * (weekday == 0 || weekday == 6 ? weekendFactor : 1)
    }
}

/// The moments at which runs start, one after the other.
struct Arrivals: Sendable {
    private let load: Load
    private let begin: UnixTime
    private var random: SeededRandom
    private var isOn = true
    private var count = 0
    /// Milliseconds with their fraction: rounding each gap would change the rate.
    private var cursor: Double
    private var next: UnixTime?

    init(_ load: Load, from begin: UnixTime, random: SeededRandom) {
        self.load = load
        self.begin = begin
        self.random = random
        cursor = Double(begin.milliseconds)
        next = following()
    }

    /// Takes the next start, if it is due by `moment`.
    mutating func take(by moment: UnixTime) -> UnixTime? {
        guard isOn, let start = next, start <= moment else { return nil }
        next = following()
        return start
    }

    /// Silence, or the load again. What would have started in a silence never does.
    mutating func setOn(_ isOn: Bool, at moment: UnixTime) {
        guard self.isOn != isOn else { return }
        self.isOn = isOn
        cursor = max(cursor, Double(moment.milliseconds))
        while isOn, let start = next, start < moment { next = following() }
    }

    private mutating func following() -> UnixTime? {
        switch load {
        case .none: return nil
        case .steady(let perSecond, let span):
            guard perSecond > 0 else { return nil }
            let start = begin + .milliseconds(Int64(Double(count) * 1000 / perSecond))
            count += 1
            return span.map { start < begin + $0 } ?? true ? start : nil
        case .lively(let rhythm):
            return rhythm.highest > 0 ? followingLively(rhythm) : nil
        }
    }

    /// Thinning: candidates at the highest rate, each kept as often as the rate of its moment wants (Lewis and Shedler, 1979).
    private mutating func followingLively(_ rhythm: Rhythm) -> UnixTime {
        while true {
            cursor += random.exponential(mean: 1000 / rhythm.highest)
            let moment = UnixTime(milliseconds: Int64(cursor))
            if random.fraction() * rhythm.highest < rhythm.rate(at: moment) { return moment }
        }
    }
}
