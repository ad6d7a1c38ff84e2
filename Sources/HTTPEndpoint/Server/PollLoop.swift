import Platform

/// Owns every socket of a running server. One thread runs it; everything else reaches it through the mailbox.
struct PollLoop: ~Copyable {
    let limits: HTTPServer.Limits
    let handler: HTTPServer.Handler
    let mailbox: Mailbox
    var listeners: [Socket]
    var connections = ConnectionTable()
    var entries: [pollfd] = []
    var readBuffer = [UInt8](repeating: 0, count: 16384)
    var now = Moment.now

    /// Set while no descriptor is left and no idle connection can give one: until then nobody is accepted.
    var acceptsAgain: ContinuousClock.Instant?

    /// Set when the server stops: then it ends, finished or not.
    var stopDeadline: ContinuousClock.Instant?

    static let acceptPause = Duration.milliseconds(100)

    /// How many new connections are taken before the old ones get a turn.
    static let acceptsAtOnce = 64

    /// How many connections beyond the limit may be told so at once; more are closed without a word.
    static let refusalsAtOnce = 64

    init(
        listeners: [Socket], limits: HTTPServer.Limits, mailbox: Mailbox, handler: @escaping HTTPServer.Handler
    ) {
        self.listeners = listeners
        self.limits = limits
        self.mailbox = mailbox
        self.handler = handler
    }

    /// Serves until the mailbox says stop.
    mutating func run() {
        while !isFinished {
            let messages = mailbox.collect()
            for message in messages { take(message) }
            wait(maySleep: messages.isEmpty && !isFinished)
            serveConnections()
            serveListeners()
        }
        for slot in connections.indices { close(slot) }
    }

    private var isFinished: Bool {
        guard let stopDeadline else { return false }
        return connections.count == 0 || stopDeadline <= now.instant
    }

    private mutating func take(_ message: Mailbox.Message) {
        switch message {
        case .answer(let response, let id):
            guard connections.contains(id) else { return }
            connections[id.slot]?.task = nil
            perform(connections[id.slot]?.machine.answered(response, at: now), on: id.slot)
        case .stop:
            listeners = []
            // Said again, it does not buy the answers more time.
            stopDeadline = stopDeadline ?? now.instant + limits.stopGrace
            for slot in connections.indices { perform(connections[slot]?.machine.shutDown(), on: slot) }
        }
    }
}

// MARK: - Connections

extension PollLoop {
    /// Gives each connection that `poll` named, or whose deadline has come, its turn.
    mutating func serveConnections() {
        for entry in entries.indices.dropFirst(firstConnectionEntry) {
            let slot = entry - firstConnectionEntry
            let ready = Int32(entries[entry].revents)
            if ready != 0 { serve(slot, ready) }
            perform(connections[slot]?.machine.deadlinePassed(at: now), on: slot)
        }
    }

    private mutating func serve(_ slot: Int, _ ready: Int32) {
        if ready & POLLIN != 0 {
            read(slot)
        } else if ready & (POLLERR | POLLHUP | POLLNVAL) != 0 {
            close(slot)
        }
        if ready & POLLOUT != 0 { flush(slot) }
    }

    private mutating func read(_ slot: Int) {
        guard let socket = connections[slot]?.socket else { return }
        switch socket.receive(into: &readBuffer) {
        case .bytes(let count):
            perform(connections[slot]?.machine.received(readBuffer[..<count], at: now), on: slot)
        case .end: perform(connections[slot]?.machine.peerFinished(at: now), on: slot)
        case .wouldBlock: return
        case .failed: close(slot)
        }
    }

    /// Carries out what the connection decided, and sends what it has to say.
    mutating func perform(_ actions: [ConnectionStateMachine.Action]?, on slot: Int) {
        guard let actions else { return }
        carryOut(actions, on: slot)
        flush(slot)
    }

    private mutating func carryOut(_ actions: [ConnectionStateMachine.Action], on slot: Int) {
        for action in actions {
            switch action {
            case .handle(let request): handle(request, on: slot)
            case .cancelHandler: connections[slot]?.task?.cancel()
            case .finishWriting: connections[slot]?.socket.finishWriting()
            case .close: close(slot)
            case .reset:
                connections[slot]?.socket.resetOnClose()
                close(slot)
            }
        }
    }

    private mutating func handle(_ request: HTTPRequest, on slot: Int) {
        guard let id = connections[slot]?.id else { return }
        connections[slot]?.task = Task { [handler, mailbox] in
            mailbox.post(.answer(await handler(request), to: id))
        }
    }

    private mutating func flush(_ slot: Int) {
        while let socket = connections[slot]?.socket, let output = connections[slot]?.machine.pendingOutput,
            !output.isEmpty
        {
            switch socket.send(output) {
            case .bytes(let count):
                carryOut(connections[slot]?.machine.wrote(count, at: now) ?? [], on: slot)
            case .wouldBlock, .end: return
            case .failed: close(slot)
            }
        }
    }

    /// Closes the socket and tells the task that nobody waits for its answer.
    mutating func close(_ slot: Int) {
        connections.remove(slot)?.task?.cancel()
    }
}

// MARK: - Listeners

extension PollLoop {
    mutating func serveListeners() {
        if let acceptsAgain, acceptsAgain <= now.instant { self.acceptsAgain = nil }
        for (listener, entry) in zip(listeners, entries.dropFirst()) where entry.revents != 0 {
            acceptSome(from: listener)
        }
    }

    private mutating func acceptSome(from listener: Socket) {
        for _ in 0..<Self.acceptsAtOnce {
            switch listener.accept() {
            case .accepted(let socket): admit(socket)
            case .nobody: return
            case .exhausted:
                guard let slot = connections.longestIdle else {
                    // The listener stays readable: polling it now would only spin.
                    acceptsAgain = now.instant + Self.acceptPause
                    return
                }
                close(slot)
            }
        }
    }

    private mutating func admit(_ socket: Socket) {
        if connections.count >= limits.connections, let slot = connections.longestIdle { close(slot) }
        let isOneTooMany = connections.count >= limits.connections
        guard connections.count < limits.connections + Self.refusalsAtOnce else { return }
        let machine =
            isOneTooMany
            ? ConnectionStateMachine(refusingWith: limits, at: now) : ConnectionStateMachine(limits: limits, at: now)
        perform([], on: connections.insert(socket, machine))
    }
}

extension PollLoop {
    // The entries are the wake pipe, the listeners, and each place of the connection table, in this order.

    var firstConnectionEntry: Int { 1 + listeners.count }

    /// Looks which sockets are ready; sleeps until one is, the mailbox rings, or the next deadline comes.
    mutating func wait(maySleep: Bool) {
        var nearest = [stopDeadline, acceptsAgain].compactMap(\.self).min()
        let listenerEvents = acceptsAgain == nil ? Int16(POLLIN) : 0
        entries.removeAll(keepingCapacity: true)
        entries.append(pollfd(fd: mailbox.wakePipe.readEnd, events: Int16(POLLIN), revents: 0))
        for listener in listeners {
            entries.append(pollfd(fd: listener.descriptor, events: listenerEvents, revents: 0))
        }
        for slot in connections.indices {
            entries.append(entry(slot))
            if let deadline = connections[slot]?.machine.deadline { nearest = min(nearest ?? deadline, deadline) }
        }
        let ready = poll(&entries, nfds_t(entries.count), maySleep ? timeout(until: nearest) : 0)
        now = .now
        if ready > 0, entries[0].revents != 0 { mailbox.wakePipe.quieten() }
    }

    /// An empty place has a negative descriptor, which `poll` passes over.
    private func entry(_ slot: Int) -> pollfd {
        let wantsToRead = connections[slot]?.machine.wantsToRead == true
        let wantsToWrite = connections[slot]?.machine.wantsToWrite == true
        let events = (wantsToRead ? POLLIN : 0) | (wantsToWrite ? POLLOUT : 0)
        return pollfd(fd: connections[slot]?.socket.descriptor ?? -1, events: Int16(events), revents: 0)
    }

    /// Whole milliseconds for `poll`, rounded up so that the deadline has come when it returns; -1 is for ever.
    private func timeout(until deadline: ContinuousClock.Instant?) -> Int32 {
        guard let deadline else { return -1 }
        let remaining = ContinuousClock.now.duration(to: deadline)
        return remaining <= .zero ? 0 : Int32(clamping: remaining.wholeMilliseconds + 1)
    }
}
