import Bytes
import CivilTime
import DifyAPI

/// Reads the past of one app, oldest first, and tells its numbers as they were at moments of the past.
///
/// It reads as live collections do when they catch up: an `AppMachine` says what to ask next, with every window read to the
/// last row, requests repeated, and a key that changes noticed. What it reads goes into a `Timeline` as well.
package struct AppHistory: Sendable {
    private var machine: AppMachine
    private var timeline: Timeline
    private var failedRounds = 0
    private var errorsBefore: UInt64 = 0

    /// So many rounds in a row may fail before reading ends: some minutes.
    private static let patience = 5

    /// Begins at `start` (Unix seconds on the server's clock): older logs are none of these numbers. `difyName` is what Dify
    /// says that the app is called. The setup is for numbers in memory only.
    package init(setup: AppSetup, difyName: String, from start: Int64, at now: ClockReading) {
        let timeline = Timeline(from: start, settings: setup.settings)
        let state = AppState(start: start, buckets: setup.settings.buckets, at: UnixTime(seconds: start))
        let name = setup.takesNameOfDify ? difyName : setup.name
        let identity = Checkpoint.Identity(name: name, baseURL: setup.baseURL, difyName: difyName)
        self.init(setup, Checkpoint(identity: identity, state: state).encoded, timeline, at: now)
    }

    private init(_ setup: AppSetup, _ checkpoint: [UInt8], _ timeline: Timeline, at now: ClockReading) {
        machine = AppMachine(
            setup: setup, at: now,
            succeeding: AppMachine.Handover(checkpoint: checkpoint, snapshot: nil, serverClock: ServerClock()))
        machine.keepChanges()
        self.timeline = timeline
    }

    package var name: String { machine.snapshot.name }

    // MARK: Reading

    /// What is to be done now: the same until its result has been taken.
    package var step: AppMachine.Step { machine.step }
    /// Whether the request that is to be made now can wait.
    package var urgency: Urgency { machine.urgency }

    /// Takes what came of the step, and gives what is worth telling. `jitter` is from 0 to 1.
    package mutating func resume(_ input: AppMachine.Input, at now: ClockReading, jitter: Double) -> [AppEvent] {
        machine.resume(input, at: now, jitter: jitter)
        for change in machine.takeChanges() { timeline.take(change, at: now.date.second) }
        noteRound()
        return machine.takeOutputs().compactMap { output in
            if case .report(let event) = output { event } else { nil }
        }
    }

    private mutating func noteRound() {
        let errors = machine.snapshot.work.collections[.error] ?? 0
        if errors > errorsBefore { failedRounds += 1 }
        errorsBefore = errors
        if case .up = machine.snapshot.health { failedRounds = 0 }
    }

    /// Why reading cannot go on: what only the operator can mend, or what has failed for some minutes. Nil while it can.
    package var problem: CollectionProblem? {
        guard case .down(let problem) = machine.snapshot.health, problem.needsOperator || failedRounds >= Self.patience
        else { return nil }
        return problem
    }

    /// Every log created up to and including this second has been read (Unix seconds on the server's clock).
    package var readUntil: Int64 { machine.collector.map { $0.state.frontier - 1 } ?? .min }

    /// Whether Dify has told what the app is since this value was made: numbers of before would lack its labels.
    package var isConnected: Bool { machine.snapshot.info != nil }

    /// Whether the list has been read up to the present, so that live collections may go on from here.
    package var isAtPresent: Bool { machine.isAtPresent }

    /// Rows read and requests made since this value was made.
    package var cost: (rows: Int, requests: UInt64) {
        (machine.collector?.tally.rows ?? 0, machine.snapshot.work.requests.values.reduce(0, +))
    }

    /// What may be missing for ever: windows that Dify never showed completely, and rows that it cannot serve.
    package var missing: (windows: Int, rows: Int) {
        let tally = machine.collector?.tally
        let open = machine.collector?.state.openWindows.windows.count ?? 0
        return ((tally?.windowsGivenUp ?? 0) + open, tally?.unreadableRows ?? 0)
    }

    // MARK: Numbers

    /// What live serving would have shown at a second that is not after `readUntil`. Seconds must not go backwards.
    package mutating func snapshot(at second: Int64) -> AppSnapshot {
        timeline.advance(to: second)
        var snapshot = AppSnapshot(
            name: machine.snapshot.name, labels: machine.setup.labels, consoleURL: machine.setup.consoleURL,
            at: UnixTime(seconds: second))
        snapshot.info = machine.snapshot.info
        snapshot.serverVersion = machine.snapshot.serverVersion
        snapshot.health = .up
        snapshot.numbers = AppSnapshot.Numbers(
            timeline, at: second, stuckAfter: machine.setup.settings.stuckAfter.wholeSeconds)
        return snapshot
    }

    /// The checkpoint that `serve` goes on from, with every run that was read, in the totals of the order in which they ended, so
    /// that no sum differs by a rounding error from the samples before. Nil before the present was read.
    package mutating func checkpoint() -> [UInt8]? {
        guard isAtPresent, let bytes = machine.handover.checkpoint, var checkpoint = try? Checkpoint(encoded: bytes)
        else { return nil }
        timeline.advance(to: .max)
        checkpoint.state.totals = timeline.totals
        return checkpoint.encoded
    }

    // MARK: Going on in another process

    /// Nil before the app was recognised.
    package var encoded: [UInt8]? {
        guard let checkpoint = machine.handover.checkpoint else { return nil }
        var writer = ByteWriter()
        writer.list(checkpoint) { $0.byte($1) }
        timeline.write(to: &writer)
        return writer.bytes
    }

    /// Throws where the bytes are none that `encoded` gave.
    package init(setup: AppSetup, encoded: [UInt8], at now: ClockReading) throws(ByteReader.Malformed) {
        var reader = ByteReader(encoded[...])
        let checkpoint = try reader.list { reader throws(ByteReader.Malformed) in try reader.byte() }
        let timeline = try Timeline(from: &reader, settings: setup.settings)
        guard reader.isAtEnd else { throw ByteReader.Malformed() }
        self.init(setup, checkpoint, timeline, at: now)
        guard machine.collector != nil else { throw ByteReader.Malformed() }
    }
}
