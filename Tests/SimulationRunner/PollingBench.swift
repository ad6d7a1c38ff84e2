import CivilTime
import CollectionSimulation

/// What polling costs Dify, priced by the measured model: beside a page walker with five minutes of overlap, and the least that
/// anybody could do.
enum PollingBench {
    private static let runDurations: [Duration] = [.seconds(1), .seconds(20), .seconds(600)]
    private static let histories = [1000, 200_000]

    /// The catch-up of 100,000 runs, and a user beside it; then a line for each rate, duration of runs and history. Tells
    /// whether every run was counted, and whether the catch-up kept within its bars: 1.15 times the pages that hold its rows, a
    /// user's p95 at most 1.3 times what it is alone, and the rounds of others at most a second late.
    static func run(interval: Duration) -> Bool {
        var isRight = true
        for swing in [0, 0.9] { isRight = catchUp(swing: swing) && isRight }
        _ = beside("without yielding", share: 1, yields: false)
        _ = beside("with a share of 1", share: 1, yields: true)
        isRight = beside("with a share of 0.25", share: 0.25, yields: true) && isRight
        print(
            "interval \(interval.wholeSeconds) s; server's time in ms a round; delay from a run's end to its count, of half the interval"
        )
        print(
            "runs/s   lasting  history   rounds requests/round rows/run      ms   least  walker  of least of walker  delay  walker's missing"
        )
        for rate in [0.01, 0.1, 1, 10] {
            for duration in runDurations {
                for history in histories {
                    isRight = line(rate: rate, duration, history: history, interval: interval) && isRight
                }
            }
        }
        return isRight
    }

    /// A day, or for the busiest app some hours, after an hour in which everybody warms up.
    private static func span(of rate: Double) -> Duration {
        Poller.warmUp + (rate > 1 ? .seconds(7200) : .seconds(86_400))
    }

    private static func line(rate: Double, _ duration: Duration, history: Int, interval: Duration) -> Bool {
        let price = PricedList.Price(history: history)
        let list = PricedList(
            .init(runsPerSecond: rate, runDuration: duration, span: span(of: rate)), price: price)
        let own = Poller.collector(list, interval: interval)
        let walker = Poller.walker(list, interval: interval)
        let least = Poller.least(list, interval: interval)
        func milliseconds(_ cost: PollingCost) -> Double {
            price.of(requests: cost.requests, rows: cost.rows).secondsValue * 1000 / Double(max(cost.rounds, 1))
        }
        let (ownTime, walkerTime, leastTime) = (milliseconds(own), milliseconds(walker), milliseconds(least))
        let delay = own.delay.map { $0.secondsValue / (interval.secondsValue / 2) } ?? .nan
        let fields = [
            text(rate, 2).padded(6), "\(duration.wholeSeconds) s".padded(10), "\(history)".padded(9),
            "\(own.rounds)".padded(9),
            text(Double(own.requests) / Double(own.rounds), 3).padded(15),
            text(Double(own.rows) / Double(max(own.ended, 1)), 2).padded(9), text(ownTime, 1).padded(8),
            text(leastTime, 1).padded(8), text(walkerTime, 1).padded(8), text(ownTime / leastTime, 2).padded(9),
            text(ownTime / walkerTime, 2).padded(10), text(delay, 2).padded(7),
            "\(walker.missing) of \(walker.ended)".padded(17),
        ]
        print(fields.joined())
        if own.missing > 0 { print("\(own.missing) runs were not counted") }
        return own.missing == 0
    }

    private static func catchUp(swing: Double) -> Bool {
        var load = PricedList.Load(
            runsPerSecond: 100_000 / 604_800, runDuration: .seconds(20), span: .seconds(604_800))
        load.dailySwing = swing
        let cost = CatchUpCost(PricedList(load, price: .init(history: 100_000)))
        let pages = Double(cost.ended) / 100
        print(
            "catching up \(cost.ended) runs over 7 days (\(swing == 0 ? "steady" : "day and night")): \(cost.requests) requests in "
                + "\(cost.rounds) rounds, \(text(Double(cost.requests) / pages, 2)) of rows/100; \(cost.rows) rows; "
                + "\(cost.ended - cost.counted) not yet counted")
        return cost.ended - cost.counted < 10 && Double(cost.requests) <= 1.15 * pages
    }

    /// A user's requests beside a catch-up of 100,000 runs.
    private static func beside(_ title: String, share: Double, yields: Bool) -> Bool {
        var settings = SharedServer.Settings()
        settings.limits = .init(inFlight: 2, perSecond: 5, backgroundShare: share)
        settings.yields = yields
        var server = SharedServer(settings)
        let report = server.run()
        print(
            "a user beside a catch-up \(title): p95 \(text(report.userP95 * 1000, 0)) ms, "
                + "\(text(report.userP95 / report.userTimeAlone, 2)) of \(text(report.userTimeAlone * 1000, 0)) ms alone, "
                + "the slowest \(text((report.userTimes.last ?? 0) * 1000, 0)) ms; rounds of others at most "
                + "\(text(report.greatestLateness, 2)) s late; \(report.catchUpRequests) requests in "
                + "\(text(report.catchUpSeconds / 60, 1)) min")
        return report.userP95 <= 1.3 * report.userTimeAlone && report.greatestLateness <= 1
    }

    private static func text(_ value: Double, _ digits: Int) -> String {
        guard value.isFinite else { return "-" }
        let scale = (0..<digits).reduce(1.0) { power, _ in power * 10 }
        let whole = Int((value * scale).rounded())
        let (units, rest) = whole.quotientAndRemainder(dividingBy: Int(scale))
        let fraction = String(rest)
        return "\(units)." + String(repeating: "0", count: max(0, digits - fraction.count)) + fraction
    }
}

extension String {
    /// With spaces before it, up to a width.
    fileprivate func padded(_ width: Int) -> String {
        String(repeating: " ", count: max(0, width - count)) + self
    }
}
