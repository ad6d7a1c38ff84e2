import CPlatform
import Platform

/// Owns every socket of a running server. One thread runs it; everything else reaches it through the mailbox.
///
/// Each turn serves every connection that is ready once, those first that completed a request before. After every few of
/// them it takes answers from the mailbox and a bounded number of new connections, so nobody waits for everybody. What
/// `poll`, the ranking and the sums know of a connection is brought up to date whenever
/// it was touched (``settle(_:)``), so a turn does nothing for connections to which nothing happened.
struct PollLoop: ~Copyable {
    private let limits: HTTPServer.Limits
    private let readyAnswer: HTTPServer.ReadyAnswer
    private let handler: HTTPServer.Handler
    private let mailbox: Mailbox
    private let handshakeFailed: HTTPServer.HandshakeFailure
    private var listeners: [Socket]

    /// For connections that come from now on; nil for plain ones.
    private var security: TLSContext?
    private var connections = ConnectionTable()
    private var ranking: ConnectionRanking
    private var handshakes = HandshakeTurns()
    private var unsentBodies = UnsentBodies()
    private var longBodyPart = LongBodyPart()

    /// Over all connections.
    private var receivedBytes = 0

    /// What `poll` is asked: the wake pipe, the listeners, and each place of the connection table, in this order.
    private var entries: [pollfd]
    private let firstConnectionEntry: Int

    /// Of each place of the connection table.
    private var deadlines = Deadlines()

    private var recentRequests = RecentRequests()
    private var readBuffer = [UInt8](repeating: 0, count: 16384)
    private var now = Moment.now
    private var spare = SpareDescriptor()
    private var memory = MemoryPeak()

    /// Set while no descriptor is left and nobody can give one: until then nobody is accepted.
    private var acceptsAgain: MonotonicTime?

    /// Set while no session is left for who waits for one, and nobody can give one.
    private var beginsAgain: MonotonicTime?

    /// Set when the server stops: then it ends, finished or not.
    private var stopDeadline: MonotonicTime?

    /// How long nobody is accepted, or given a session, after that was not possible.
    private static let pause = Duration.milliseconds(100)

    /// How many new connections each listener takes before the old ones get a turn.
    private static let acceptsAtOnce = 64

    /// How many connections are served before answers and new connections get a turn.
    private static let servedAtOnce = 64

    /// How many deadlines a turn keeps. Those of a flood come all at the same time.
    private static let deadlinesAtOnce = 256

    /// How much a connection sends before the others get a turn: a part of a long body, so that all who take it at the same pace send
    /// the part that was put together for the first of them.
    private static let bytesAtOnce = LongBodyPart.size

    /// What an open connection takes about, besides its bytes.
    private static let connectionBytes = 2 << 10
    private static let sessionBytes = 22 << 10

    init(
        listeners: [Socket], security: TLSContext?, limits: HTTPServer.Limits, mailbox: Mailbox,
        handshakeFailed: @escaping HTTPServer.HandshakeFailure, readyAnswer: @escaping HTTPServer.ReadyAnswer,
        handler: @escaping HTTPServer.Handler
    ) {
        self.listeners = listeners
        self.security = security
        self.handshakeFailed = handshakeFailed
        self.limits = limits
        self.mailbox = mailbox
        self.readyAnswer = readyAnswer
        self.handler = handler
        ranking = ConnectionRanking(grace: limits.placeGrace)
        entries = ([mailbox.wakePipe.readEnd] + listeners.map(\.descriptor)).map {
            pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
        }
        firstConnectionEntry = entries.count
    }

    /// Serves until the mailbox says stop.
    mutating func run() {
        while !isFinished {
            let isIdle = !takeMessages()
            wait(maySleep: isIdle && !isFinished && !hasHandshakesToBegin)
            serveConnections()
            keepDeadlines()
            if hasNewcomers { serveListeners() }
            forgetLongBody()
            giveBackMemory()
        }
        for slot in connections.indices { close(slot) }
    }

    private var isFinished: Bool {
        guard let stopDeadline else { return false }
        return connections.count == 0 || stopDeadline <= now.instant
    }

    /// Whether there were any.
    private mutating func takeMessages() -> Bool {
        let messages = mailbox.collect()
        for message in messages { take(message) }
        return !messages.isEmpty
    }

    private mutating func take(_ message: Mailbox.Message) {
        switch message {
        case .answer(let response, let id):
            guard connections.contains(id) else { return }
            connections[id.slot]?.task = nil
            perform(connections[id.slot]?.machine.answered(response, at: now), on: id.slot)
            boundUnsentBodies()
        case .secure(let context): security = context
        case .stop:
            listeners = []
            for entry in 1..<firstConnectionEntry { entries[entry].fd = -1 }
            // Said again, it does not buy the answers more time.
            stopDeadline = stopDeadline ?? now.instant + limits.stopGrace
            for slot in connections.indices { perform(connections[slot]?.machine.shutDown(), on: slot) }
        }
    }

    /// Lets go of a long body that nobody waits for any more.
    private mutating func forgetLongBody() {
        if let body = longBodyPart.sharedBody, !unsentBodies.contains(body) { longBodyPart = LongBodyPart() }
    }

    /// After a peak, the C library would keep what was freed for the next one.
    private mutating func giveBackMemory() {
        let sessions = security == nil ? 0 : ranking.sessions
        let bytes =
            connections.count * Self.connectionBytes + sessions * Self.sessionBytes + receivedBytes + unsentBodies.bytes
        if memory.isDueToReturn(bytes, at: now.instant) { cplatform_return_freed_memory() }
    }
}

// MARK: - Waiting

extension PollLoop {
    /// Looks which sockets are ready; sleeps until one is, the mailbox rings, or the next deadline comes.
    private mutating func wait(maySleep: Bool) {
        if let again = acceptsAgain, again <= now.instant { acceptsAgain = nil }
        if let again = beginsAgain, again <= now.instant { beginsAgain = nil }
        for entry in 1..<firstConnectionEntry { entries[entry].events = acceptsAgain == nil ? Int16(POLLIN) : 0 }
        let ready = poll(&entries, nfds_t(entries.count), maySleep ? timeout(until: nearestDeadline) : 0)
        now = Moment(after: now)
        if ready < 0 {
            // Interrupted, or the system is out of memory: the entries say nothing, and the next turn asks again.
            for entry in entries.indices { entries[entry].revents = 0 }
        } else if entries[0].revents != 0 {
            mailbox.wakePipe.quieten()
        }
    }

    private var nearestDeadline: MonotonicTime? {
        [deadlines.bound, stopDeadline, acceptsAgain, beginsAgain, memory.returnsAt].compactMap(\.self).min()
    }

    /// Whole milliseconds for `poll`, rounded up so that the deadline has come when it returns; -1 is for ever.
    private func timeout(until deadline: MonotonicTime?) -> Int32 {
        guard let deadline else { return -1 }
        let remaining = deadline - MonotonicTime.now
        return remaining <= .zero ? 0 : Int32(clamping: remaining.wholeMilliseconds + 1)
    }
}

// MARK: - Connections

extension PollLoop {
    /// Gives each connection that `poll` named its turn.
    private mutating func serveConnections() {
        var served = 0
        let ready = connections.indices.filter { isReady($0) }
        for isProvensTurn in [true, false] {
            for slot in ready where isReady(slot) && !isSecuring(slot) {
                guard !isProvensTurn || ranking.rank(of: slot)?.standing == .proven else { continue }
                serve(slot, &served)
            }
        }
        let steps = handshakes.begin(ready.filter { isReady($0) && isSecuring($0) })
        // Those who are not among them are still ready in the next turn.
        for slot in steps where isReady(slot) { serve(slot, &served) }
        beginHandshakes()
    }

    private func isReady(_ slot: Int) -> Bool {
        entries[firstConnectionEntry + slot].revents != 0
    }

    private func isSecuring(_ slot: Int) -> Bool {
        connections[slot]?.machine.isSecuring == true
    }

    private mutating func serve(_ slot: Int, _ served: inout Int) {
        let ready = Int32(entries[firstConnectionEntry + slot].revents)
        // A place that is emptied or filled meanwhile has none.
        entries[firstConnectionEntry + slot].revents = 0
        serve(slot, ready)
        served += 1
        if served.isMultiple(of: Self.servedAtOnce) { attendToOthers() }
    }

    private mutating func keepDeadlines() {
        var kept = 0
        for slot in deadlines.due(at: now.instant, limit: Self.deadlinesAtOnce) {
            guard let deadline = deadlines[slot], deadline <= now.instant else { continue }
            perform(connections[slot]?.machine.deadlinePassed(at: now), on: slot)
            kept += 1
            if kept.isMultiple(of: Self.servedAtOnce) { attendToOthers() }
        }
    }

    /// Interrupts a long turn for those who wait for an answer or a place.
    private mutating func attendToOthers() {
        now = Moment(after: now)
        _ = takeMessages()
        serveListeners()
    }

    private mutating func serve(_ slot: Int, _ ready: Int32) {
        if isSecuring(slot) {
            shakeHands(slot)
        } else if connections[slot]?.machine.awaitsHandshake == true {
            awaitHandshake(slot)
        } else if ready & POLLIN != 0 || connections[slot]?.channel.readingWantsToWrite == true {
            read(slot)
        } else if ready & (POLLERR | POLLHUP | POLLNVAL) != 0 {
            close(slot)
        }
        if ready & POLLOUT != 0 { perform([], on: slot) }
        boundUnsentBodies()
    }

    private var hasHandshakesToBegin: Bool {
        beginsAgain == nil && ranking.count(.queued) > 0
    }

    /// Looks what there is of the client's first message, and queues for a session once that is whole.
    private mutating func awaitHandshake(_ slot: Int) {
        guard let socket = connections[slot]?.channel.socket else { return }
        let count: Int
        switch socket.peek(into: &readBuffer) {
        case .bytes(let found): count = found
        case .wouldBlock: return
        case .end, .failed: return close(slot)
        }
        switch connections[slot]?.firstRecord.examine(readBuffer[..<count]) {
        case .incomplete: socket.becomeReadable(at: connections[slot]?.firstRecord.awaitedBytes ?? 1)
        case .complete:
            connections[slot]?.machine.handshakeArrived(at: now)
            settle(slot)
        case .plain: refusePlain(slot, firstByte: readBuffer[0])
        case nil: return
        }
    }

    /// Gives sessions to those that wait for one, as many as this turn takes: by turns to the one that has waited longest and
    /// to the one that came last. So a newcomer gets past a wave that came before it, and in a flood nobody waits more than
    /// twice as long as in the order of coming.
    private mutating func beginHandshakes() {
        while hasHandshakesToBegin, handshakes.newcomersLeft > 0,
            let slot = handshakes.newcomersLeft.isMultiple(of: 2) ? ranking.oldest(.queued) : ranking.youngest(.queued)
        {
            if ranking.sessions < limits.sessions || takeSession() {
                handshakes.countNewcomer()
                beginHandshake(slot)
            } else {
                beginsAgain = now.instant + Self.pause
            }
        }
    }

    private mutating func beginHandshake(_ slot: Int) {
        guard let security, let socket = connections[slot]?.channel.socket,
            let channel = Channel(socket, through: security)
        else { return close(slot) }
        socket.becomeReadable(at: 1)
        connections[slot]?.channel = channel
        connections[slot]?.machine.handshakeBegan(at: now)
        shakeHands(slot)
        boundUnsentBodies()
    }

    /// Takes the handshake a step further, and reads on where that was the last: a request may have come with it.
    private mutating func shakeHands(_ slot: Int) {
        guard let connection = connections[slot] else { return }
        switch connection.channel.shakeHands() {
        case .done:
            connections[slot]?.machine.handshakeFinished(at: now)
            read(slot)
            settle(slot)
        case .wantsToRead: settle(slot)
        case .wantsToWrite:
            settle(slot)
            entries[firstConnectionEntry + slot].events = Int16(POLLOUT)
        case .failed:
            let problem = connection.channel.problem
            if !problem.isEmpty { handshakeFailed(problem) }
            // What follows need not be understood any more.
            connections[slot]?.channel = Channel(connection.channel.socket)
            perform(connections[slot]?.machine.handshakeFailed(at: now), on: slot)
        }
    }

    /// As Go's servers do: what looks like a request is answered, anything else is not.
    private mutating func refusePlain(_ slot: Int, firstByte: UInt8) {
        guard isTokenByte(firstByte) else { return close(slot) }
        handshakeFailed("the client sent a request without TLS")
        connections[slot]?.channel.socket.becomeReadable(at: 1)
        connections[slot]?.machine.handshakeRefused(at: now)
        perform([], on: slot)
    }

    private mutating func read(_ slot: Int) {
        guard let connection = connections[slot] else { return }
        switch connection.channel.receive(into: &readBuffer) {
        case .bytes(let count):
            perform(received(readBuffer[..<count], on: connection), on: slot)
            boundReceivedBytes()
        case .end: perform(connection.machine.peerFinished(at: now), on: slot)
        case .wouldBlock: settle(slot)
        case .failed: close(slot)
        }
    }

    private mutating func received(
        _ bytes: ArraySlice<UInt8>, on connection: Connection
    ) -> [ConnectionStateMachine.Action] {
        guard connection.machine.awaitsRequest else { return connection.machine.received(bytes, at: now) }
        if let request = recentRequests.request(of: bytes) { return connection.machine.received(request, at: now) }
        let actions = connection.machine.received(bytes, at: now)
        if let request = connection.machine.onlyRequest { recentRequests.note(request, of: bytes) }
        return actions
    }

    /// Carries out what the connection decided, and sends what it has to say.
    private mutating func perform(_ actions: [ConnectionStateMachine.Action]?, on slot: Int) {
        guard let actions else { return }
        carryOut(actions, on: slot)
        flush(slot)
        settle(slot)
    }

    private mutating func carryOut(_ actions: [ConnectionStateMachine.Action], on slot: Int) {
        for action in actions {
            switch action {
            case .handle(let request): handle(request, on: slot)
            case .cancelHandler: connections[slot]?.task?.cancel()
            case .finishWriting: connections[slot]?.channel.finishWriting()
            case .close: close(slot)
            case .reset: reset(slot)
            }
        }
    }

    private mutating func handle(_ request: HTTPRequest, on slot: Int) {
        guard let id = connections[slot]?.id else { return }
        var request = request
        request.origin = ranking.origin(of: slot)
        if let response = readyAnswer(request) {
            return carryOut(connections[slot]?.machine.answered(response, at: now) ?? [], on: slot)
        }
        // Somebody waits for the answer: it must not stand behind work that nobody waits for.
        connections[slot]?.task = Task(priority: .high) { [request, handler, mailbox] in
            mailbox.post(.answer(await handler(request), to: id))
        }
    }

    private mutating func flush(_ slot: Int) {
        var sent = 0
        while sent < Self.bytesAtOnce, let connection = connections[slot], connection.machine.wantsToWrite {
            let (own, body) = connection.machine.pendingOutput(by: &longBodyPart)
            switch connection.channel.send(own, body) {
            case .bytes(let count):
                sent += count
                carryOut(connections[slot]?.machine.wrote(count, at: now) ?? [], on: slot)
            case .wouldBlock, .end: return
            case .failed: close(slot)
            }
        }
    }

    /// Brings up to date what is kept about a connection outside of it.
    private mutating func settle(_ slot: Int) {
        guard let connection = connections[slot], let rank = connection.machine.rank else { return }
        let wantsToWrite = connection.machine.wantsToWrite || connection.channel.readingWantsToWrite
        let events = (connection.machine.wantsToRead ? POLLIN : 0) | (wantsToWrite ? POLLOUT : 0)
        entries[firstConnectionEntry + slot].events = Int16(events)
        deadlines[slot] = connection.machine.deadline
        ranking.update(slot, rank)
        count(connection.machine.sharedBody, connection.machine.receivedBytes, of: slot)
    }

    private mutating func count(_ body: SharedBody?, _ bytes: Int, of slot: Int) {
        guard let old = connections[slot]?.counted else { return }
        receivedBytes += bytes - old.receivedBytes
        if body != old.body {
            // The new one first: it may have the old one's buffer.
            if let body { unsentBodies.hold(body) }
            if let body = old.body { unsentBodies.release(body) }
        }
        connections[slot]?.counted = Connection.Counted(body: body, receivedBytes: bytes)
    }

    /// Closes the socket and tells the task that nobody waits for its answer.
    private mutating func close(_ slot: Int) {
        guard let channel = connections[slot]?.channel else { return }
        channel.takeLeave()
        count(nil, 0, of: slot)
        ranking.remove(slot)
        deadlines[slot] = nil
        entries[firstConnectionEntry + slot] = pollfd(fd: -1, events: 0, revents: 0)
        connections.remove(slot)?.task?.cancel()
    }

    private mutating func reset(_ slot: Int) {
        connections[slot]?.channel.socket.resetOnClose()
        close(slot)
    }
}

// MARK: - Bounds over all connections

extension PollLoop {
    /// The answers that nobody takes go first.
    private mutating func boundUnsentBodies() {
        while unsentBodies.bytes > limits.unsentBytes, unsentBodies.count > 1, let slot = ranking.oldest(.answering) {
            giveUp(slot)
        }
        while ranking.count(.answering) + ranking.count(.stalled) > limits.answers,
            let slot = ranking.oldest(.stalled) ?? ranking.oldest(.answering)
        {
            reset(slot)
        }
    }

    private mutating func boundReceivedBytes() {
        while receivedBytes > limits.receivedBytes, let slot = ranking.oldest(.unfinished) { close(slot) }
    }

    /// Takes the TLS session of the connection that is worth least; false where everybody's request is being handled.
    private mutating func takeSession() -> Bool {
        guard let slot = ranking.victim(at: now.instant, withSession: true) else { return false }
        giveUp(slot)
        return true
    }

    /// Takes from a connection what it costs, apart from its place.
    private mutating func giveUp(_ slot: Int) {
        carryOut(connections[slot]?.machine.givenUp(at: now) ?? [], on: slot)
        guard let socket = connections[slot]?.channel.socket else { return }
        connections[slot]?.channel = Channel(socket)
        settle(slot)
    }

    /// Closes the connection that is worth least; false where everybody's request is being handled.
    private mutating func makeRoom() -> Bool {
        guard let slot = ranking.victim(at: now.instant) else { return false }
        // What is unsent would stay in the system's memory for as long as the client likes.
        switch ranking.rank(of: slot)?.standing {
        case .answering, .stalled: reset(slot)
        default: close(slot)
        }
        return true
    }
}

// MARK: - Listeners

extension PollLoop {
    /// Whether a listener was ready when the turn began.
    private var hasNewcomers: Bool {
        entries[1..<firstConnectionEntry].contains { $0.revents != 0 }
    }

    private mutating func serveListeners() {
        if spare == nil { spare = SpareDescriptor() }
        for listener in listeners where acceptsAgain == nil { serve(listener) }
    }

    private mutating func serve(_ listener: Socket) {
        var hasMadeRoom = false
        for _ in 0..<Self.acceptsAtOnce {
            // While so many wait for a session, the others do so in the system's queue.
            guard ranking.count(.queued) <= limits.connections / 2 else { return }
            switch listener.accept() {
            case .accepted(let socket, let origin):
                admit(socket, from: origin)
                hasMadeRoom = false
            case .nobody: return
            case .exhausted:
                // The descriptor that a connection gives up may be somebody else's before it is used here.
                if !hasMadeRoom, makeRoom() {
                    hasMadeRoom = true
                } else if spare != nil {
                    spare = nil
                    if case .accepted(let socket, _) = listener.accept() { refuse(socket) }
                    spare = SpareDescriptor()
                } else {
                    // The listener stays readable: polling it now would only spin.
                    acceptsAgain = now.instant + Self.pause
                    return
                }
            }
        }
    }

    /// Reads before it ranks: a request that is here as a whole is handled, and its connection safe, from the first moment.
    /// A handshake takes several steps anyway, and is looked at in the next turn.
    private mutating func admit(_ socket: Socket, from origin: PeerAddress) {
        let channel = Channel(socket)
        var machine = ConnectionStateMachine(limits: limits, isSecured: security != nil, at: now)
        var actions: [ConnectionStateMachine.Action] = []
        if security == nil {
            switch channel.receive(into: &readBuffer) {
            case .bytes(let count): actions = machine.received(readBuffer[..<count], at: now)
            case .end: actions = machine.peerFinished(at: now)
            case .wouldBlock: break
            case .failed: return
            }
        } else {
            socket.becomeReadable(at: FirstRecord().awaitedBytes)
        }
        guard let rank = machine.rank else { return }
        guard connections.count < limits.connections || makeRoom() else { return refuse(socket) }
        let slot = connections.insert(channel, machine)
        if slot == deadlines.count {
            deadlines.addPlace()
            entries.append(pollfd(fd: -1, events: 0, revents: 0))
        }
        entries[firstConnectionEntry + slot].fd = socket.descriptor
        ranking.insert(slot, from: origin, rank)
        perform(actions, on: slot)
        boundReceivedBytes()
        boundUnsentBodies()
    }

    /// Tells a client for whom there is no place so, as far as one call can.
    private mutating func refuse(_ socket: Socket) {
        // In the clear it would only confuse a client that expects TLS.
        guard security == nil else { return }
        let machine = ConnectionStateMachine(refusingWith: limits, at: now)
        _ = socket.send(machine.pendingOutput(by: &longBodyPart).own)
        socket.finishWriting()
    }
}
