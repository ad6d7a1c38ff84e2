import CivilTime
import DifyAPI
import Testing

@testable import LogCollection

@Suite struct SeriesLimitTests {
    private let now = UnixTime(seconds: 9000)

    private func settings(limit: Int, reasons: [String] = []) throws -> CollectionSettings {
        let rules = try reasons.map { FailureClassifier.Rule(reason: $0, pattern: try TextPattern($0)) }
        return CollectionSettings(classifier: FailureClassifier(ownRules: rules), seriesLimit: limit)
    }

    private func state(_ settings: CollectionSettings) -> AppState {
        var state = AppState.make()
        state.totals.adopt(settings, at: now)
        return state
    }

    private func restarted(_ state: AppState) throws -> AppState {
        let identity = Checkpoint.Identity(name: "a", baseURL: "b", difyName: nil)
        return try Checkpoint(encoded: Checkpoint(identity: identity, state: state).encoded).state
    }

    private func count(_ triggers: [String], _ state: inout AppState, _ settings: CollectionSettings) {
        for (index, trigger) in triggers.enumerated() {
            let id = "\(state.ledger.seconds.values.reduce(0) { $0 + $1.present.count }) \(index)"
            _ = state.apply(.make(id, at: 1500, trigger: trigger), at: 2000, settings: settings)
        }
    }

    @Test func `what comes when there is no room is other`() throws {
        let settings = try settings(limit: 2)
        var state = state(settings)
        count(["app-run", "webhook", "schedule", "plugin", "app-run"], &state, settings)
        let triggers = state.totals.byOrigin.map { ($0.key.origin.triggeredFrom, $0.value) }
        #expect(Dictionary(uniqueKeysWithValues: triggers) == ["app-run": 2, "webhook": 1, "other": 2])
        #expect(state.divertedSamples == 2)
    }

    @Test func `what was let in stays in after a restart`() throws {
        let settings = try settings(limit: 2)
        var state = state(settings)
        count(["webhook", "plugin", "schedule"], &state, settings)
        var second = try restarted(state)
        second.totals.adopt(settings, at: now)
        #expect(second.divertedSamples == 0)
        count(["app-run", "plugin", "webhook"], &second, settings)
        let triggers = second.totals.byOrigin.map { ($0.key.origin.triggeredFrom, $0.value) }
        #expect(Dictionary(uniqueKeysWithValues: triggers) == ["webhook": 2, "plugin": 2, "other": 2])
        #expect(second.divertedSamples == 1)
    }

    @Test func `the operators reasons exist before their first failure`() throws {
        let settings = try settings(limit: 10, reasons: ["billing", "quota", "billing"])
        #expect(state(settings).totals.failures == ["billing": 0, "quota": 0])
    }

    @Test func `reasons beyond the limit count as other`() throws {
        let settings = try settings(limit: 2, reasons: ["one", "two", "three"])
        var state = state(settings)
        _ = state.apply(.make("a", at: 1500, .failed, error: "two"), at: 2000, settings: settings)
        _ = state.apply(.make("b", at: 1500, .failed, error: "three"), at: 2000, settings: settings)
        _ = state.apply(.make("c", at: 1500, .failed, error: "429"), at: 2000, settings: settings)
        #expect(state.totals.failures == ["one": 0, "two": 1, "other": 1, "rate_limit": 1])
        // Their origins found no room either.
        #expect(state.divertedSamples == 4)
    }

    @Test func `a reason that is no longer configured keeps its series`() throws {
        let settings = try settings(limit: 2, reasons: ["one"])
        var state = state(settings)
        _ = state.apply(.make("a", at: 1500, .failed, error: "one"), at: 2000, settings: settings)
        var second = try restarted(state)
        second.totals.adopt(try self.settings(limit: 2), at: now)
        #expect(second.totals.failures == ["one": 1])
    }

    @Test func `request codes beyond the limit are other`() {
        var work = CollectionWork(since: now)
        for code in ["200", "500", "502", "200", "503"] {
            work.countRequest(code: code, seriesLimit: 2)
        }
        #expect(work.requests == ["200": 2, "500": 1, "other": 2])
        #expect(work.divertedRequests == 2)
    }
}
