import CivilTime
import Metrics

extension AppSnapshot {
    /// The app's series.
    package var families: [Family] {
        healthFamilies + workFamilies + (numbers.map(runFamilies) ?? [])
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
            appInfo.series.append(Series(labelValues: values, extraLabels: labels, value: .number(1)))
        }
        return [up, appInfo]
    }

    private var workFamilies: [Family] {
        guard health != nil else { return [] }
        var collections = Family(Catalogue.collections)
        var lastCollection = Family(Catalogue.lastCollection)
        for result in CollectionResult.allCases {
            collections.add([name, result.rawValue], Double(work.collections[result] ?? 0))
            if let ended = work.lastEnded[result] { lastCollection.add([name, result.rawValue], ended.secondsValue) }
        }
        var requests = Family(Catalogue.apiRequests)
        for (code, count) in work.requests { requests.add([name, code], Double(count)) }
        return [
            collections, lastCollection, requests,
            single(Catalogue.collectionDuration, work.collectionDuration),
            single(Catalogue.apiRequestDuration, work.requestDuration),
            single(Catalogue.apiRows, Double(work.tally.rows)),
            single(Catalogue.apiRowsRepeated, Double(work.tally.repeatedRows)),
            single(Catalogue.lateLogs, Double(work.tally.lateLogs)),
            single(Catalogue.incompleteWindows, Double(work.tally.incompleteWindows)),
        ]
    }

    private func runFamilies(_ numbers: Numbers) -> [Family] {
        statusFamilies(numbers.totals) + detailFamilies(numbers.totals) + openFamilies(numbers.openRuns) + [
            single(Catalogue.collectedUntil, Double(numbers.collectedUntil))
        ]
    }

    private func statusFamilies(_ totals: RunTotals) -> [Family] {
        var runs = Family(Catalogue.runs)
        var durations = Family(Catalogue.runDuration)
        var tokens = Family(Catalogue.tokens)
        var steps = Family(Catalogue.steps)
        var lastFinished = Family(Catalogue.lastRunFinished)
        for (status, sums) in totals.byStatus {
            let labels = [name, status.rawValue]
            runs.add(labels, Double(sums.runs))
            durations.add(labels, sums.duration)
            tokens.add(labels, Double(sums.tokens))
            steps.add(labels, Double(sums.steps))
            if let second = sums.lastFinishedAt { lastFinished.add(labels, Double(second)) }
        }
        return [runs, durations, tokens, steps, lastFinished]
    }

    private func detailFamilies(_ totals: RunTotals) -> [Family] {
        var origins = Family(Catalogue.runsByOrigin)
        for (key, count) in totals.byOrigin {
            origins.add([name, key.status.rawValue, key.origin.createdFrom, key.origin.triggeredFrom], Double(count))
        }
        var failures = Family(Catalogue.failures)
        for reason in Set(FailureClassifier.builtInReasons).union(totals.failures.keys) {
            failures.add([name, reason], Double(totals.failures[reason] ?? 0))
        }
        var abandoned = Family(Catalogue.runsAbandoned)
        for reason in RunTotals.AbandonReason.allCases {
            abandoned.add([name, reason.rawValue], Double(totals.abandoned[reason] ?? 0))
        }
        return [
            origins, failures, abandoned,
            single(Catalogue.runTokens, totals.tokens),
            single(Catalogue.runSteps, totals.steps),
            single(Catalogue.exceptions, Double(totals.exceptions)),
            single(Catalogue.runsWithExceptions, Double(totals.runsWithExceptions)),
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

    private func single(_ metric: Metric, _ value: Double) -> Family {
        Family(metric, [Series(labelValues: [name], value: .number(value))])
    }

    private func single(_ metric: Metric, _ histogram: Histogram) -> Family {
        Family(metric, [Series(labelValues: [name], value: .histogram(histogram))])
    }
}
