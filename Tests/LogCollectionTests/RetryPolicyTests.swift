import DifyAPI
import Testing

@testable import LogCollection

@Suite struct RetryPolicyTests {
    private func repetitions(after error: APIError) -> Int {
        var policy = RetryPolicy()
        return (1...20).prefix { policy.pause(after: error, attempts: $0, jitter: 0.5) != nil }.count
    }

    @Test(
        arguments: [
            (.server(status: 500, message: ""), 3), (.connection(message: ""), 3),
            (.notDify(status: 200, message: ""), 3),
            (.throttled(status: 429, retryAfter: .seconds(10)), 3),
            (.throttled(status: 429, retryAfter: .seconds(11)), 0),
            (.timeout(after: .seconds(60)), 1), (.oversized(message: ""), 0), (.paused(for: .seconds(60)), 0),
            (.refused(.appGone, status: 403, message: ""), 0), (.authentication(message: ""), 0), (.cancelled, 0),
        ] as [(APIError, Int)])
    func `a request is repeated as often as may help`(error: APIError, count: Int) {
        #expect(repetitions(after: error) == count)
    }

    @Test func `a collection repeats twelve requests at most`() {
        var policy = RetryPolicy()
        let pauses = (0..<40).count { _ in
            policy.pause(after: .server(status: 500, message: ""), attempts: 1, jitter: 0) != nil
        }
        #expect(pauses == 12)
    }
}
