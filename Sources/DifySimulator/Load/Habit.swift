import CivilTime

/// What the runs of an app are like: how long, how dear, how often they fail and of what, and who starts them.
package struct Habit: Sendable {
    /// Half of the runs take less, and a few take many times as long: log-normal.
    package var medianSeconds = 4.0
    /// The standard deviation of the duration's logarithm.
    package var durationSpread = 0.7
    package var medianTokens = 900.0
    package var tokenSpread = 0.6
    package var steps = 3...9
    /// The shares of runs, of all that start, that end in another way than `succeeded`.
    package var failedShare = 0.04
    package var partialShare = 0.01
    package var stoppedShare = 0.01
    package var failures = Habit.usualFailures
    package var origins = Habit.usualOrigins
    /// How many end users the app has.
    package var sessions = 40
    /// From one incident to the next on average; nil for an app that has none of its own accord.
    package var incidentEvery: Duration?
    /// What the keyword filter can find in a run's inputs, with the run's number after it.
    package var subject = "hello"

    package init() {}

    package static let usualFailures: [Weighted<FailureKind>] = [
        Weighted(.rateLimit, 22), Weighted(.quota, 4), Weighted(.auth, 3), Weighted(.timeout, 16),
        Weighted(.connection, 12), Weighted(.upstream5xx, 12), Weighted(.invalidInput, 12), Weighted(.code, 7),
        Weighted(.contentFilter, 4), Weighted(.limitReached, 3), Weighted(.other, 5),
    ]

    package static let usualOrigins: [Weighted<Origin>] = [
        Weighted(.api, 66), Weighted(.openAPI, 4), Weighted(.webApp, 17), Weighted(.explore, 6), Weighted(.webhook, 4),
        Weighted(.schedule, 2),
        Weighted(.plugin, 1),
    ]
}

/// What happens to few runs but does happen, each in its share of runs. All are off unless switched on.
package struct Oddities: Sendable {
    /// Every log becomes visible up to this much after its stamp, as long as a commit takes.
    package var commitDelay: Duration = .zero
    /// Logs that become visible up to `lateness` after their stamp.
    package var lateShare = 0.0
    package var lateness: Duration = .seconds(3)
    /// Runs that a plugin trigger could not start; recorded up to `pluginLateness` after their stamp.
    package var pluginFailureShare = 0.0
    package var pluginLateness: Duration = .seconds(600)
    /// Runs that stay `running` for ever.
    package var stuckShare = 0.0
    /// Runs that wait for a human, twice `pauseLength` at most, and the share of those whose human never comes.
    package var pausedShare = 0.0
    package var pauseLength: Duration = .seconds(120)
    package var expiredShare = 0.1
    package var humanInputTimeout: Duration = .seconds(7 * 86_400)
    /// Runs that end, are running again and end once more.
    package var flipBackShare = 0.0
    /// Logs whose run is null up to `nullRunLength` from its start, and those whose run is null for ever.
    package var nullRunShare = 0.0
    package var nullRunLength: Duration = .seconds(60)
    package var lostRunShare = 0.0
    /// Runs whose log is never written, before 1.11 only.
    package var lostLogShare = 0.0
    /// Runs without total_steps and exceptions_count.
    package var missingNumbersShare = 0.0
    /// Failed runs with an error of 100 kB.
    package var longErrorShare = 0.0
    /// Logs whose account or end user was deleted.
    package var removedCreatorShare = 0.0
    /// Logs that a server since 1.15 cannot serve, until they are repaired.
    package var poisonedShare = 0.0
    /// Runs with numbers that no run can have.
    package var oddNumbersShare = 0.0

    package init() {}

    package static let none = Oddities()

    /// As often as an operator would meet them.
    package static var occasional: Oddities {
        var oddities = Oddities()
        oddities.commitDelay = .milliseconds(20)
        (oddities.lateShare, oddities.pluginFailureShare) = (0.01, 0.002)
        (oddities.stuckShare, oddities.pausedShare) = (0.0005, 0.005)
        (oddities.nullRunShare, oddities.flipBackShare, oddities.missingNumbersShare) = (0.002, 0.001, 0.005)
        (oddities.longErrorShare, oddities.removedCreatorShare) = (0.002, 0.002)
        return oddities
    }

    /// So often that an hour holds some of each: what a reader is tested with.
    package static var frequent: Oddities {
        var oddities = Oddities()
        oddities.commitDelay = .milliseconds(200)
        (oddities.lateShare, oddities.pluginFailureShare) = (0.1, 0.02)
        (oddities.stuckShare, oddities.pausedShare) = (0.01, 0.04)
        (oddities.nullRunShare, oddities.lostRunShare, oddities.lostLogShare) = (0.03, 0.01, 0.02)
        (oddities.flipBackShare, oddities.missingNumbersShare) = (0.03, 0.05)
        (oddities.longErrorShare, oddities.removedCreatorShare) = (0.02, 0.03)
        return oddities
    }
}
