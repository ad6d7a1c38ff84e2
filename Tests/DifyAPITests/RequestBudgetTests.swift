import CivilTime
import Testing

@testable import DifyAPI

@Suite struct RequestBudgetTests {
    private let start = UnixTime(seconds: 1000)

    @Test func noSecondHoldsMoreRequestsThanAllowed() {
        for perSecond in [0.3, 1, 2.5, 5, 20] {
            var budget = RequestBudget(limits: .init(inFlight: 1000, perSecond: perSecond))
            var granted: [UnixTime] = []
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

    @Test func requestsInFlightAreLimited() {
        var budget = RequestBudget(limits: .init(inFlight: 2, perSecond: 1000))
        #expect(budget.admit(at: start) == .granted)
        #expect(budget.admit(at: start) == .granted)
        #expect(budget.admit(at: start) == .waitForEnd)
        budget.end()
        #expect(budget.admit(at: start) == .granted)
    }

    @Test func aPauseHoldsEverybodyBackAndNeverGetsShorter() {
        var budget = RequestBudget(limits: .init(inFlight: 9, perSecond: 1000))
        budget.pause(until: start + .seconds(10))
        budget.pause(until: start + .seconds(5))
        #expect(budget.admit(at: start) == .waitUntil(start + .seconds(10)))
        #expect(budget.admit(at: start + .seconds(10)) == .granted)
    }

    @Test func otherLimitsHoldFromNowOn() {
        var budget = RequestBudget(limits: .init(inFlight: 9, perSecond: 4))
        for _ in 0..<4 { #expect(budget.admit(at: start) == .granted) }
        budget.pause(until: start + .milliseconds(100))
        budget.adopt(.init(inFlight: 9, perSecond: 8))
        #expect(budget.admit(at: start) == .waitUntil(start + .milliseconds(100)))
        for _ in 0..<4 { #expect(budget.admit(at: start + .milliseconds(100)) == .granted) }
        #expect(budget.admit(at: start + .milliseconds(100)) == .waitUntil(start + .seconds(1)))
        budget.adopt(.init(inFlight: 9, perSecond: 1))
        #expect(budget.admit(at: start + .milliseconds(1099)) == .waitUntil(start + .milliseconds(1100)))
        budget.adopt(.init(inFlight: 8, perSecond: 1))
        #expect(budget.admit(at: start + .seconds(2)) == .waitForEnd)
    }

    @Test func aClockThatIsSetBackLocksNobodyOutForLong() {
        var budget = RequestBudget(limits: .init(inFlight: 9, perSecond: 1))
        #expect(budget.admit(at: start) == .granted)
        let earlier = start - .seconds(3600)
        #expect(budget.admit(at: earlier) == .waitUntil(earlier + .seconds(1)))
    }
}

@Suite struct RequestGateTests {
    @Test func waitersAreLetInAsOthersLeaveAndCancelledOnesGiveUp() async {
        let gate = RequestGate(inFlight: 1, perSecond: 1000)
        #expect(await gate.enter())
        let cancelled = Task { await gate.enter() }
        cancelled.cancel()
        #expect(await cancelled.value == false)
        let waiting = Task { await gate.enter() }
        await gate.leave()
        #expect(await waiting.value)
        await gate.leave()
    }
}
