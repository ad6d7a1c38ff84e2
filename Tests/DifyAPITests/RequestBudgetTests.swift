import Platform
import TestSupport
import Testing

@testable import DifyAPI

@Suite struct RequestBudgetTests {
    private let start = MonotonicTime.zero + .seconds(1000)

    @Test func `no second holds more requests than allowed`() {
        for perSecond in [0.3, 1, 2.5, 5, 20] {
            var budget = RequestBudget(limits: .init(inFlight: 1000, perSecond: perSecond))
            var granted: [MonotonicTime] = []
            for step in 0..<20_000 {
                let now = start + .milliseconds(Int64(step))
                if budget.admit(at: now) == .granted { granted.append(now) }
            }
            let allowed = max(1, Int(perSecond))
            let span = Duration.milliseconds(Int64((Double(allowed) / perSecond * 1000).rounded(.up)))
            for (index, moment) in granted.enumerated() where index >= allowed {
                #expect(moment - granted[index - allowed] >= span, "\(perSecond)")
            }
            #expect(granted.count >= Int(perSecond * 20), "\(perSecond)")
        }
    }

    @Test func `requests in flight are limited`() {
        var budget = RequestBudget(limits: .init(inFlight: 2, perSecond: 1000))
        #expect(budget.admit(at: start) == .granted)
        #expect(budget.admit(at: start) == .granted)
        #expect(budget.admit(at: start) == .waitForEnd)
        budget.end(at: start)
        #expect(budget.admit(at: start) == .granted)
    }

    @Test(arguments: [1e-300, 0, -1, .nan, .infinity])
    func `a rate that nobody can keep is replaced by one that can be kept`(rate: Double) {
        var budget = RequestBudget(limits: .init(inFlight: 2, perSecond: rate))
        #expect(budget.admit(at: start) == .granted)
    }

    /// A budget with a request under way whose server then wants a pause.
    private func paused(for span: Duration) -> RequestBudget {
        var budget = RequestBudget(limits: .init(inFlight: 9, perSecond: 1000))
        _ = budget.admit(at: start)
        budget.end(pause: span, at: start)
        return budget
    }

    @Test func `everybody waits for the rest of a short pause`() {
        var budget = paused(for: .seconds(10))
        #expect(budget.admit(at: start) == .waitUntil(start + .seconds(10)))
        #expect(budget.admit(at: start + .seconds(10)) == .granted)
    }

    @Test func `nobody waits for the rest of a long pause`() {
        var budget = paused(for: .seconds(60))
        #expect(budget.admit(at: start) == .refused(rest: .seconds(60)))
        #expect(budget.admit(at: start + .seconds(20)) == .refused(rest: .seconds(40)))
        #expect(budget.admit(at: start + .seconds(55)) == .waitUntil(start + .seconds(60)))
    }

    @Test(arguments: [86_400, 1_000_000_000_000, Int64.max])
    func `an absurd pause lasts five minutes and is then tried by one request`(seconds: Int64) {
        var budget = paused(for: .seconds(seconds))
        let end = start + .seconds(300)
        #expect(budget.admit(at: end + .milliseconds(-1)) == .waitUntil(end))
        #expect(budget.admit(at: end) == .granted)
        #expect(budget.admit(at: end) == .waitForEnd)
        budget.end(pause: .seconds(seconds), at: end + .seconds(1))
        #expect(budget.admit(at: end + .seconds(1)) == .refused(rest: .seconds(300)))
        #expect(budget.admit(at: end + .seconds(301)) == .granted)
        budget.end(at: end + .seconds(302))
        for _ in 0..<9 { #expect(budget.admit(at: end + .seconds(302)) == .granted) }
    }

    @Test func `a pause never gets shorter by another one`() {
        var budget = RequestBudget(limits: .init(inFlight: 9, perSecond: 1000))
        _ = budget.admit(at: start)
        _ = budget.admit(at: start)
        budget.end(pause: .seconds(10), at: start)
        budget.end(pause: .seconds(5), at: start)
        #expect(budget.admit(at: start + .seconds(6)) == .waitUntil(start + .seconds(10)))
    }

    @Test func `a request from before the pause does not end the probing`() {
        var budget = RequestBudget(limits: .init(inFlight: 9, perSecond: 1000))
        _ = budget.admit(at: start)
        _ = budget.admit(at: start)
        budget.end(pause: .seconds(5), at: start)
        #expect(budget.admit(at: start + .seconds(5)) == .waitForEnd)
        budget.end(at: start + .seconds(6))
        #expect(budget.admit(at: start + .seconds(6)) == .granted)
        #expect(budget.admit(at: start + .seconds(6)) == .waitForEnd)
    }

    @Test func `other limits hold from now on`() {
        var budget = RequestBudget(limits: .init(inFlight: 9, perSecond: 4))
        for _ in 0..<4 { #expect(budget.admit(at: start) == .granted) }
        budget.adopt(.init(inFlight: 9, perSecond: 8), at: start)
        for _ in 0..<4 { #expect(budget.admit(at: start + .milliseconds(100)) == .granted) }
        #expect(budget.admit(at: start + .milliseconds(100)) == .waitUntil(start + .seconds(1)))
        budget.adopt(.init(inFlight: 9, perSecond: 1), at: start)
        #expect(budget.admit(at: start + .milliseconds(1099)) == .waitUntil(start + .milliseconds(1100)))
        budget.adopt(.init(inFlight: 8, perSecond: 1), at: start)
        #expect(budget.admit(at: start + .seconds(2)) == .waitForEnd)
    }

    @Test func `a reload ends a pause with one request`() {
        var budget = paused(for: .seconds(86_400))
        let limits = budget.limits
        budget.adopt(limits, at: start + .seconds(30))
        #expect(budget.admit(at: start + .seconds(30)) == .granted)
        #expect(budget.admit(at: start + .seconds(30)) == .waitForEnd)
        #expect(budget.paused(at: start + .seconds(60)) == .seconds(30))
    }

    @Test func `what pauses last is added up while they last`() {
        var budget = paused(for: .seconds(86_400))
        #expect(budget.paused(at: start + .seconds(7)) == .seconds(7))
        #expect(budget.paused(at: start + .seconds(400)) == .seconds(300))
        _ = budget.admit(at: start + .seconds(400))
        #expect(budget.paused(at: start + .seconds(500)) == .seconds(300))
        budget.end(pause: .seconds(10), at: start + .seconds(500))
        #expect(budget.paused(at: start + .seconds(505)) == .seconds(305))
    }
}

@Suite struct RequestGateTests {
    /// A monotonic clock that stands until it is moved.
    private final class HandClock: Sendable {
        private let time = Locked(MonotonicTime.zero)

        var now: MonotonicTime { time.withLock { $0 } }

        func move(by span: Duration) { time.withLock { $0 = $0 + span } }
    }

    @Test func `waiters are let in as others leave and cancelled ones give up`() async {
        let gate = RequestGate(inFlight: 1, perSecond: 1000)
        #expect(await gate.enter() == .granted)
        let cancelled = Task { await gate.enter() }
        cancelled.cancel()
        #expect(await cancelled.value == .cancelled)
        let waiting = Task { await gate.enter() }
        await gate.leave()
        #expect(await waiting.value == .granted)
        await gate.leave()
    }

    @Test func `neighbours of a throttled app are told, and time that nobody may ask in counts at once`() async throws {
        let clock = HandClock()
        let gate = RequestGate(inFlight: 4, perSecond: 1000) { clock.now }
        let throttling = TransportResponse(
            status: 429, fields: [HTTPField(name: "Retry-After", value: "86400")], body: [])
        let first = DifyClient(
            baseURL: try BaseURL("http://dify.test/v1"), key: APIKey("app-first")!, timeout: .seconds(5),
            transport: CannedTransport(throttling), gate: gate)
        let healthy = CannedTransport(.json(200, #"{"name":"a"}"#))
        let neighbour = DifyClient(
            baseURL: try BaseURL("http://dify.test/v1"), key: APIKey("app-second")!, timeout: .seconds(5),
            transport: healthy, gate: gate)
        #expect(await first.info().result == .failure(.throttled(status: 429, retryAfter: .seconds(86_400))))
        clock.move(by: .seconds(30))
        let answer = await neighbour.info()
        #expect(answer.result == .failure(.paused(for: .seconds(270))))
        if case .failure(let error) = answer.result {
            #expect(!error.wasSent)
            #expect(!error.isTransient)
            #expect(error.description.contains("pause for another 4m30s"))
        }
        #expect(await gate.throttled == .seconds(30))
        clock.move(by: .seconds(270))
        #expect(try await neighbour.info().result.get().name == "a")
        #expect(await healthy.requests.count == 1)
    }

    @Test func `who waits counts while waiting`() async throws {
        let clock = HandClock()
        let gate = RequestGate(inFlight: 1, perSecond: 1000) { clock.now }
        #expect(await gate.enter() == .granted)
        let waiting = Task { await gate.enter() }
        try await Workbench.until { await gate.waiting > 0 }
        clock.move(by: .seconds(3))
        #expect(await gate.throttled == .seconds(3))
        await gate.leave()
        #expect(await waiting.value == .granted)
        clock.move(by: .seconds(3))
        #expect(await gate.throttled == .seconds(3))
    }
}
