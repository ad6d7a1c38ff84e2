import Platform

/// Signals of the operating system, on their way from the descriptor where they appear to whoever serves.
package final class Signals: Sendable {
    private let state: Locked<State>

    private struct State {
        var course: SignalCourse
        var taker: AsyncStream<ServiceOrder>.Continuation?
    }

    /// A thread takes signals from `descriptor`, a byte with its number for each, as long as the process lives and whatever
    /// else hangs. Below 0, there are none. SIGPIPE is ignored from here on: a client that leaves is no reason to die.
    package init(from descriptor: Int32, reloadsOnHangup: Bool) {
        state = Locked(State(course: SignalCourse(reloadsOnHangup: reloadsOnHangup)))
        signal(SIGPIPE, SIG_IGN)
        guard descriptor >= 0 else { return }
        do throws(SystemError) {
            try DetachedThread.start { self.take(from: descriptor) }
        } catch {
            // A system that has no thread for this has none for anything that follows.
            preconditionFailure("the system gives no thread: \(error.text)")
        }
    }

    /// What signals ask of whoever serves, those of the past included. There is one of him.
    package func orders() -> AsyncStream<ServiceOrder> {
        let (stream, continuation) = AsyncStream.makeStream(of: ServiceOrder.self)
        let early = state.withLock { state in
            state.taker = continuation
            return state.course.serve()
        }
        for order in early { continuation.yield(order) }
        return stream
    }

    private func take(from descriptor: Int32) {
        var number: UInt8 = 0
        while withUnsafeMutableBytes(of: &number, { SystemCall.read(descriptor, $0) }) == 1 {
            guard let signal = Signal(rawValue: Int32(number)) else { continue }
            let (reaction, taker) = state.withLock { ($0.course.receive(signal), $0.taker) }
            switch reaction {
            case .nothing: continue
            case .order(let order): taker?.yield(order)
            case .exit(let status):
                OutputQueue.standardError.flush(within: .milliseconds(100))
                // Nobody takes leave: one of them may be what hangs.
                _exit(status)
            }
        }
    }
}
