import CivilTime
import DifyAPI
import JSON
import LogCollection

/// What an exporter has counted of one app against what Dify lists now.
package struct AppReconciliation: Sendable {
    package let name: String
    /// The first second that is compared, Unix seconds.
    package var since: Int64 = 0
    package var comparison: Reconciliation?
    /// Why it could not be compared, with the remedy; nil where it was.
    package var problem: String?

    /// Whether all is explained.
    package var isGood: Bool { problem == nil && comparison?.isExplained ?? false }

    /// How far back the stored numbers tell hours apart.
    package static let longestSpan = Duration.seconds(8 * 86_400)

    /// Compares every app, in the order of the configuration, over the hours that the last `span` lies in. The storage is only
    /// read. `makeTransport` gives each base URL its own connections.
    package static func all(
        of configuration: Configuration, since span: Duration, storagePath: String, environment: Environment,
        now: UnixTime = .now, makeTransport: (BaseURL) -> any Transport
    ) async -> [AppReconciliation] {
        let servers = Servers(of: configuration, makeTransport: makeTransport)
        return await withTaskGroup(of: (Int, AppReconciliation).self) { group in
            for (place, app, server) in servers.apps(of: configuration) {
                group.addTask {
                    var reconciliation = AppReconciliation(name: app.displayName)
                    do throws(KeyError) {
                        let client = try await app.client(
                            environment: environment, transport: server.transport, gate: server.gate)
                        await reconciliation.compare(app, client, since: span, storagePath: storagePath, now: now)
                    } catch {
                        reconciliation.problem = "\(error)."
                    }
                    return (place, reconciliation)
                }
            }
            return await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private init(name: String) {
        self.name = name
    }

    private mutating func compare(
        _ app: AppConfiguration, _ client: DifyClient, since span: Duration, storagePath: String, now: UnixTime
    ) async {
        let stored: Checkpoint
        // Before Dify is asked: what is counted meanwhile was not over, or not logged, when it was read.
        switch await StoredCheckpoint.read(of: app, storagePath: storagePath) {
        case .success(let checkpoint?): stored = checkpoint
        case .success(nil):
            problem = "no numbers of this app are stored in \(storagePath). Is --storage.path that of the exporter?"
            return
        case .failure(let error):
            problem = "\(error.sentence)."
            return
        }
        let answer = await client.info()
        if case .failure(let error) = answer.result {
            problem = error.advice
            return
        }
        let present = answer.server.date ?? now
        let hours = HourlyCounts.hour(of: (present - span).second)...HourlyCounts.hour(of: present.second)
        since = hours.lowerBound * HourlyCounts.secondsInAnHour
        var comparison = Reconciliation(stored.state, settings: app.collection)
        for hour in hours {
            let listing = await HourListing.read(
                client, app.collection.filter, hour: hour, isLast: hour == hours.upperBound)
            switch listing {
            case .success(let result):
                comparison.take(result.rows, ofHour: hour)
                if !result.isWhole {
                    problem =
                        "Dify never showed all the rows that it counts between "
                        + "\(UnixTime.iso8601(second: hour * HourlyCounts.secondsInAnHour)) and an hour later. Try again."
                }
            case .failure(let error):
                problem = error.advice
                return
            }
        }
        self.comparison = comparison
    }

    // MARK: For people and programs

    /// The cells of a table: app, status, counted, listed, difference, why.
    package var rows: [[String]] {
        guard let comparison else { return [[name, "-", "-", "-", "-", "FAIL: \(problem ?? "")"]] }
        return lines(comparison).map { status, line in
            let why = Reconciliation.Reason.allCases.compactMap { reason in
                line.reasons[reason].map { "\($0) \(reason.words)" }
            }
            let difference = line.difference > 0 ? "+\(line.difference)" : String(line.difference)
            return [
                name, status, String(line.counted), String(line.listed), difference,
                why.isEmpty ? "-" : why.joined(separator: "; "),
            ]
        }
    }

    /// What is wrong beyond the table, each in a sentence.
    package var remarks: [String] {
        var remarks = comparison?.contradictions.map { "the stored numbers contradict each other: \($0.words)" } ?? []
        if comparison != nil, let problem { remarks.append(problem) }
        if let comparison, !comparison.isExplained, comparison.contradictions.isEmpty {
            remarks.append(
                "some differences have no explanation: runs were missed, or the stored numbers are not what the exporter wrote. "
                    + "Look at the exporter's log, and at dify_exporter_windows_given_up_total.")
        }
        return remarks
    }

    private func lines(_ comparison: Reconciliation) -> [(String, Reconciliation.Line)] {
        let statuses = FinalStatus.allCases.compactMap { status in
            comparison.statuses[status].map { (status.rawValue, $0) }
        }
        return statuses.filter { $0.1.counted + $0.1.listed > 0 || $0.0 == FinalStatus.succeeded.rawValue }
            + [("unfinished", comparison.unfinished)]
    }

    func write(to writer: inout JSONWriter) {
        writer.object { app in
            app.member("name", name)
            app.member("since_timestamp_seconds", since)
            app.member("explained", isGood)
            app.member("problem", problem)
            app.key("statuses")
            app.array { list in
                for (status, line) in comparison.map(lines) ?? [] {
                    list.object { object in
                        object.member("status", status)
                        object.member("counted", Int64(clamping: line.counted))
                        object.member("listed", Int64(clamping: line.listed))
                        object.member("difference", line.difference)
                        object.key("reasons")
                        object.object { reasons in
                            for reason in Reconciliation.Reason.allCases {
                                guard let count = line.reasons[reason] else { continue }
                                reasons.member(reason.rawValue, Int64(clamping: count))
                            }
                        }
                    }
                }
            }
            app.key("contradictions")
            app.array { list in
                for contradiction in comparison?.contradictions ?? [] { list.string(contradiction.words) }
            }
        }
    }

    /// A document of all apps.
    package static func json(_ apps: [AppReconciliation]) -> String {
        JSONWriter.document(of: apps) { $0.write(to: &$1) }
    }
}

extension Reconciliation.Reason {
    /// As in `3 logged before counting began`.
    fileprivate var words: String {
        switch self {
        case .unfinished: "were not over at the last look, and are counted with the next"
        case .notYetRead: "not read yet, the next collections reach them"
        case .late: "appeared late, the next comparison of counts finds them"
        case .deleted: "deleted in Dify since"
        case .givenUp: "given up, unfinished for longer than give_up_after"
        case .filtered: "left out by the app's filter"
        case .beforeCounting: "logged before counting began"
        case .changed: "with another status since they were counted"
        case .unreadable: "could not be read, and are tried again"
        case .unexplained: "WITHOUT AN EXPLANATION"
        }
    }
}

extension Reconciliation.Contradiction {
    fileprivate var words: String {
        switch self {
        case .origins(let status, let runs, let byOrigin):
            "\(runs) runs are \(status.rawValue), and \(byOrigin) by origin"
        case .histogram(let name, let runs, let count):
            "there are \(runs) runs, and \(count) in the histogram of \(name)"
        case .hours(let status, let runs, let inHours):
            "\(runs) runs are \(status.rawValue), and \(inHours) by the hour"
        }
    }
}
