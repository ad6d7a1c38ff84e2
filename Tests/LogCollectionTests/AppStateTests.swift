import DifyAPI
import Testing

@testable import LogCollection

@Suite struct AppStateTests {
    @Test func `a finished run counts once however often it is read`() {
        var state = AppState.make()
        #expect(state.apply(.make("a", at: 1500)) == .new)
        let counted = state
        #expect(state.apply(.make("a", at: 1500)) == .known)
        #expect(state.apply(.make("a", at: 1500, .failed, tokens: 999)) == .known)
        #expect(state.apply(.make("a", at: 1500, .running)) == .known)
        #expect(state == counted)
        #expect(state.totals.byStatus[.succeeded]?.runs == 1)
    }

    @Test func `a run counts with the values of its end`() {
        var state = AppState.make()
        #expect(state.apply(.make("a", at: 1500, .running, elapsed: 0, tokens: 0, steps: 0)) == .new)
        #expect(state.apply(.make("a", at: 1500, .paused, elapsed: 0, tokens: 70, steps: 1)) == .known)
        #expect(state.apply(.make("a", at: 1500, .running, elapsed: 0, tokens: 0, steps: 0)) == .known)
        #expect(state.unfinished.count == 1)
        #expect(state.apply(.make("a", at: 1500, .partialSucceeded, elapsed: 9, tokens: 500, exceptions: 2)) == .known)
        #expect(state.unfinished.isEmpty)
        let totals = state.totals.byStatus[.partialSucceeded]
        #expect(totals?.runs == 1)
        #expect(totals?.tokens == 500)
        #expect(totals?.duration.sum == 9)
        #expect(state.totals.exceptions == 2)
        #expect(state.totals.runsWithExceptions == 1)
    }

    @Test func `logs without a run wait for it`() {
        var state = AppState.make()
        _ = state.apply(.make("a", at: 1500, nil))
        #expect(state.unfinished[LogID("a")]?.status == .pending)
        _ = state.apply(.make("a", at: 1500, .stopped))
        #expect(state.totals.byStatus[.stopped]?.runs == 1)
    }

    @Test func `unknown statuses count as other once they have an end`() {
        var state = AppState.make()
        _ = state.apply(.make("a", at: 1500, .unknown("hibernating")))
        #expect(state.unfinished[LogID("a")]?.status == .pending)
        _ = state.apply(.make("a", at: 1500, .unknown("exploded"), finishedAt: 1600))
        #expect(state.totals.byStatus[.other]?.runs == 1)
    }

    @Test func `what is older than the ledger is decided`() {
        var state = AppState.make(start: 1000)
        #expect(state.apply(.make("old", at: 999)) == .forgotten)
        #expect(state.totals.byStatus[.succeeded]?.runs == 0)
    }

    @Test func `an unfinished run older than the ledger still counts`() {
        var state = AppState.make(start: 1000)
        _ = state.apply(.make("a", at: 1500, .running))
        _ = state.apply(.make("b", at: 9000))
        state.finalUntil = 8900
        state.forget(lateLimit: 0)
        #expect(state.ledger.floor == 8900)
        #expect(state.apply(.make("a", at: 1500)) == .known)
        #expect(state.totals.byStatus[.succeeded]?.runs == 2)
        #expect(state.apply(.make("a", at: 1500)) == .forgotten)
        #expect(state.totals.byStatus[.succeeded]?.runs == 2)
    }

    @Test func `nothing is forgotten that may still get rows which are late by the limit`() {
        var state = AppState.make(start: 1000)
        _ = state.apply(.make("a", at: 9000))
        state.finalUntil = 50_000
        state.forget(lateLimit: 960)
        #expect(state.ledger.floor == 8040)
    }

    @Test func `what a clock that was ahead called final is compared again as far as it is remembered`() {
        var state = AppState.make(start: 1000)
        _ = state.apply(.make("a", at: 9000))
        (state.frontier, state.completeUntil, state.finalUntil) = (99_000, 98_940, 8900)
        state.forget(lateLimit: 960)
        state.rewind(to: 9500)
        #expect(state.frontier == 9500)
        #expect(state.completeUntil == 9500)
        #expect(state.finalUntil == 8040)
        // A second or two are no clock that was ahead.
        state.finalUntil = 9000
        state.completeUntil = 9440
        state.rewind(to: 9498)
        #expect(state.finalUntil == 9000)
    }

    @Test func `a log that is gone is abandoned and not counted when it comes back`() {
        var state = AppState.make()
        _ = state.apply(.make("a", at: 1500, .running))
        _ = state.apply(.make("b", at: 1500))
        state.concludeRead(of: Window(first: 1400, last: 1600), seen: [LogID("b")])
        #expect(state.totals.abandoned == [.deleted: 1])
        #expect(state.ledger.count(in: Window(first: 1400, last: 1600)) == 1)
        #expect(state.apply(.make("a", at: 1500)) == .known)
        #expect(state.totals.byStatus[.succeeded]?.runs == 1)
        #expect(state.ledger.count(in: Window(first: 1400, last: 1600)) == 2)
    }

    @Test func `runs that never end are given up`() {
        var state = AppState.make()
        _ = state.apply(.make("a", at: 1500, .running))
        _ = state.apply(.make("b", at: 1900, .running))
        state.abandonRuns(olderThan: 300, at: 2000)
        #expect(state.totals.abandoned == [.expired: 1])
        #expect(Set(state.unfinished.keys) == [LogID("b")])
    }

    @Test func `the status filter acts while counting`() {
        var state = AppState.make()
        let settings = CollectionSettings(countedStatus: .failed)
        _ = state.apply(.make("a", at: 1500), at: 2000, settings: settings)
        _ = state.apply(.make("b", at: 1500, .failed), at: 2000, settings: settings)
        #expect(state.totals.byStatus[.succeeded]?.runs == 0)
        #expect(state.totals.byStatus[.failed]?.runs == 1)
        #expect(state.ledger.count(in: Window(second: 1500)) == 2)
    }

    @Test func `absurd values neither fall nor trap`() {
        var state = AppState.make()
        for id in ["a", "b", "c"] {
            _ = state.apply(.make(id, at: 1500, elapsed: -5, tokens: .max, steps: -1, exceptions: nil))
        }
        #expect(state.totals.byStatus[.succeeded]?.tokens == .max)
        #expect(state.totals.byStatus[.succeeded]?.steps == 0)
        #expect(state.totals.byStatus[.succeeded]?.duration.sum == 0)
    }

    @Test func `an open second holds back what is claimed to be complete`() {
        var state = AppState.make()
        state.completeUntil = 5000
        _ = state.openWindows.open(4000...4000, at: 5000, lateLimit: 960) { _ in 0 }
        #expect(state.collectedUntil == 4000)
    }

    @Test func `log i ds of UUI ds are their bits and others are hashed`() {
        let uuid = LogID("5a9196f0-bd6b-481a-a8f6-e0bd0f977044")
        #expect(uuid == LogID(high: 0x5a91_96f0_bd6b_481a, low: 0xa8f6_e0bd_0f97_7044))
        #expect(uuid == LogID("5A9196F0-BD6B-481A-A8F6-E0BD0F977044"))
        #expect(LogID("log-1") != LogID("log-2"))
        #expect(LogID("5a9196f0-bd6b-481a-a8f6-e0bd0f97704g") != uuid)
    }
}

@Suite struct UnfinishedRunTests {
    @Test func `looks grow rarer with age`() {
        func pause(age: Int64) -> Int64 {
            UnfinishedRun(second: 0, runID: nil, status: .running, seenAt: age, interval: .seconds(30)).nextLook - age
        }
        #expect(pause(age: 1) == 30)
        #expect(pause(age: 800) == 100)
        #expect(pause(age: 691_200) == 86_400)
    }
}

@Suite struct RoundPlanTests {
    @Test func `a quiet app needs one window`() {
        var state = AppState.make(start: 1000)
        for second in stride(from: Int64(1900), to: 1990, by: 10) { _ = state.apply(.make("\(second)", at: second)) }
        state.frontier = 1998
        state.completeUntil = 1940
        let plan = RoundPlan(state: state, at: 2030, includesFarAudit: false)
        #expect(plan.forwardStart == 1940)
        #expect(plan.audits.isEmpty && plan.looks.isEmpty)
        let far = RoundPlan(state: state, at: 2030, includesFarAudit: true)
        #expect(far.forwardStart == 1000)
        #expect(far.audits.isEmpty)
    }

    @Test func `a busy app is proven by counts`() {
        var state = AppState.make(start: 1000)
        for index in 0..<1000 { _ = state.apply(.make("\(index)", at: 1000 + Int64(index))) }
        state.frontier = 1998
        state.completeUntil = 1940
        let plan = RoundPlan(state: state, at: 2030, includesFarAudit: true)
        #expect(plan.forwardStart == 1998)
        #expect(plan.audits == [Window(first: 1940, last: 1997), Window(first: 1000, last: 1939)])
    }

    @Test func `a busy app is proven by the count that comes with its new rows`() {
        var state = AppState.make(start: 1000)
        for index in 0..<1000 { _ = state.apply(.make("\(index)", at: 1000 + Int64(index))) }
        (state.frontier, state.completeUntil) = (1998, 1940)
        let plan = RoundPlan(state: state, at: 2029, includesFarAudit: false, mayCount: true)
        #expect(plan.forwardStart == 1998)
        // Two rows of young seconds, thirty new ones, and nine more for chance.
        #expect(plan.counting == CountedReading(first: 1000, known: 998, rows: 42))
        #expect(plan.audits == [Window(first: 1940, last: 1997), Window(first: 1000, last: 1939)])
    }

    @Test func `nothing is counted along where a window is open or a row cannot be served`() {
        var state = AppState.make(start: 1000)
        for index in 0..<1000 { _ = state.apply(.make("\(index)", at: 1000 + Int64(index))) }
        (state.frontier, state.completeUntil) = (1998, 1940)
        var open = state
        _ = open.openWindows.open(1500...1510, at: 2000, lateLimit: 960) { _ in 10 }
        #expect(RoundPlan(state: open, at: 2030, includesFarAudit: true, mayCount: true).counting == nil)
        _ = state.noteUnreadable(1, second: 1600, at: 2000)
        #expect(RoundPlan(state: state, at: 2030, includesFarAudit: true, mayCount: true).counting == nil)
    }

    @Test func `where runs last long they are looked at in each round, as far as one page reaches`() {
        var state = AppState.make(start: 1000)
        for index in 0..<100 {
            _ = state.apply(.make("\(index)", at: 1000 + 10 * Int64(index), index < 40 ? .succeeded : .running))
        }
        (state.frontier, state.completeUntil) = (1998, 1940)
        #expect(RoundPlan(state: state, at: 2000, includesFarAudit: false, mayCount: true).forwardStart == 1400)
        // A run that lasts long among others that ended is not worth their rows.
        for index in 41..<100 { _ = state.apply(.make("\(index)", at: 1000 + 10 * Int64(index), .succeeded)) }
        #expect(RoundPlan(state: state, at: 1400, includesFarAudit: false, mayCount: true).forwardStart == 1998)
    }

    @Test func `unfinished runs nearby are read along and far ones share windows`() {
        var state = AppState.make(start: 1000)
        for index in 0..<1000 {
            let second = 1000 + Int64(index)
            let isOpen = [1100, 1103, 1500, 1990].contains(second)
            _ = state.apply(.make("\(index)", at: second, isOpen ? .running : .succeeded))
        }
        state.frontier = 1998
        state.completeUntil = 1998
        let plan = RoundPlan(state: state, at: 2500, includesFarAudit: false)
        #expect(plan.forwardStart == 1990)
        #expect(plan.looks.map(\.window) == [Window(second: 1500), Window(first: 1100, last: 1103)])
        #expect(plan.looks.map(\.runs.count) == [1, 2])
    }

    @Test func `of many runs that are due at once, those that have waited longest come first`() {
        var state = AppState.make(start: 0)
        for index in 0..<200 {
            // 99 known rows between two unfinished ones, so that none share a window.
            for row in 1..<100 { _ = state.apply(.make("\(index)-\(row)", at: Int64(index) * 10 + 5)) }
            _ = state.apply(.make("\(index)", at: Int64(index) * 10, .running), at: Int64(10_000 + index % 100))
        }
        state.frontier = 20_000
        let plan = RoundPlan(state: state, at: 100_000, includesFarAudit: false)
        let seconds = plan.looks.map(\.window.first)
        #expect(seconds.count == RoundPlan.looksInARound)
        #expect(seconds == seconds.sorted(by: >))
        let due = state.unfinished.values.map(\.nextLook).sorted()[RoundPlan.looksInARound - 1]
        #expect(plan.looks.flatMap(\.runs).allSatisfy { state.unfinished[$0]?.nextLook ?? .max <= due })
    }

    @Test func `runs that are not due are left alone`() {
        var state = AppState.make(start: 1000)
        _ = state.apply(.make("a", at: 1100, .running), at: 1995)
        state.frontier = 1998
        #expect(RoundPlan(state: state, at: 2000, includesFarAudit: false).looks.isEmpty)
    }

    @Test func `an unreadable row among forgotten ones is not waited for, since its neighbours would count again`() {
        var state = AppState.make(start: 1000)
        #expect(state.apply(.make("a", at: 1500, .succeeded), at: 1510) == .new)
        _ = state.apply(.make("b", at: 2500, .succeeded), at: 2510)
        state.frontier = 2600
        state.complete(until: 2600)
        state.finalize(until: 2000)
        state.forget(lateLimit: 0)
        #expect(state.noteUnreadable(2, second: 1500, at: 2600) == 0)
        #expect(state.apply(.make("a", at: 1500, .succeeded), at: 2600) == .forgotten)
        #expect(state.noteUnreadable(2, second: 2500, at: 2600) == 2)
        #expect(state.apply(.make("b", at: 2500, .succeeded), at: 2600) == .known)
    }

    @Test func `a row that is read after all is no longer one of the unreadable ones of its second`() {
        var state = AppState.make(start: 1000)
        #expect(state.noteUnreadable(2, second: 1500, at: 1600) == 2)
        for _ in 0..<2 { _ = state.apply(.make("a", at: 1500, .succeeded), at: 1630) }
        let window = Window(first: 1000, last: 1999)
        #expect(state.ledger.count(in: window) + state.unreadable.count(in: window) == 2)
        for id in ["b", "c"] { _ = state.apply(.make(id, at: 1500, .succeeded), at: 1630) }
        #expect(state.unreadable.count(in: window) == 0)
        #expect(state.unreadable.seconds[1500] != nil)
    }

    @Test func `what was planned by a clock that was ahead does not wait for it`() {
        var state = AppState.make(start: 1000)
        _ = state.apply(.make("a", at: 1500, .running), at: 90_000)
        state.frontier = 2000
        let tried = OpenWindow(1600...1700, since: 1700, attempts: 2, nextTry: 0)
        _ = state.openWindows.open(1600...1700, at: 90_000, .readInVain(tried), lateLimit: 100_000) { _ in 0 }
        _ = state.noteUnreadable(1, second: 1800, at: 90_000)
        state.hasten(at: 2000, interval: .seconds(30))
        // An eighth of the run's age of 500 s.
        #expect(state.unfinished[LogID("a")]?.nextLook == 2062)
        #expect(state.openWindows.due(at: 2000 + 480, lateLimit: 960).count == 1)
        #expect(state.unreadable.due(at: 2000 + 1800) == [1800])
        let hastened = state
        state.hasten(at: 2000, interval: .seconds(30))
        #expect(state == hastened)
    }
}
