@preconcurrency import Dispatch
import Platform

/// Signals of the operating system as a sequence.
package enum Signals {
    package enum Signal: Int32, Sendable {
        case hangup = 1
        case interrupt = 2
        case terminate = 15
    }

    /// The given signals from now on; they no longer end the process by themselves. SIGPIPE is ignored from here on too:
    /// a client that leaves is no reason to die.
    package static func sequence(_ signals: [Signal]) -> AsyncStream<Signal> {
        signal(SIGPIPE, SIG_IGN)
        return AsyncStream { continuation in
            let sources = signals.map { wanted in
                signal(wanted.rawValue, SIG_IGN)
                let source = DispatchSource.makeSignalSource(signal: wanted.rawValue, queue: .global())
                source.setEventHandler { @Sendable in continuation.yield(wanted) }
                source.resume()
                return source
            }
            continuation.onTermination = { @Sendable _ in
                for source in sources { source.cancel() }
            }
        }
    }
}
