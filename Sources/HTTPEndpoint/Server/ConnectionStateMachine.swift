/// Everything that one connection decides: bytes and the time come in, answers' bytes and actions go out.
///
/// It owns no socket and reads no clock. After ``Action/close`` or ``Action/reset`` it ignores whatever happens.
package struct ConnectionStateMachine: Sendable {
    /// What the owner of the socket has to do, in the order given.
    package enum Action: Sendable, Equatable {
        /// Answer this request, and hand the answer to ``answered(_:at:)``. No other follows before that.
        case handle(HTTPRequest)

        /// The client has gone: nobody waits for the answer any more. It may still be handed in.
        case cancelHandler

        /// Everything is sent: end the sending half, so that the client can read to the end.
        case finishWriting
        case close

        /// Close so that the client sees a reset and the kernel keeps nothing.
        case reset
    }

    private enum State {
        /// Nothing of a request has come.
        case idle(since: ContinuousClock.Instant)
        case receivingHead(since: ContinuousClock.Instant)
        case receivingBody(since: ContinuousClock.Instant)
        case handling(RequestParser.Received)

        /// Bytes wait in `output`; `progress` is when the client last took some.
        case answering(keepsAlive: Bool, progress: ContinuousClock.Instant)

        /// The sending half is closed, and what still comes is thrown away. A close at once would reset the connection
        /// if unread bytes were left, and the client could lose the answer (RFC 9112 §9.6).
        case draining(since: ContinuousClock.Instant)
        case closed
    }

    private static let drainDeadline = Duration.seconds(2)

    private let limits: HTTPServer.Limits
    private var parser: RequestParser
    private var state: State
    private var output: [UInt8] = []
    private var written = 0
    private var hasPeerFinished = false
    private var isShuttingDown = false

    /// A connection that was accepted at this moment.
    package init(limits: HTTPServer.Limits, at now: Moment) {
        self.limits = limits
        parser = RequestParser(headLimit: limits.headBytes, bodyLimit: limits.bodyBytes)
        state = .idle(since: now.instant)
    }

    /// A connection that is one too many: it gets 503 whatever it asks.
    package init(refusingWith limits: HTTPServer.Limits, at now: Moment) {
        self.init(limits: limits, at: now)
        refuse(RequestRefusal(503, "too many connections are open"), at: now)
    }
}

// MARK: - What the connection wants

extension ConnectionStateMachine {
    /// The bytes to send next; empty when there are none.
    package var pendingOutput: ArraySlice<UInt8> { output[written...] }

    package var wantsToWrite: Bool { written < output.count }

    /// False once the client has finished sending, and while more is buffered than the largest request has.
    package var wantsToRead: Bool {
        switch state {
        case .closed: false
        case .draining: true
        default: !hasPeerFinished && parser.unreadBytes <= limits.headBytes + limits.bodyBytes
        }
    }

    /// When to call ``deadlinePassed(at:)``; nil while only the handler is waited for.
    package var deadline: ContinuousClock.Instant? {
        switch state {
        case .idle(let since): since + limits.idleDeadline
        case .receivingHead(let since), .receivingBody(let since): since + limits.headDeadline
        case .answering(_, let progress): progress + limits.writeDeadline
        case .draining(let since): since + Self.drainDeadline
        case .handling, .closed: nil
        }
    }

    /// Since when the connection could be closed without breaking off a request; nil where it could not.
    package var idleSince: ContinuousClock.Instant? {
        switch state {
        case .idle(let since), .draining(let since): since
        default: nil
        }
    }
}

// MARK: - What happens to it

extension ConnectionStateMachine {
    /// The client sent bytes.
    package mutating func received(_ bytes: ArraySlice<UInt8>, at now: Moment) -> [Action] {
        switch state {
        case .draining, .closed: return []
        default: parser.append(bytes)
        }
        return readOn(at: now)
    }

    /// The client finished sending. It may still wait for answers, or have gone: the two look alike until something is
    /// written. So what it asked for is answered, but a handler that can stop early is told to.
    package mutating func peerFinished(at now: Moment) -> [Action] {
        hasPeerFinished = true
        switch state {
        case .handling: return [.cancelHandler]
        case .draining: return close()
        default: return readOn(at: now)
        }
    }

    /// The handler's answer is there.
    package mutating func answered(_ response: HTTPResponse, at now: Moment) -> [Action] {
        guard case .handling(let received) = state else { return [] }
        guard response.delivery != .reset else { return close(.reset) }
        let keepsAlive = received.keepsAlive && !isShuttingDown && !response.endsConnection
        let framing = HTTPResponse.Framing(
            isHead: received.request.method == "HEAD", isHTTP10: received.isHTTP10, keepsAlive: keepsAlive)
        output += response.encoded(framing, now: now.date)
        state = .answering(keepsAlive: keepsAlive, progress: now.instant)
        return []
    }

    /// The client's side took so many bytes of ``pendingOutput``.
    package mutating func wrote(_ count: Int, at now: Moment) -> [Action] {
        written += count
        let isComplete = written == output.count
        if isComplete { (output, written) = ([], 0) }
        guard case .answering(let keepsAlive, _) = state else { return [] }
        guard isComplete else {
            state = .answering(keepsAlive: keepsAlive, progress: now.instant)
            return []
        }
        guard !keepsAlive else {
            state = .idle(since: now.instant)
            return readOn(at: now)
        }
        guard !hasPeerFinished, !isShuttingDown else { return close() }
        state = .draining(since: now.instant)
        return [.finishWriting]
    }

    /// The ``deadline`` has come; before it, nothing happens.
    package mutating func deadlinePassed(at now: Moment) -> [Action] {
        guard let deadline, deadline <= now.instant else { return [] }
        switch state {
        case .receivingHead, .receivingBody:
            refuse(RequestRefusal(408, "the request took too long to arrive"), at: now)
            return []
        case .answering: return close(.reset)
        default: return close()
        }
    }

    /// The server stops: an answer under way is the last one.
    package mutating func shutDown() -> [Action] {
        isShuttingDown = true
        switch state {
        case .handling: return []
        case .answering(_, let progress):
            state = .answering(keepsAlive: false, progress: progress)
            return []
        default: return close()
        }
    }
}

// MARK: - Transitions

extension ConnectionStateMachine {
    /// Looks for the next request in what has come, unless one is being answered.
    private mutating func readOn(at now: Moment) -> [Action] {
        switch state {
        case .idle, .receivingHead, .receivingBody: break
        case .handling, .answering, .draining, .closed: return []
        }
        do throws(RequestRefusal) {
            if let received = try parser.next() {
                state = .handling(received)
                return [.handle(received.request)]
            }
            if hasPeerFinished {
                guard parser.isMidRequest else { return close() }
                throw RequestRefusal(400, "the request ends too early")
            }
        } catch {
            refuse(error, at: now)
            return []
        }
        waitForMore(at: now)
        return []
    }

    private mutating func waitForMore(at now: Moment) {
        if parser.takeContinue() { output += "HTTP/1.1 100 Continue\r\n\r\n".utf8 }
        switch state {
        case .idle where parser.awaitsBody, .receivingHead where parser.awaitsBody:
            state = .receivingBody(since: now.instant)
        case .idle where parser.isMidRequest:
            state = .receivingHead(since: now.instant)
        default: break
        }
    }

    private mutating func refuse(_ refusal: RequestRefusal, at now: Moment) {
        let framing = HTTPResponse.Framing(isHead: parser.isReadingHEAD, keepsAlive: false)
        output += refusal.response.encoded(framing, now: now.date)
        state = .answering(keepsAlive: false, progress: now.instant)
    }

    private mutating func close(_ action: Action = .close) -> [Action] {
        (output, written) = ([], 0)
        if case .closed = state { return [] }
        state = .closed
        return [action]
    }
}
