import Platform

/// Work that may block for ever, as reading a file on a network mount does, on threads of its own. Whoever wants its outcome
/// waits for a while at most, and not at all once his task is cancelled.
///
/// Works of one lane come one after the other, so a lane that hangs keeps one thread, however often it is asked; while it
/// hangs, whoever asks is told so at once. There are at most `threadLimit` threads; further lanes wait for one.
final class BlockingWork: Sendable {
    private let threadLimit: Int
    private let state = Locked(State())

    /// For reading files: a lane for each folder, which is on one file system.
    static let files = BlockingWork(threadLimit: 32)

    private struct State {
        var lanes: [String: Lane] = [:]
        /// Lanes that have work and no thread.
        var waiting: [String] = []
        var threads = 0
        var nextID: UInt64 = 0
    }

    private struct Lane {
        var queue: [Work] = []
        /// What a thread is at.
        var running: UInt64?
        /// What is running has not come to its end in time.
        var hangs = false
    }

    private struct Work {
        let id: UInt64
        let run: @Sendable () -> Void
        /// Nobody waits any longer.
        let giveUp: @Sendable () -> Void
    }

    init(threadLimit: Int) {
        self.threadLimit = threadLimit
    }

    /// What `work` gives; nil where it does not within `patience`, or the task is cancelled meanwhile. It may still be done
    /// later then.
    func run<Value: Sendable>(
        lane: String, patience: Duration, _ work: @escaping @Sendable () -> Value
    ) async -> Value? {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        let outcome = Outcome<Value>()
        let timer = Task {
            do {
                try await Task.sleep(for: patience)
            } catch {
                return  // The work came to its end in time.
            }
            // First, so that whoever is told so finds it so.
            noteTimeout(of: id, in: lane)
            outcome.settle(nil)
        }
        let run: @Sendable () -> Void = {
            outcome.settle(work())
            timer.cancel()
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                outcome.wait(with: continuation)
                add(Work(id: id, run: run, giveUp: { outcome.settle(nil) }), to: lane)
            }
        } onCancel: {
            outcome.settle(nil)
        }
        return outcome.value
    }

    private func add(_ work: Work, to name: String) {
        var needsThread = false
        let isAccepted = state.withLock { state in
            var lane = state.lanes[name] ?? Lane()
            guard !lane.hangs else { return false }
            if lane.queue.isEmpty, lane.running == nil { state.waiting.append(name) }
            lane.queue.append(work)
            state.lanes[name] = lane
            needsThread = !state.waiting.isEmpty && state.threads < threadLimit
            if needsThread { state.threads += 1 }
            return true
        }
        guard isAccepted else { return work.giveUp() }
        guard needsThread else { return }
        do throws(SystemError) {
            try DetachedThread.start { self.serveLanes() }
        } catch {
            // Whoever asks next tries again to get a thread; this work runs out of time.
            state.withLock { $0.threads -= 1 }
        }
    }

    /// A thread's life: one lane after the other, each to its end.
    private func serveLanes() {
        while let name = state.withLock(Self.takeLane) {
            while let work = state.withLock({ Self.takeWork(of: name, &$0) }) { work.run() }
        }
    }

    private static func takeLane(_ state: inout State) -> String? {
        if state.waiting.isEmpty {
            state.threads -= 1
            return nil
        }
        return state.waiting.removeFirst()
    }

    private static func takeWork(of name: String, _ state: inout State) -> Work? {
        guard var lane = state.lanes[name], !lane.queue.isEmpty else {
            state.lanes[name] = nil
            return nil
        }
        let work = lane.queue.removeFirst()
        (lane.running, lane.hangs) = (work.id, false)
        state.lanes[name] = lane
        return work
    }

    private func noteTimeout(of id: UInt64, in name: String) {
        let abandoned = state.withLock { state -> [Work] in
            guard var lane = state.lanes[name] else { return [] }
            var abandoned: [Work] = []
            if lane.running == id {
                // Those behind it would wait for the same.
                lane.hangs = true
                (abandoned, lane.queue) = (lane.queue, [])
            } else {
                lane.queue.removeAll { $0.id == id }
            }
            // A lane that nobody needs leaves its place to others.
            if lane.running == nil, lane.queue.isEmpty { state.waiting.removeAll { $0 == name } }
            state.lanes[name] = lane.running == nil && lane.queue.isEmpty ? nil : lane
            return abandoned
        }
        for work in abandoned { work.giveUp() }
    }
}

/// What comes of one work, for the one who waits: the first of several ends counts.
///
/// The value goes from thread to thread by the lock, not by the continuation: where that is resumed before it is waited for, the thread
/// sanitizer does not see the order.
private final class Outcome<Value: Sendable>: Sendable {
    private enum State {
        case open
        case awaited(CheckedContinuation<Void, Never>)
        case settled(Value?)
    }

    private let state = Locked(State.open)

    /// Nil before it is settled, too.
    var value: Value? {
        state.withLock { if case .settled(let value) = $0 { value } else { nil } }
    }

    func wait(with continuation: CheckedContinuation<Void, Never>) {
        let isSettled = state.withLock { state in
            if case .settled = state { return true }
            state = .awaited(continuation)
            return false
        }
        if isSettled { continuation.resume() }
    }

    func settle(_ value: Value?) {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            defer { if case .settled = state {} else { state = .settled(value) } }
            if case .awaited(let continuation) = state { return continuation }
            return nil
        }
        waiter?.resume()
    }
}
