import CivilTime
import DifyAPI
import Platform

/// Keeps one app collected: carries out the steps of its `AppMachine`, one after the other.
package actor AppCollection {
    private var machine: AppMachine
    private let source: any LogSource
    private let store: (any CheckpointStore)?
    private let clock: any CollectionClock
    private let deliver: @Sendable (AppMachine.Output) async -> Void

    /// `store` is nil for numbers in memory only, as the setup says too. `predecessor` is what this app's collection left
    /// when its settings changed.
    package init(
        setup: AppSetup, succeeding predecessor: AppMachine.Handover? = nil, source: any LogSource,
        store: (any CheckpointStore)?, clock: any CollectionClock = SystemClock(),
        deliver: @escaping @Sendable (AppMachine.Output) async -> Void
    ) {
        machine = AppMachine(setup: setup, at: clock.now, succeeding: predecessor)
        self.source = source
        self.store = store
        self.clock = clock
        self.deliver = deliver
    }

    /// Collects until the task is cancelled, and then writes down what is not yet on disk.
    package func run() async {
        for output in takeOutputs() { await deliver(output) }
        while let input = await carryOut(nextStep), !Task.isCancelled {
            resume(with: input)
            for output in takeOutputs() { await deliver(output) }
        }
        guard let store, let bytes = finalCheckpoint() else { return }
        do throws(StateProblem) {
            try await store.save(bytes)
        } catch {
            await deliver(.report(.notSaved(error)))
        }
    }

    /// What the next collection of this app goes on from, once this one has ended.
    package var handover: AppMachine.Handover { machine.handover }

    /// What came of a step; nil when the task was cancelled meanwhile.
    private func carryOut(_ step: AppMachine.Step) async -> AppMachine.Input? {
        switch step {
        case .load: return .loaded(await load())
        case .askInfo: return .info(await source.info())
        case .askLogs(let query): return .logs(await source.logs(query, urgency))
        case .save(let bytes):
            let started = clock.now.monotonic
            let result = await save(bytes)
            return .saved(result, took: clock.now.monotonic - started)
        case .sleep(let deadline):
            do {
                try await clock.sleep(until: deadline)
                return .woke
            } catch {
                return nil  // Sleep throws when the task is cancelled, and that is how collecting ends.
            }
        }
    }

    private func load() async -> Result<[UInt8]?, StateProblem> {
        do throws(StateProblem) {
            return .success(try await store?.load())
        } catch {
            return .failure(error)
        }
    }

    private func save(_ bytes: [UInt8]) async -> Result<Void, StateProblem> {
        do throws(StateProblem) {
            return .success(try await store?.save(bytes) ?? ())
        } catch {
            return .failure(error)
        }
    }

    // MARK: The machine's turn

    // None of these is inlined: a machine that an asynchronous function works with has a copy in the function's frame, which lasts as
    // long as the app. The frames of a thousand apps took as much memory as all that is known of the apps.

    private var nextStep: AppMachine.Step {
        @inline(never) get { machine.step }
    }

    private var urgency: Urgency {
        @inline(never) get { machine.urgency }
    }

    @inline(never)
    private func resume(with input: AppMachine.Input) {
        machine.resume(input, at: clock.now, jitter: Double.random(in: 0...1))
    }

    @inline(never)
    private func takeOutputs() -> [AppMachine.Output] { machine.takeOutputs() }

    @inline(never)
    private func finalCheckpoint() -> [UInt8]? { machine.finalCheckpoint() }
}
