import Platform

/// A minimal HTTP/1.1 server (RFC 9110, RFC 9112): connections come in, requests go to one handler, its answers go out.
///
/// One thread of its own does all input and output; handlers run as tasks. It listens from `init` on, so clients that come
/// before ``start()`` wait for it. A server that is let go stops by itself.
package final class HTTPServer: Sendable {
    /// Answers one request. Its task is cancelled when the client goes away; the answer is then sent to whoever still
    /// reads.
    package typealias Handler = @Sendable (HTTPRequest) async -> HTTPResponse

    /// Gives the answer to a request where it lies ready; nil leaves the request to the handler. Called on the serving thread, so it
    /// must not wait for anything.
    package typealias ReadyAnswer = @Sendable (HTTPRequest) -> HTTPResponse?

    /// Is told, on the serving thread, why a client's TLS handshake failed, in the library's words.
    package typealias HandshakeFailure = @Sendable (String) -> Void

    /// Where the server listens, in the order asked for, with the real port where 0 was asked for.
    package let boundAddresses: [ListenAddress]

    private enum Phase {
        case bound
        case running(stopWaiters: [CheckedContinuation<Void, Never>])
        case stopped
    }

    private let limits: Limits
    private let security: TLSContext?
    private let handshakeFailed: HandshakeFailure
    private let readyAnswer: ReadyAnswer
    private let handler: Handler
    private let mailbox: Mailbox
    private let phase = Locked(Phase.bound)

    /// Owned by whoever takes them out, so that they close when the poll thread lets them go.
    private let listeners: Locked<[Socket]>

    /// Listens on every address, and answers nobody yet. With `security` it speaks TLS, and else plain HTTP. `inherited` are
    /// descriptors of sockets that listen already, each with a ``ListenAddress/init(ofListener:)``; they are the server's from
    /// here on.
    ///
    /// - Throws: ``HTTPServerError`` for the first address where that is not possible; none stays taken then.
    package init(
        addresses: [ListenAddress], inherited: [Int32] = [], limits: Limits = .init(), security: TLSContext? = nil,
        handshakeFailed: @escaping HandshakeFailure = { _ in }, readyAnswer: @escaping ReadyAnswer = { _ in nil },
        handler: @escaping Handler
    ) throws(HTTPServerError) {
        var sockets: [Socket] = []
        var bound: [ListenAddress] = []
        for address in addresses {
            let (socket, boundAddress) = try Socket.listening(on: address)
            sockets.append(socket)
            bound.append(boundAddress)
        }
        for descriptor in inherited {
            guard let address = ListenAddress(ofListener: descriptor) else { continue }
            sockets.append(Socket(inheriting: descriptor))
            bound.append(address)
        }
        do throws(SystemError) {
            mailbox = try Mailbox()
        } catch {
            throw HTTPServerError(addresses.first ?? ListenAddress(host: "", port: 0), error)
        }
        boundAddresses = bound
        listeners = Locked(sockets)
        self.limits = limits
        self.security = security
        self.handshakeFailed = handshakeFailed
        self.readyAnswer = readyAnswer
        self.handler = handler
    }

    /// Speaks TLS in this way with everybody who connects from now on. Open connections stay as they are. For servers that
    /// were made with some.
    package func adopt(_ security: TLSContext) {
        precondition(self.security != nil, "a server does not begin to speak TLS while it runs")
        mailbox.post(.secure(security))
    }

    deinit {
        mailbox.post(.stop)
    }

    /// Begins to answer. Once started or stopped, it does nothing. Traps where the system gives no thread: then nothing can
    /// be served at all.
    package func start() {
        phase.withLock { phase in
            guard case .bound = phase else { return }
            phase = .running(stopWaiters: [])
            do throws(SystemError) {
                try DetachedThread.start {
                    [limits, security, handshakeFailed, readyAnswer, handler, mailbox, listeners, shared = self.phase]
                    in
                    var loop = PollLoop(
                        listeners: Self.taken(from: listeners), security: security, limits: limits, mailbox: mailbox,
                        handshakeFailed: handshakeFailed, readyAnswer: readyAnswer, handler: handler)
                    loop.run()
                    Self.finish(shared)
                }
            } catch {
                preconditionFailure("the system gives no further thread: \(error.text)")
            }
        }
    }

    /// Stops accepting, lets answers under way finish for up to 1 s, and closes every connection. The server's thread has
    /// nothing left to do when this returns. May be called more than once, and before ``start()``.
    package func stop() async {
        await withCheckedContinuation { continuation in
            let isOver = phase.withLock { phase in
                switch phase {
                case .bound, .stopped:
                    _ = Self.taken(from: listeners)
                    phase = .stopped
                    return true
                case .running(let waiters):
                    phase = .running(stopWaiters: waiters + [continuation])
                    return false
                }
            }
            if isOver { continuation.resume() } else { mailbox.post(.stop) }
        }
    }

    private static func taken(from listeners: Locked<[Socket]>) -> [Socket] {
        listeners.withLock { sockets in
            defer { sockets = [] }
            return sockets
        }
    }

    private static func finish(_ phase: Locked<Phase>) {
        let waiters = phase.withLock { phase in
            defer { phase = .stopped }
            if case .running(let waiters) = phase { return waiters }
            return []
        }
        for waiter in waiters { waiter.resume() }
    }
}

extension HTTPServer {
    /// What clients may take up of the server.
    package struct Limits: Sendable {
        /// Bytes of a request line and header fields together; 414 or 431 beyond. RFC 9112 §3 wants 8,000 at least.
        package var headBytes = 8192

        /// Bytes of a request's body; 413 beyond.
        package var bodyBytes = 65536

        /// Connections open at once, and so descriptors besides the listeners. One more takes the place of another, as
        /// ``ConnectionRanking`` has it. Most cost some kilobytes: places for many let a flood of half-open ones stay as it is,
        /// where few would make it come again and again.
        package var connections = 4096

        /// TLS sessions open at once, each of 20 to 50 kB. One more takes that of another.
        package var sessions = 384

        /// Connections that send an answer at once; the system buffers up to 128 kB of each. Beyond it, those are reset whose
        /// clients have gone longest without taking a byte.
        package var answers = 512

        /// Bytes of memory that all answers' bodies hold which wait to be sent; a body that many connections send counts once, and what
        /// two long bodies share counts in each. Beyond it, the connections that have gone longest without taking a byte are reset,
        /// until it fits or one body is left.
        package var unsentBytes = 8 << 20

        /// Bytes of all requests that have not come to their end. Beyond it, the oldest unfinished ones are given up.
        package var receivedBytes = 4 << 20

        /// From the first byte of a request to the end of its head, and from there to the end of its body; then 408.
        package var headDeadline = Duration.seconds(5)

        /// Heads and bodies that come more slowly than `headRate` bytes in a second, apart from this span, get 408 before
        /// the deadline.
        package var headGrace = Duration.seconds(2)
        package var headRate = 512

        /// How long a connection may stay open without a request, before the first one and between two.
        package var idleDeadline = Duration.seconds(75)

        /// How long a client may take no byte of an answer that waits for it; then the connection is reset.
        package var writeDeadline = Duration.seconds(10)

        /// A client that takes an answer in more than `writeDeadline` and the time of its bytes at so many in a second is
        /// reset too.
        package var writeRate = 32 << 10

        /// How long a client may take over a step before it is one of the first to go when places run short.
        var placeGrace = Duration.seconds(1)

        /// How long answers under way may take once the server stops.
        var stopGrace = Duration.seconds(1)

        package init() {}
    }
}
