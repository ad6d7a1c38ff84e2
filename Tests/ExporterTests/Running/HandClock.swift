import CivilTime
import LogCollection
import Platform

/// A clock that stands still until a test moves it, and that tells when all who use it wait for it.
final class HandClock: CollectionClock {
    private struct State: Sendable {
        var now: ClockReading
        var nextTicket = 0
        var sleepers: [Int: (until: MonotonicTime, continuation: CheckedContinuation<Void, any Error>)] = [:]
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []

        /// Those who wait for as many sleepers as there are now.
        mutating func takeContentWatchers() -> [CheckedContinuation<Void, Never>] {
            let content = watchers.filter { $0.count == sleepers.count }
            watchers.removeAll { $0.count == sleepers.count }
            return content.map(\.continuation)
        }
    }

    private let state: Locked<State>

    init(now: UnixTime) {
        state = Locked(State(now: ClockReading(monotonic: .zero, date: now)))
    }

    var now: ClockReading { state.withLock(\.now) }

    func sleep(until deadline: MonotonicTime) async throws {
        try Task.checkCancellation()
        guard deadline > now.monotonic else { return }
        let ticket = state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let content = state.withLock { state in
                    state.sleepers[ticket] = (deadline, continuation)
                    return state.takeContentWatchers()
                }
                for watcher in content { watcher.resume() }
                if Task.isCancelled { wake(ticket) }
            }
        } onCancel: {
            wake(ticket)
        }
    }

    private func wake(_ ticket: Int) {
        let sleeper = state.withLock { $0.sleepers.removeValue(forKey: ticket) }
        sleeper?.continuation.resume(throwing: CancellationError())
    }

    /// How many sleep.
    var sleeping: Int { state.withLock(\.sleepers.count) }

    /// Waits until exactly so many sleep.
    func untilSleeping(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let content = state.withLock { state in
                state.watchers.append((count, continuation))
                return state.takeContentWatchers()
            }
            for watcher in content { watcher.resume() }
        }
    }

    /// Moves on, and wakes those whose time has come.
    func advance(by span: Duration) {
        let woken = state.withLock { state in
            state.now.monotonic = state.now.monotonic + span
            state.now.date = state.now.date + span
            let due = state.sleepers.filter { $0.value.until <= state.now.monotonic }
            for ticket in due.keys { state.sleepers[ticket] = nil }
            return due.values.map(\.continuation)
        }
        for continuation in woken { continuation.resume() }
    }
}
