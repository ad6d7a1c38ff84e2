import CivilTime

/// Lets the requests to one base URL through in the order in which they came, as its budget allows.
package actor RequestGate {
    private var budget: RequestBudget
    private var queue: [Waiter] = []
    private var nextTicket = 0
    private var timer: Task<Void, Never>?
    /// Time that requests have spent waiting here, all added up.
    package private(set) var throttled: Duration = .zero

    private struct Waiter {
        let ticket: Int
        let arrived: UnixTime
        let continuation: CheckedContinuation<Bool, Never>
    }

    /// `inFlight` is 1 or more; `perSecond` is above 0.
    package init(inFlight: Int, perSecond: Double) {
        budget = RequestBudget(limits: .init(inFlight: inFlight, perSecond: perSecond))
    }

    /// Goes on under other limits, with those who wait.
    package func adopt(inFlight: Int, perSecond: Double) {
        budget.adopt(.init(inFlight: inFlight, perSecond: perSecond))
        admitWaiters()
    }

    /// Waits for a place; false when the task was cancelled before it got one. `leave` must follow true.
    func enter() async -> Bool {
        let ticket = nextTicket
        nextTicket += 1
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard !Task.isCancelled else { return continuation.resume(returning: false) }
                queue.append(Waiter(ticket: ticket, arrived: .now, continuation: continuation))
                admitWaiters()
            }
        } onCancel: {
            Task { await self.withdraw(ticket) }
        }
    }

    /// Gives the place back; `pause` is how long the server asked everybody to stay away.
    func leave(pause: Duration? = nil) {
        budget.end()
        if let pause { budget.pause(until: .now + pause) }
        admitWaiters()
    }

    private func withdraw(_ ticket: Int) {
        guard let index = queue.firstIndex(where: { $0.ticket == ticket }) else { return }
        queue.remove(at: index).continuation.resume(returning: false)
    }

    private func admitWaiters() {
        timer?.cancel()
        timer = nil
        while let first = queue.first {
            let now = UnixTime.now
            switch budget.admit(at: now) {
            case .granted:
                throttled += max(now - first.arrived, .zero)
                queue.removeFirst().continuation.resume(returning: true)
            case .waitForEnd:
                return
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
