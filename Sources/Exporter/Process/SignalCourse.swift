/// A signal that the program knows, by the system's number.
package enum Signal: Int32, CaseIterable, Sendable {
    case hangup = 1
    case interrupt = 2
    case terminate = 15
}

/// What a signal asks of whoever serves.
package enum ServiceOrder: Equatable, Sendable {
    case reload
    case stop(Signal)
}

/// What signals mean to a program that serves, from its first instruction to its last.
///
///     starting --serve--> serving --SIGINT, SIGTERM--> stopping
///        |                  |  ^                          |
///        | SIGINT, SIGTERM  |  | SIGHUP: reload           | SIGINT, SIGTERM
///        v                  +--+                          v
///     exit 0                                           exit 128 + signal
///
/// While it starts nothing has been begun that would have to be ended. A second signal means that the end takes its sender
/// too long. Without reloading, SIGHUP is the end of the terminal, and ends the program as SIGTERM does.
struct SignalCourse: Sendable {
    private let reloadsOnHangup: Bool
    private var phase = Phase.starting
    private var reloadIsWanted = false

    private enum Phase {
        case starting, serving, stopping
    }

    enum Reaction: Equatable, Sendable {
        case nothing
        /// Whoever serves follows it.
        case order(ServiceOrder)
        /// The process ends at once, with this status.
        case exit(status: Int32)
    }

    init(reloadsOnHangup: Bool) {
        self.reloadsOnHangup = reloadsOnHangup
    }

    mutating func receive(_ signal: Signal) -> Reaction {
        let reloads = signal == .hangup && reloadsOnHangup
        switch phase {
        case .starting:
            guard reloads else { return .exit(status: 0) }
            reloadIsWanted = true
            return .nothing
        case .serving:
            guard !reloads else { return .order(.reload) }
            phase = .stopping
            return .order(.stop(signal))
        case .stopping:
            return signal == .hangup ? .nothing : .exit(status: 128 + signal.rawValue)
        }
    }

    /// From here on somebody follows orders; gives those that have come before.
    mutating func serve() -> [ServiceOrder] {
        guard case .starting = phase else { return [] }
        phase = .serving
        return reloadIsWanted ? [.reload] : []
    }
}
