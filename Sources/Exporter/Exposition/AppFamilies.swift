import CivilTime
import DifyAPI
import LogCollection
import Metrics

extension AppSnapshot {
    /// The app's series.
    package var families: [Family] {
        healthFamilies + workFamilies + (numbers.map(runFamilies) ?? [])
    }

    /// The label that all of them have.
    var label: Label { Label(name: "app", value: name) }

    /// Those that speak of the app at a moment of the past, when no exporter was there to be spoken of.
    package var historyFamilies: [Family] {
        healthFamilies + (numbers.map(runFamilies) ?? [])
    }

    private var healthFamilies: [Family] {
        var up = Family(Catalogue.up)
        switch health {
        case .up: up.add([name], 1)
        case .down: up.add([name], 0)
        case nil: break
        }
        var appInfo = Family(Catalogue.appInfo)
        if let info {
            let values = [
                name, info.name, info.mode ?? "", info.authorName ?? "", info.tags.sorted().joined(separator: ","),
                serverVersion ?? "",
            ]
            appInfo.series.append(Series(labelValues: values, extraLabels: configuredLabels, value: .number(1)))
        }
        return [up, appInfo]
    }

    private var configuredLabels: [Label] {
        guard let consoleURL else { return labels }
        return (labels + [Label(name: Catalogue.consoleURLLabel, value: consoleURL)]).sorted { $0.name < $1.name }
    }

    private var workFamilies: [Family] {
        guard health != nil else { return [] }
        var collections = Family(Catalogue.collections)
        var lastCollection = Family(Catalogue.lastCollection)
        for result in CollectionResult.allCases {
            collections.add(
                [name, result.rawValue], Double(work.collections[result] ?? 0), startTime: work.since.milliseconds)
            if let ended = work.lastEnded[result] { lastCollection.add([name, result.rawValue], ended.secondsValue) }
        }
        var requests = Family(Catalogue.apiRequests)
        let since = work.since.milliseconds
        for (code, count) in work.requests { requests.add([name, code], Double(count), startTime: since) }
        var oddValues = Family(Catalogue.oddValues)
        for field in OddValue.Field.allCases {
            oddValues.add([name, field.rawValue], Double(work.oddValues.counts[field] ?? 0), startTime: since)
        }
        let diverted = work.divertedRequests + (numbers?.divertedSamples ?? 0)
        return [
            collections, lastCollection, requests, oddValues,
            single(Catalogue.collectionDuration, work.collectionDuration, since: since),
            single(Catalogue.apiRows, Double(work.tally.rows), since: since),
            single(Catalogue.apiRowsRepeated, Double(work.tally.repeatedRows), since: since),
            single(Catalogue.lateLogs, Double(work.tally.lateLogs), since: since),
            single(Catalogue.incompleteWindows, Double(work.tally.incompleteWindows), since: since),
            single(Catalogue.windowsGivenUp, Double(work.tally.windowsGivenUp), since: since),
            single(Catalogue.unreadableRows, Double(work.tally.unreadableRows), since: since),
            single(Catalogue.seriesLimited, Double(diverted), since: since),
        ]
    }

    private func runFamilies(_ numbers: Numbers) -> [Family] {
        statusFamilies(numbers.totals) + detailFamilies(numbers.totals) + openFamilies(numbers.openRuns) + [
            single(Catalogue.consecutiveFailures, Double(numbers.consecutiveFailures)),
            single(Catalogue.collectedUntil, Double(numbers.collectedUntil)),
        ]
    }

    private func statusFamilies(_ totals: RunTotals) -> [Family] {
        var runs = Family(Catalogue.runs)
        var durations = Family(Catalogue.runDuration)
        var tokens = Family(Catalogue.tokens)
        var steps = Family(Catalogue.steps)
        var lastFinished = Family(Catalogue.lastRunFinished)
        let since = totals.since.counters
        for (status, sums) in totals.byStatus {
            let labels = [name, status.rawValue]
            runs.add(labels, Double(sums.runs), startTime: since)
            // A status that never occurred needs no buckets.
            if sums.runs > 0 { durations.add(labels, sums.duration, startTime: totals.since.duration) }
            tokens.add(labels, Double(sums.tokens), startTime: since)
            steps.add(labels, Double(sums.steps), startTime: since)
            if let second = sums.lastFinishedAt { lastFinished.add(labels, Double(second)) }
        }
        return [runs, durations, tokens, steps, lastFinished]
    }

    private func detailFamilies(_ totals: RunTotals) -> [Family] {
        let since = totals.since.counters
        var origins = Family(Catalogue.runsByOrigin)
        for (key, count) in totals.byOrigin {
            let labels = [name, key.status.rawValue, key.origin.createdFrom, key.origin.triggeredFrom]
            origins.add(labels, Double(count), startTime: since)
        }
        var failures = Family(Catalogue.failures)
        for reason in Set(FailureClassifier.builtInReasons).union(totals.failures.keys) {
            failures.add(
                [name, reason], Double(totals.failures[reason] ?? 0), startTime: since,
                exemplar: totals.failureExemplars[reason])
        }
        var abandoned = Family(Catalogue.runsAbandoned)
        for reason in RunTotals.AbandonReason.allCases {
            abandoned.add([name, reason.rawValue], Double(totals.abandoned[reason] ?? 0), startTime: since)
        }
        return [
            origins, failures, abandoned,
            single(Catalogue.runTokens, totals.tokens, since: totals.since.tokens),
            single(Catalogue.runSteps, totals.steps, since: totals.since.steps),
            single(Catalogue.exceptions, Double(totals.exceptions), since: since),
            single(Catalogue.runsWithExceptions, Double(totals.runsWithExceptions), since: since),
        ]
    }

    private func openFamilies(_ open: OpenRuns) -> [Family] {
        var inProgress = Family(Catalogue.runsInProgress)
        var oldest = Family(Catalogue.oldestRunInProgress)
        for status in OpenStatus.allCases {
            inProgress.add([name, status.rawValue], Double(open.count[status] ?? 0))
            if let second = open.oldest[status] { oldest.add([name, status.rawValue], Double(second)) }
        }
        return [inProgress, oldest, single(Catalogue.runsStuck, Double(open.stuck))]
    }

    /// `since` is a counter's start time in milliseconds since 1970; gauges have none.
    private func single(_ metric: Metric, _ value: Double, since: Int64? = nil) -> Family {
        Family(metric, [Series(labelValues: [name], value: .number(value), startTime: since)])
    }

    private func single(_ metric: Metric, _ histogram: Histogram, since: Int64) -> Family {
        Family(metric, [Series(labelValues: [name], value: .histogram(histogram), startTime: since)])
    }
}
