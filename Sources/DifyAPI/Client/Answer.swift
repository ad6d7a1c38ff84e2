import CivilTime

/// What came of one request.
package struct Answer<Value: Sendable>: Sendable {
    package var result: Result<Value, APIError>
    /// Of an answer that is a success: 400 is one where it says that there is nothing to list.
    package var status = 200
    /// What the answer's fields told; empty when there was no answer.
    package var server = ServerFacts()
    /// When the request left, on this machine's clock.
    package var sentAt: UnixTime
    /// From the request's first byte to the answer's last; without the wait for the budget.
    package var duration: Duration = .zero
    /// Tells the keys apart that a source of answers has used, one after the other: another number is another key.
    package var keyVersion = 0

    package init(
        result: Result<Value, APIError>, status: Int = 200, server: ServerFacts = ServerFacts(), sentAt: UnixTime,
        duration: Duration = .zero
    ) {
        self.result = result
        self.status = status
        self.server = server
        self.sentAt = sentAt
        self.duration = duration
    }

    /// Whether a request left at all.
    package var wasSent: Bool {
        if case .failure(let error) = result { error.wasSent } else { true }
    }

    /// What requests are counted by: the HTTP status, or a word where there was none.
    package var code: String {
        switch result {
        case .success: String(status)
        case .failure(let error): error.code
        }
    }

    /// How far the server's clock is ahead of this machine's, to a second or so: the middle of the request here against
    /// the `Date` there, which was cut to whole seconds.
    package var clockDifference: Duration? {
        server.date.map { $0 + .milliseconds(500) - (sentAt + duration / 2) }
    }

    /// How long the server wants to be left alone by everybody; a throttling server that does not say gets a while.
    package var pauseWanted: Duration? {
        guard case .failure(.throttled(_, let wait)) = result else { return nil }
        return wait ?? .seconds(5)
    }
}
