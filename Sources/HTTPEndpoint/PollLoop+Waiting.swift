#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

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
