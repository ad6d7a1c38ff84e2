#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

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
