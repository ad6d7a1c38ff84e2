import CivilTime
import Platform

/// Lets the requests to one base URL through in the order in which they came, as its budget allows.
package actor RequestGate {
    private var budget: RequestBudget
    private var queue: [Waiter] = []
    private var nextTicket = 0
    private var timer: Task<Void, Never>?
    /// What those have waited that have left the queue, all added up.
    private var pastWaits: Duration = .zero
    private let now: @Sendable () -> MonotonicTime

    enum Entry: Equatable, Sendable {
        /// `leave` must follow.
        case granted
        /// The server wants a pause that is too long to wait for.
        case refused(rest: Duration)
        /// The task was cancelled.
        case cancelled
    }

    private struct Waiter {
        let ticket: Int
        let arrived: MonotonicTime
        let continuation: CheckedContinuation<Entry, Never>
    }

    /// `inFlight` is 1 or more; `perSecond` is above 0. `now` is this machine's clock.
    package init(inFlight: Int, perSecond: Double, now: @escaping @Sendable () -> MonotonicTime = { .now }) {
        budget = RequestBudget(limits: .init(inFlight: inFlight, perSecond: perSecond))
        self.now = now
    }

    /// Goes on under other limits, with those who wait. A pause that the server wanted is over.
    package func adopt(inFlight: Int, perSecond: Double) {
        budget.adopt(.init(inFlight: inFlight, perSecond: perSecond), at: now())
        admitWaiters()
    }

    /// Goes on under other limits, with those who wait, and with a pause that the server wants.
    package func change(inFlight: Int, perSecond: Double) {
        budget.change(.init(inFlight: inFlight, perSecond: perSecond))
        admitWaiters()
    }

    /// How long requests have waited here, all added up until now, and how long the server has wanted everybody to stay away.
    package var throttled: Duration {
        let now = now()
        return queue.reduce(pastWaits) { $0 + (now - $1.arrived) } + budget.paused(at: now)
    }

    /// How many requests wait for a place.
    var waiting: Int { queue.count }

    /// Waits for a place.
    func enter() async -> Entry {
        let ticket = nextTicket
        nextTicket += 1
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard !Task.isCancelled else { return continuation.resume(returning: .cancelled) }
                queue.append(Waiter(ticket: ticket, arrived: now(), continuation: continuation))
                admitWaiters()
            }
        } onCancel: {
            Task { await self.withdraw(ticket) }
        }
    }

    /// Gives the place back; `pause` is how long the server asked everybody to stay away.
    func leave(pause: Duration? = nil) {
        budget.end(pause: pause, at: now())
        admitWaiters()
    }

    private func withdraw(_ ticket: Int) {
        guard let index = queue.firstIndex(where: { $0.ticket == ticket }) else { return }
        dismiss(index, .cancelled, at: now())
    }

    private func dismiss(_ index: Int, _ entry: Entry, at now: MonotonicTime) {
        let waiter = queue.remove(at: index)
        pastWaits += now - waiter.arrived
        waiter.continuation.resume(returning: entry)
    }

    private func admitWaiters() {
        timer?.cancel()
        timer = nil
        while !queue.isEmpty {
            let now = now()
            switch budget.admit(at: now) {
            case .granted: dismiss(0, .granted, at: now)
            case .refused(let rest): dismiss(0, .refused(rest: rest), at: now)
            case .waitForEnd: return
            case .waitUntil(let moment):
                timer = Task { [weak self] in
                    try? await Task.sleep(for: moment - now)
                    guard !Task.isCancelled else { return }
                    await self?.admitWaiters()
                }
                return
            }
        }
    }
}
