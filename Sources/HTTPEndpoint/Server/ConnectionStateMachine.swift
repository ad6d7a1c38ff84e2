import Platform

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
        /// A TLS handshake has to come first.
        case securing(Handshake, since: MonotonicTime)

        /// Nothing of a request has come.
        case idle(since: MonotonicTime)
        case receivingHead(Arrival)
        case receivingBody(Arrival)
        case handling(RequestParser.Received, since: MonotonicTime)

        /// Bytes wait in `output`.
        case answering(Delivery)

        /// The sending half is closed, and what still comes is thrown away. A close at once would reset the connection
        /// if unread bytes were left, and the client could lose the answer (RFC 9112 §9.6).
        case draining(since: MonotonicTime)

        /// What it cost was given to another client. What still comes is thrown away.
        /// `hasAnswer` where a part of an answer is on its way.
        case spent(since: MonotonicTime, hasAnswer: Bool)
        case closed
    }

    /// How far the TLS handshake is.
    private enum Handshake {
        /// The client's first message is not here as a whole.
        case awaited

        /// It is here, and a session is waited for.
        case queued
        case underWay
    }

    /// A part of a request on its way here.
    private struct Arrival {
        let since: MonotonicTime
        var bytes: Int
    }

    /// An answer on its way to the client.
    private struct Delivery {
        var keepsAlive: Bool

        /// Whether it is a handler's, not a refusal.
        let completesRequest: Bool

        /// When all of it must have been taken.
        let deadline: MonotonicTime

        /// When the client last took some of it.
        var progress: MonotonicTime
    }

    private static let drainDeadline = Duration.seconds(2)

    private let limits: HTTPServer.Limits
    private var parser: RequestParser
    private var state: State
    private var output = Output()
    private var hasCompletedRequest = false
    private var hasPeerFinished = false
    private var isShuttingDown = false

    /// A connection that was accepted at this moment. `isSecured` where a TLS handshake has to come first:
    /// ``handshakeArrived(at:)``, ``handshakeBegan(at:)`` and ``handshakeFinished(at:)`` tell of it.
    package init(limits: HTTPServer.Limits, isSecured: Bool = false, at now: Moment) {
        self.limits = limits
        parser = RequestParser(headLimit: limits.headBytes, bodyLimit: limits.bodyBytes)
        state = isSecured ? .securing(.awaited, since: now.instant) : .idle(since: now.instant)
    }

    /// A connection that is one too many: it gets 503 whatever it asks.
    package init(refusingWith limits: HTTPServer.Limits, at now: Moment) {
        self.init(limits: limits, at: now)
        refuse(RequestRefusal(503, "too many connections are open"), at: now)
    }
}

// MARK: - What the connection wants

extension ConnectionStateMachine {
    /// The bytes to send next, in this order; both empty when there are none. A long body is put together in `part`.
    package func pendingOutput(by part: inout LongBodyPart) -> (own: ArraySlice<UInt8>, body: ArraySlice<UInt8>) {
        output.pending(by: &part)
    }

    package var wantsToWrite: Bool { !output.isEmpty }

    /// The body that is held until all of it is sent.
    var sharedBody: SharedBody? { output.sharedBody }

    /// Bytes of requests that are not delivered yet.
    var receivedBytes: Int { parser.unreadBytes }

    /// Whether what comes next begins a request.
    var awaitsRequest: Bool {
        if case .idle = state { parser.isFresh } else { false }
    }

    /// The request that is handled, where nothing has come behind it.
    var onlyRequest: RequestParser.Received? {
        if case .handling(let received, _) = state, parser.isFresh { received } else { nil }
    }

    /// Whether the TLS handshake is under way, and has a session.
    var isSecuring: Bool {
        if case .securing(.underWay, _) = state { true } else { false }
    }

    /// Whether the first message of a TLS handshake is waited for.
    var awaitsHandshake: Bool {
        if case .securing(.awaited, _) = state { true } else { false }
    }

    /// False once the client has finished sending, and while a request waits for the answer to the one before.
    package var wantsToRead: Bool {
        switch state {
        case .closed, .securing(.queued, _): false
        case .draining, .spent, .securing: true
        case .handling, .answering: !hasPeerFinished && parser.unreadBytes == 0
        case .idle, .receivingHead, .receivingBody: !hasPeerFinished
        }
    }

    /// When to call ``deadlinePassed(at:)``; nil while only the handler is waited for.
    package var deadline: MonotonicTime? {
        switch state {
        case .securing(_, let since), .spent(let since, _): since + limits.headDeadline
        case .idle(let since): since + limits.idleDeadline
        case .receivingHead(let arrival), .receivingBody(let arrival):
            arrival.since
                + min(limits.headDeadline, limits.headGrace + Self.time(for: arrival.bytes, at: limits.headRate))
        case .answering(let delivery): min(delivery.progress + limits.writeDeadline, delivery.deadline)
        case .draining(let since): since + Self.drainDeadline
        case .handling, .closed: nil
        }
    }

    /// What the connection is worth when places run short; nil once it is closed.
    var rank: ConnectionRanking.Rank? {
        switch state {
        case .securing(.awaited, let since): .init(standing: .awaitingHandshake, since: since)
        case .securing(.queued, let since): .init(standing: .queued, since: since)
        case .securing(.underWay, let since): .init(standing: .unfinished, since: since)
        case .idle(let since): .init(standing: hasCompletedRequest ? .proven : .silent, since: since)
        case .receivingHead(let arrival), .receivingBody(let arrival):
            .init(standing: .unfinished, since: arrival.since)
        case .handling(_, let since): .init(standing: .handling, since: since)
        case .answering(let delivery): .init(standing: .answering, since: delivery.progress)
        case .draining(let since): .init(standing: .draining, since: since)
        case .spent(let since, let hasAnswer): .init(standing: hasAnswer ? .stalled : .spent, since: since)
        case .closed: nil
        }
    }

    /// How long so many bytes take at so many in a second.
    private static func time(for bytes: Int, at rate: Int) -> Duration {
        .milliseconds(bytes.multipliedReportingOverflow(by: 1000).partialValue / max(1, rate))
    }
}

// MARK: - What happens to it

extension ConnectionStateMachine {
    /// The first message of the TLS handshake is here as a whole.
    package mutating func handshakeArrived(at now: Moment) {
        guard case .securing(.awaited, _) = state else { return }
        state = .securing(.queued, since: now.instant)
    }

    /// The TLS handshake has got a session, and takes its steps.
    package mutating func handshakeBegan(at now: Moment) {
        guard case .securing(.queued, _) = state else { return }
        state = .securing(.underWay, since: now.instant)
    }

    /// The TLS handshake is done: requests may come.
    package mutating func handshakeFinished(at now: Moment) {
        guard case .securing = state else { return }
        state = .idle(since: now.instant)
    }

    /// The handshake failed, and the client has been told why. What it has sent meanwhile is thrown away.
    package mutating func handshakeFailed(at now: Moment) -> [Action] {
        guard case .securing = state else { return [] }
        guard !hasPeerFinished else { return close() }
        state = .draining(since: now.instant)
        return [.finishWriting]
    }

    /// Its TLS session, or the memory of its answer, goes to another client. Who never completed a request is not told so: a
    /// flood would come again at once, and cost as much again. Who did is, to ask again over a new connection.
    package mutating func givenUp(at now: Moment) -> [Action] {
        let hasAnswer: Bool
        switch state {
        case .closed: return []
        case .securing, .idle, .receivingHead, .receivingBody: hasAnswer = false
        case .answering: hasAnswer = true
        case .handling, .draining, .spent: return close()
        }
        guard !hasCompletedRequest, !hasPeerFinished else { return close(hasAnswer ? .reset : .close) }
        parser = RequestParser(headLimit: limits.headBytes, bodyLimit: limits.bodyBytes)
        output = Output()
        state = .spent(since: now.instant, hasAnswer: hasAnswer)
        return []
    }

    /// The client does not speak TLS where it has to, but HTTP: it is told so, in the clear.
    package mutating func handshakeRefused(at now: Moment) {
        guard case .securing = state else { return }
        refuse(RequestRefusal(400, "Client sent an HTTP request to an HTTPS server."), at: now)
    }

    /// The client sent bytes.
    package mutating func received(_ bytes: ArraySlice<UInt8>, at now: Moment) -> [Action] {
        switch state {
        case .securing, .draining, .spent, .closed: return []
        default: parser.append(bytes)
        }
        note(bytes.count)
        return readOn(at: now)
    }

    /// The client sent this request, and nothing else, while the next one was awaited.
    mutating func received(_ request: RequestParser.Received, at now: Moment) -> [Action] {
        guard awaitsRequest else { return [] }
        state = .handling(request, since: now.instant)
        return [.handle(request.request)]
    }

    /// The client finished sending. It may still wait for answers, or have gone: the two look alike until something is
    /// written. So what it asked for is answered, but a handler that can stop early is told to.
    package mutating func peerFinished(at now: Moment) -> [Action] {
        hasPeerFinished = true
        switch state {
        case .handling: return [.cancelHandler]
        case .draining, .spent, .securing: return close()
        default: return readOn(at: now)
        }
    }

    /// The handler's answer is there.
    package mutating func answered(_ response: HTTPResponse, at now: Moment) -> [Action] {
        guard case .handling(let received, _) = state else { return [] }
        guard response.delivery != .reset else { return close(.reset) }
        let keepsAlive = received.keepsAlive && !isShuttingDown && !response.endsConnection
        let framing = HTTPResponse.Framing(
            isHead: received.request.method == "HEAD", isHTTP10: received.isHTTP10, keepsAlive: keepsAlive)
        send(response, framing, completesRequest: true, at: now)
        return []
    }

    /// The client's side took so many bytes of ``pendingOutput``.
    package mutating func wrote(_ count: Int, at now: Moment) -> [Action] {
        output.wrote(count)
        guard case .answering(var delivery) = state else { return [] }
        guard output.isEmpty else {
            delivery.progress = now.instant
            state = .answering(delivery)
            return []
        }
        if delivery.completesRequest { hasCompletedRequest = true }
        guard !delivery.keepsAlive else {
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
        case .answering, .spent(_, hasAnswer: true): return close(.reset)
        default: return close()
        }
    }

    /// The server stops: an answer under way is the last one.
    package mutating func shutDown() -> [Action] {
        isShuttingDown = true
        switch state {
        case .handling: return []
        case .answering(var delivery):
            delivery.keepsAlive = false
            state = .answering(delivery)
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
        case .securing, .handling, .answering, .draining, .spent, .closed: return []
        }
        do throws(RequestRefusal) {
            if let received = try parser.next() {
                state = .handling(received, since: now.instant)
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
        if parser.takeContinue() { output.append("HTTP/1.1 100 Continue\r\n\r\n".utf8) }
        switch state {
        case .idle where parser.awaitsBody, .receivingHead where parser.awaitsBody:
            state = .receivingBody(Arrival(since: now.instant, bytes: 0))
        case .idle where parser.isMidRequest:
            state = .receivingHead(Arrival(since: now.instant, bytes: parser.unreadBytes))
        default: break
        }
    }

    /// Bytes came: a slow client's deadline moves with them.
    private mutating func note(_ count: Int) {
        switch state {
        case .receivingHead(var arrival):
            arrival.bytes += count
            state = .receivingHead(arrival)
        case .receivingBody(var arrival):
            arrival.bytes += count
            state = .receivingBody(arrival)
        default: break
        }
    }

    private mutating func refuse(_ refusal: RequestRefusal, at now: Moment) {
        let framing = HTTPResponse.Framing(isHead: parser.isReadingHEAD, keepsAlive: false)
        send(refusal.response, framing, completesRequest: false, at: now)
    }

    private mutating func send(
        _ response: HTTPResponse, _ framing: HTTPResponse.Framing, completesRequest: Bool, at now: Moment
    ) {
        output.append(response.encoded(framing, date: now.httpDate))
        let span = limits.writeDeadline + Self.time(for: output.count, at: limits.writeRate)
        state = .answering(
            Delivery(
                keepsAlive: framing.keepsAlive, completesRequest: completesRequest, deadline: now.instant + span,
                progress: now.instant))
    }

    private mutating func close(_ action: Action = .close) -> [Action] {
        output = Output()
        if case .closed = state { return [] }
        state = .closed
        return [action]
    }
}
