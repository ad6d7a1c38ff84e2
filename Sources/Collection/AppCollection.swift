import CivilTime
import DifyAPI
import Metrics

/// Keeps one app collected: carries out what its `Collector` decides, at the times that its schedule says, and publishes
/// a snapshot after each collection.
package actor AppCollection {
    private let settings: CollectionSettings
    private let source: any LogSource
    private let clock: any CollectionClock
    private let publish: @Sendable (AppSnapshot) async -> Void
    private let report: @Sendable (Event) -> Void
    private var schedule: CollectionSchedule
    private var snapshot: AppSnapshot
    private var collector: Collector?
    private var infoReadAt: UnixTime?
    private let takesNameOfDify: Bool

    /// What an operator may want to read about in the log.
    package enum Event: Sendable {
        /// The app's collections begin to work, with what its Dify says of it.
        case connected(AppInfo, serverVersion: String?)
        /// Dify writes no logs for apps of this mode.
        case hasNoLogs(mode: String)
        /// A collection has ended well.
        case collected(requests: UInt64, rows: Int, duration: Duration)
        case failed(APIError)
        /// The first success after failures.
        case recovered
        /// Rows that could not be found; they are looked for again.
        case leftOpen(seconds: [Int64])
    }

    /// How often the app's name, mode and tags are asked for again.
    private static let infoLifetime = Duration.seconds(3600)

    /// `position` is the app's place among all apps, from 0 up to but not including 1. With `takesNameOfDify` the name
    /// stands only until Dify has told its own.
    package init(
        name: String, takesNameOfDify: Bool = false, labels: [Label], settings: CollectionSettings, position: Double,
        source: any LogSource,
        clock: any CollectionClock = WallClock(), publish: @escaping @Sendable (AppSnapshot) async -> Void,
        report: @escaping @Sendable (Event) -> Void
    ) {
        self.settings = settings
        self.source = source
        self.clock = clock
        self.publish = publish
        self.report = report
        schedule = CollectionSchedule(interval: settings.interval, position: position, start: clock.now)
        self.takesNameOfDify = takesNameOfDify
        snapshot = AppSnapshot(name: name, labels: labels)
    }

    /// Collects until the task is cancelled.
    package func run() async {
        do {
            try await clock.sleep(for: schedule.firstDelay)
            while !Task.isCancelled {
                let began = clock.now
                let error = await collect()
                if error == .cancelled { return }
                let next = schedule.next(
                    began: began, now: clock.now, error: error, hasReachedPresent: collector?.hasReachedPresent ?? true)
                try await clock.sleep(for: max(next - clock.now, .zero))
            }
        } catch {
            // Sleep throws when the task is cancelled, and that is how a collection is ended.
        }
    }

    /// One collection: nil, or why it was cut short.
    package func collect() async -> APIError? {
        let began = clock.now
        let requestsBefore = requestCount
        let rowsBefore = collector?.tally.rows ?? 0
        let error = await readLogs()
        guard error != .cancelled else { return error }
        let duration = clock.now - began
        note(error, duration: duration)
        await publishSnapshot()
        if let error {
            report(.failed(error))
        } else {
            let rows = (collector?.tally.rows ?? 0) - rowsBefore
            report(.collected(requests: requestCount - requestsBefore, rows: rows, duration: duration))
        }
        return error
    }

    private var requestCount: UInt64 { snapshot.work.requests.values.reduce(0, +) }

    // MARK: One collection

    private func readLogs() async -> APIError? {
        var retries = RetryPolicy()
        if let error = await readInfo(&retries) { return error }
        var collector =
            self.collector
            ?? Collector(
                settings: settings,
                state: AppState(start: (serverNow - settings.lookback).second, buckets: settings.buckets))
        let openBefore = collector.state.openSeconds
        collector.begin(at: serverNow)
        var failure: APIError?
        while failure == nil, let query = collector.nextQuery() {
            let answer = await ask(&retries) { await self.source.logs(query) }
            switch answer.result {
            case .success(let page): collector.receive(page, at: serverMoment(of: answer))
            case .failure(let error): failure = error
            }
            if collector.takeDurableStep() {
                self.collector = collector
                await publishSnapshot()
            }
        }
        collector.end(succeeded: failure == nil, at: snapshot.clockDifference == nil ? nil : serverNow)
        self.collector = collector
        let newlyOpen = collector.state.openSeconds.subtracting(openBefore)
        if !newlyOpen.isEmpty { report(.leftOpen(seconds: newlyOpen.sorted())) }
        return failure
    }

    /// Asks what the app is, at first and then now and again. Only the first time its failure is the collection's.
    private func readInfo(_ retries: inout RetryPolicy) async -> APIError? {
        if let infoReadAt, clock.now - infoReadAt < Self.infoLifetime { return nil }
        let answer = await ask(&retries) { await self.source.info() }
        switch answer.result {
        case .success(let info):
            let isNew = snapshot.info != info
            snapshot.info = info
            // Once only: a name that changes would change the identity of every series.
            if takesNameOfDify, infoReadAt == nil { snapshot.name = info.name }
            infoReadAt = clock.now
            guard isNew else { return nil }
            report(.connected(info, serverVersion: snapshot.serverVersion))
            if !info.hasWorkflowLogs { report(.hasNoLogs(mode: info.mode ?? "")) }
            return nil
        case .failure(let error):
            return infoReadAt == nil ? error : nil
        }
    }

    /// Asks until there is an answer or no sense in asking again, and notes what each request came to.
    private func ask<Value>(
        _ retries: inout RetryPolicy, _ request: () async -> Answer<Value>
    ) async -> Answer<Value> {
        var attempts = 0
        while true {
            let answer = await request()
            attempts += 1
            note(answer)
            guard case .failure(let error) = answer.result,
                let pause = retries.pause(after: error, attempts: attempts, jitter: Double.random(in: 0...1))
            else { return answer }
            do {
                try await clock.sleep(for: pause)
            } catch {
                return Answer(result: .failure(.cancelled), sentAt: answer.sentAt)
            }
        }
    }

    // MARK: Time

    /// The server's clock as well as it is known.
    private var serverNow: UnixTime {
        clock.now + (snapshot.clockDifference ?? .zero)
    }

    /// A moment on the server's clock before which it cannot have read the rows of this answer: its `Date` was taken when
    /// it had read them, and is cut to the second.
    private func serverMoment<Value>(of answer: Answer<Value>) -> UnixTime {
        guard let date = answer.server.date else { return answer.sentAt + (snapshot.clockDifference ?? .zero) }
        return date - answer.duration
    }

    // MARK: Notes

    private func note<Value>(_ answer: Answer<Value>) {
        switch answer.result {
        case .failure(.cancelled), .failure(.unavailable): return  // No request was made.
        case .success, .failure: break
        }
        snapshot.work.requests[answer.code, default: 0] += 1
        snapshot.work.requestDuration.observe(answer.duration.secondsValue)
        snapshot.serverVersion = answer.server.version ?? snapshot.serverVersion
        snapshot.clockDifference = answer.clockDifference ?? snapshot.clockDifference
    }

    private func note(_ error: APIError?, duration: Duration) {
        let result: CollectionResult = error == nil ? .success : .error
        snapshot.work.collections[result, default: 0] += 1
        snapshot.work.lastEnded[result] = clock.now
        snapshot.work.collectionDuration.observe(duration.secondsValue)
        if case .down = snapshot.health, error == nil { report(.recovered) }
        snapshot.health = error.map { .down($0) } ?? .up
    }

    private func publishSnapshot() async {
        if let collector {
            snapshot.work.tally = collector.tally
            if collector.state.isCaughtUp {
                snapshot.numbers = .init(
                    collector.state, at: serverNow.second, stuckAfter: settings.stuckAfter.wholeSeconds)
            }
        }
        guard snapshot.health != nil else { return }
        await publish(snapshot)
    }
}
