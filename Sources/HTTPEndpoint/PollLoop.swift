#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

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
