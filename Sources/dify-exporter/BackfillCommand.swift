import CivilTime
import DifyAPI
import Exporter
import LogCollection
import Metrics
import Platform

/// Writes the history of apps for `promtool tsdb create-blocks-from openmetrics`.
struct BackfillCommand {
    private let configFile: String?
    private let appsFolder: String?
    private let appName: String?
    private let range: HistoryRange
    private let labels: [Label]
    private let folder: String
    /// Nil for that of the configuration.
    private let share: Double?
    private let beginning: Backfill.Beginning
    /// Where checkpoints are left; nil where none are wanted.
    private let storagePath: String?
    private let environment: Environment
    private let signals: Signals

    /// Rows of the last minute may still be on their way, so a history ends before it unless another end is given.
    private static let settling = Duration.seconds(60)

    init(_ options: OptionValues, environment: Environment, signals: Signals) throws(UsageError) {
        configFile = options[.configFile]
        appsFolder = options[.appsFolder]
        appName = options[.onlyApp]
        (self.environment, self.signals) = (environment, signals)
        let now = UnixTime.now
        let form = "a time such as 2026-11-22T10:00:00Z, a day such as 2026-11-22, or a span such as 30d"
        let time = { (text: String) -> (second: Int64, isSpan: Bool)? in
            if let moment = UnixTime(iso8601: text) { return (moment.second, false) }
            return Duration(prometheus: text).map { ((now - $0).second, true) }
        }
        let since = try options.required(.historySince, expected: form, time)
        let until = try options.parsed(.historyUntil, expected: form, time)
        let step = try options.required(.step, expected: "a span of whole seconds from 1s to 5m") { text in
            Duration(prometheus: text).flatMap { span in
                HistoryRange.steps.contains(span.wholeSeconds) && span == .seconds(span.wholeSeconds)
                    ? span.wholeSeconds : nil
            }
        }
        do throws(HistoryRange.Problem) {
            range = try HistoryRange(
                since: since.second, until: until?.second ?? (now - Self.settling).second, step: step, now: now.second)
        } catch {
            throw UsageError(message: error.sentence(hasEnd: until != nil))
        }
        labels = try Self.labels(options)
        guard let folder = options[.outputFolder], !folder.isEmpty else {
            throw UsageError(message: "--output is needed: it takes the folder to write to")
        }
        self.folder = folder
        share = try options.parsed(.share, expected: "a number above 0 and at most 1, such as 0.25") { text in
            Double(text).flatMap { $0 > 0 && $0 <= 1 ? $0 : nil }
        }
        switch (try options.isOn(.resume), try options.isOn(.force)) {
        case (true, true): throw UsageError(message: "--resume goes on and --force begins anew; give one of them")
        case (true, false):
            beginning = .resume(
                since: since.isSpan ? nil : since.second,
                until: until.flatMap { $0.isSpan ? nil : $0.second })
        case (false, let force): beginning = force ? .anew : .new
        }
        storagePath = try options.isOn(.leaveCheckpoint) ? options[.storagePath] ?? "" : nil
        if let storagePath {
            guard !storagePath.isEmpty else {
                throw UsageError(
                    message: "--checkpoint needs --storage.path: the folder that serve keeps its numbers in")
            }
            guard until == nil else {
                throw UsageError(
                    message: "--checkpoint goes with a history that ends now, where serve goes on; leave --until out")
            }
        }
    }

    private static func labels(_ options: OptionValues) throws(UsageError) -> [Label] {
        var labels: [Label] = []
        for text in options.all(.label) {
            let label: Label
            do throws(Label.ScrapeProblem) {
                label = try Label(ofScrape: text)
            } catch {
                throw UsageError(message: error.sentence(of: text))
            }
            guard !labels.contains(where: { $0.name == label.name }) else {
                throw UsageError(message: "--label gives \(label.name) twice; give it once")
            }
            labels.append(label)
        }
        return labels.sorted { $0.name < $1.name }
    }

    func run() async throws(UsageError) -> ExitCode {
        guard
            var configuration = await Program.loadConfiguration(
                file: configFile, appsFolder: appsFolder, environment: environment)
        else {
            return .usage
        }
        guard Program.hasLibcurl() else { return .failure }
        if let appName {
            let names = configuration.apps.map(\.displayName).joined(separator: ", ")
            configuration.apps.removeAll { $0.displayName != appName }
            guard !configuration.apps.isEmpty else {
                throw UsageError(message: "--app: the configuration has no app \"\(appName)\"; it has \(names)")
            }
        }
        if let share { configuration.catchUpShare = share }
        let taken = configuration.apps.flatMap(\.labels).map(\.name).first { name in
            labels.contains { $0.name == name }
        }
        if let taken { throw UsageError(message: "--label=\(taken) is a label of an app in the configuration already") }
        let work = Task { [configuration] in await write(configuration) }
        let watch = Task {
            for await _ in signals.orders() {
                work.cancel()
                return
            }
        }
        defer { watch.cancel() }
        return await work.value
    }

    private func write(_ configuration: Configuration) async -> ExitCode {
        let line = ProgressLine()
        let backfill = Backfill(
            of: configuration, settings: HistorySettings(range: range, labels: labels, apps: configuration.apps),
            environment: environment, logger: Logger(level: .warn, format: .logfmt),
            makeTransport: { _ in Program.transport(environment) }, tell: { line.show($0) })
        do throws(HistoryError) {
            let summary = try await backfill.run(
                in: folder, beginning, storage: storagePath.map { CheckpointFolder($0) })
            line.end()
            let serving = storagePath.map {
                HistoryAdvice.Serving(configFile: configFile, appsFolder: appsFolder, storagePath: $0)
            }
            Console.write(HistoryAdvice.text(summary, serving: serving))
            return .success
        } catch {
            line.end()
            Console.writeError("dify-exporter: \(error)")
            return error.isUsage ? .usage : .failure
        }
    }
}

extension HistoryRange.Problem {
    /// What is wrong with the flags; `hasEnd` where --until was given.
    fileprivate func sentence(hasEnd: Bool) -> String {
        switch self {
        case .endsBeforeItBegins where hasEnd: "--until must be later than --since"
        case .endsBeforeItBegins:
            "--since must lie more than a minute back: a history without --until ends a minute ago"
        case .beginsInTheFuture: "--since lies in the future; there is no history yet"
        case .endsInTheFuture: "--until lies in the future; there is no history yet"
        case .beginsBefore1970: "--since lies before 1970; there is no Dify yet"
        case .hasNoMoment:
            "between --since and --until there is no moment of --step; give a shorter step or a longer range"
        }
    }
}

extension Label.ScrapeProblem {
    /// What is wrong with what --label was given.
    fileprivate func sentence(of text: String) -> String {
        switch self {
        case .hasNoValue: "--label takes NAME=VALUE, such as job=dify; not \"\(text)\""
        case .isNoName:
            "--label takes a name of letters, digits and _, without a digit first and without __ at its beginning; not "
                + "\"\(text)\""
        case .isTaken(let name):
            "--label=\(name) would hide a label that metrics of the exporter have; name it otherwise"
        }
    }
}

/// Shows progress on standard error: a bar on a terminal, a line a minute elsewhere.
private final class ProgressLine: Sendable {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let state = Locked<(shownAt: MonotonicTime?, hasBar: Bool)>((nil, false))

    func show(_ progress: HistoryProgress) {
        let pause: Duration = isTerminal ? .milliseconds(200) : .seconds(60)
        let now = MonotonicTime.now
        let isDue = state.withLock { state in
            if !isTerminal, state.shownAt == nil { state.shownAt = now }
            guard state.shownAt.map({ now - $0 >= pause }) ?? true else { return false }
            state = (now, isTerminal)
            return true
        }
        guard isDue else { return }
        if isTerminal {
            Console.showOnTerminal("\r\u{1b}[K\(progress.bar)")
        } else {
            Console.writeError(progress.text)
        }
    }

    /// Leaves the bar's line.
    func end() {
        if state.withLock(\.hasBar) { Console.showOnTerminal("\n") }
    }
}
