import CivilTime
import Platform

/// Lets the requests to one base URL through as its budget allows: first those that cannot wait, and each kind in the order in
/// which they came.
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
        let urgency: Urgency
        let arrived: MonotonicTime
        let continuation: CheckedContinuation<Entry, Never>
    }

    /// `now` is this machine's clock.
    package init(_ limits: RequestBudget.Limits, now: @escaping @Sendable () -> MonotonicTime = { .now }) {
        budget = RequestBudget(limits: limits)
        self.now = now
    }

    /// `inFlight` is 1 or more; `perSecond` is above 0.
    package init(inFlight: Int, perSecond: Double, now: @escaping @Sendable () -> MonotonicTime = { .now }) {
        self.init(.init(inFlight: inFlight, perSecond: perSecond), now: now)
    }

    /// Goes on under other limits, with those who wait. A pause that the server wanted is over.
    package func adopt(_ limits: RequestBudget.Limits) {
        budget.adopt(limits, at: now())
        admitWaiters()
    }

    /// Goes on under other limits, with those who wait, and with a pause that the server wants.
    package func change(_ limits: RequestBudget.Limits) {
        budget.change(limits)
        admitWaiters()
    }

    /// How long requests have been under way, all added up.
    package var spent: [Urgency.Kind: Duration] { budget.spent }

    /// How long requests have waited here, all added up until now, and how long the server has wanted everybody to stay away.
    /// What can wait does so as a rule, and is left out.
    package var throttled: Duration {
        let now = now()
        return queue.reduce(pastWaits) { $0 + wait(of: $1, at: now) } + budget.paused(at: now)
    }

    private func wait(of waiter: Waiter, at now: MonotonicTime) -> Duration {
        waiter.urgency == .regular ? now - waiter.arrived : .zero
    }

    /// How many requests wait for a place.
    var waiting: Int { queue.count }

    /// Waits for a place.
    func enter(_ urgency: Urgency = .regular) async -> Entry {
        let ticket = nextTicket
        nextTicket += 1
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard !Task.isCancelled else { return continuation.resume(returning: .cancelled) }
                queue.append(
                    Waiter(ticket: ticket, urgency: urgency, arrived: now(), continuation: continuation))
                admitWaiters()
            }
        } onCancel: {
            Task { await self.withdraw(ticket) }
        }
    }

    /// Gives the place back. `took` is how long the request was under way, and `pause` how long the server asked everybody to
    /// stay away.
    func leave(_ kind: Urgency.Kind = .regular, took: Duration = .zero, pause: Duration? = nil) {
        budget.end(kind, took: took, pause: pause, at: now())
        admitWaiters()
    }

    private func withdraw(_ ticket: Int) {
        guard let index = queue.firstIndex(where: { $0.ticket == ticket }) else { return }
        dismiss(index, .cancelled, at: now())
    }

    private func dismiss(_ index: Int, _ entry: Entry, at now: MonotonicTime) {
        let waiter = queue.remove(at: index)
        pastWaits += wait(of: waiter, at: now)
        waiter.continuation.resume(returning: entry)
    }

    private func admitWaiters() {
        timer?.cancel()
        timer = nil
        while let next = queue.firstIndex(where: { $0.urgency == .regular }) ?? queue.indices.first {
            let now = now()
            switch budget.admit(queue[next].urgency, at: now) {
            case .granted: dismiss(next, .granted, at: now)
            case .refused(let rest): dismiss(next, .refused(rest: rest), at: now)
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
