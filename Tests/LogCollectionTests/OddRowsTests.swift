import DifyAPI
import Foundation
import Testing

@testable import LogCollection

/// The 24 oddest rows of a real Dify 1.13.0: nulls, absent creators, statuses that do not end, absurd numbers, endless errors.
@Suite struct OddRowsTests {
    /// What each row is to be taken for, by the beginning of its log's id, in the order of the answer.
    private static let expected: [(id: String, outcome: String)] = [
        ("5a9196f0", "succeeded"), ("bfdefc15", "stopped"), ("9c9011ef", "partial-succeeded"), ("b8c9817a", "paused"),
        ("a91c2439", "running"), ("78572976", "pending"), ("7e26f36a", "failed invalid_input"),
        ("8857f9a4", "succeeded"), ("2587be6b", "succeeded"), ("7bdc968b", "succeeded"),
        ("068739fa", "failed invalid_input"), ("66836886", "failed other"), ("6b4013ef", "failed other"),
        ("aec6f024", "failed other"), ("eab477d2", "succeeded"), ("ae658f33", "succeeded"), ("59a54a7b", "succeeded"),
        ("2a3af4d4", "succeeded"), ("cb5c7427", "succeeded"), ("b64ce422", "succeeded"), ("6b4cb242", "succeeded"),
        ("0f21ddb6", "pending"), ("d23f0824", "succeeded"), ("2ee0289d", "succeeded"),
    ]

    private func page() throws -> LogPage {
        let file = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
            .appending(path: "odd-rows.json")
        return try LogPage(json: [UInt8](Data(contentsOf: file)))
    }

    @Test func `every row has its outcome`() throws {
        let outcomes = try page().logs.map { log -> (id: String, outcome: String) in
            switch RunOutcome(log) {
            case .open(let status): return (String(log.id.text.prefix(8)), status.rawValue)
            case .finished(let run):
                let reason = run.status == .failed ? " " + FailureClassifier().reason(for: run.error) : ""
                return (String(log.id.text.prefix(8)), run.status.rawValue + reason)
            }
        }
        #expect(outcomes.count == 24)
        for (found, expected) in zip(outcomes, Self.expected) { #expect(found == expected) }
    }

    @Test func `they add up`() throws {
        var state = AppState(start: 0, buckets: .init(), at: .init(seconds: 0))
        for log in try page().logs {
            #expect(state.apply(log, at: 1_795_390_000, settings: CollectionSettings()) == .new)
        }
        #expect(state.unfinished.count == 4)
        let succeeded = try #require(state.totals.byStatus[.succeeded])
        #expect(succeeded.runs == 13)
        #expect(succeeded.tokens == 5_000_042_585)
        #expect(state.totals.byStatus[.failed]?.runs == 5)
        #expect(state.totals.failures == ["invalid_input": 2, "other": 3])
    }
}
