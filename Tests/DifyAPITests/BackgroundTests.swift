import Platform
import TestSupport
import Testing

@testable import DifyAPI

@Suite struct BackgroundTests {
    private let start = MonotonicTime.zero + .seconds(1000)

    private func budget(inFlight: Int = 2, perSecond: Double = 1000, share: Double = 0.25) -> RequestBudget {
        RequestBudget(limits: .init(inFlight: inFlight, perSecond: perSecond, backgroundShare: share))
    }

    /// A budget whose latest background request ended at `start` and took so long.
    private func budget(after took: Duration, share: Double = 0.25) -> RequestBudget {
        var budget = budget(share: share)
        _ = budget.admit(.background(strain: 1), at: start + (.zero - took))
        budget.end(.background, took: took, at: start)
        return budget
    }

    @Test(
        arguments: [
            (0.25, 1, 600), (0.25, 2, 1400), (0.5, 1, 200), (1, 1, 0), (1, 3, 400), (0.25, 0, 600),
        ] as [(Double, Double, Int64)])
    func `the pause after an answer of 200 ms keeps the share`(share: Double, strain: Double, pause: Int64) {
        var budget = budget(after: .milliseconds(200), share: share)
        let end = start + .milliseconds(pause)
        if pause > 0 {
            #expect(budget.admit(.background(strain: strain), at: start) == .waitUntil(end))
            #expect(budget.admit(.background(strain: strain), at: end + .milliseconds(-1)) == .waitUntil(end))
        }
        #expect(budget.admit(.background(strain: strain), at: end) == .granted)
    }

    @Test func `a fast answer is followed by a short pause`() {
        var budget = budget(after: .milliseconds(5))
        #expect(budget.admit(.background(strain: 1), at: start + .milliseconds(15)) == .granted)
    }

    @Test func `no pause is longer than a minute`() {
        var budget = budget(after: .seconds(3600))
        #expect(budget.admit(.background(strain: 6), at: start + .seconds(60)) == .granted)
    }

    @Test(arguments: [Double.nan, -1, 0, 1e-300])
    func `a share that is none leaves a pause that ends`(share: Double) {
        var budget = budget(after: .seconds(1), share: share)
        #expect(budget.admit(.background(strain: .infinity), at: start + .seconds(60)) == .granted)
    }

    @Test func `one request at a time can wait, and others go past it`() {
        var budget = budget(inFlight: 3)
        #expect(budget.admit(.background(strain: 1), at: start) == .granted)
        #expect(budget.admit(.background(strain: 1), at: start) == .waitForEnd)
        #expect(budget.admit(at: start) == .granted)
        #expect(budget.admit(at: start) == .granted)
        #expect(budget.admit(at: start) == .waitForEnd)
    }

    @Test func `regular requests do not pause for those that can wait`() {
        var budget = budget(after: .seconds(10))
        #expect(budget.admit(at: start) == .granted)
    }

    @Test func `what can wait leaves a place in each second`() {
        var budget = budget(inFlight: 9, perSecond: 3, share: 1)
        for step in 0..<2 {
            #expect(budget.admit(.background(strain: 1), at: start + .milliseconds(Int64(step))) == .granted)
            budget.end(.background, took: .zero, at: start + .milliseconds(Int64(step)))
        }
        #expect(
            budget.admit(.background(strain: 1), at: start + .milliseconds(2))
                == .waitUntil(start + .seconds(1)))
        #expect(budget.admit(at: start + .milliseconds(3)) == .granted)
        #expect(budget.admit(at: start + .milliseconds(4)) == .waitUntil(start + .seconds(1)))
    }

    @Test func `no second holds more requests than allowed, of whatever kind`() {
        var random = Seeded(4)
        for perSecond in [1, 2, 5] {
            var budget = budget(inFlight: 9, perSecond: Double(perSecond))
            var granted: [MonotonicTime] = []
            for step in 0..<20_000 {
                let now = start + .milliseconds(Int64(step))
                let urgency = Bool.random(using: &random) ? Urgency.regular : .background(strain: 1)
                guard budget.admit(urgency, at: now) == .granted else { continue }
                granted.append(now)
                budget.end(urgency.kind, took: .milliseconds(1), at: now)
            }
            for (index, moment) in granted.enumerated() where index >= perSecond {
                #expect(moment - granted[index - perSecond] >= .seconds(1))
            }
            #expect(granted.count >= 20 * perSecond)
        }
    }

    @Test func `time under way is added up by kind`() {
        var budget = budget()
        _ = budget.admit(at: start)
        _ = budget.admit(.background(strain: 1), at: start)
        budget.end(took: .seconds(2), at: start + .seconds(2))
        budget.end(.background, took: .seconds(3), at: start + .seconds(3))
        #expect(budget.spent == [.regular: .seconds(2), .background: .seconds(3)])
    }

    @Test func `a regular request that comes later is let in first`() async throws {
        let gate = RequestGate(.init(inFlight: 1, perSecond: 1000))
        #expect(await gate.enter() == .granted)
        let order = Locked<[Urgency.Kind]>([])
        let patient = Task {
            _ = await gate.enter(.background(strain: 1))
            order.withLock { $0.append(.background) }
            await gate.leave(.background)
        }
        try await Workbench.until { await gate.waiting == 1 }
        let regular = Task {
            _ = await gate.enter(.regular)
            order.withLock { $0.append(.regular) }
            await gate.leave()
        }
        try await Workbench.until { await gate.waiting == 2 }
        await gate.leave()
        await regular.value
        await patient.value
        #expect(order.withLock { $0 } == [.regular, .background])
    }
}
