import CivilTime

/// How much of one server's attention may be asked for: requests in flight, requests a second, and pauses that the server
/// wants. A value that decides; `RequestGate` carries it out.
package struct RequestBudget: Sendable {
    package struct Limits: Hashable, Sendable {
        /// At most this many requests under way at once; 1 or more.
        package var inFlight: Int
        /// At most this many requests begun in any one second; above 0, and below 1 for fewer than one a second.
        package var perSecond: Double

        package init(inFlight: Int, perSecond: Double) {
            self.inFlight = inFlight
            self.perSecond = perSecond
        }
    }

    package enum Admission: Equatable {
        case granted
        /// Ask again at that moment.
        case waitUntil(UnixTime)
        /// Ask again when a request has ended.
        case waitForEnd
    }

    package private(set) var limits: Limits
    private var inFlight = 0
    /// When the latest requests began, oldest first; as many as one span may hold.
    private var begun: [UnixTime] = []
    private var pausedUntil = UnixTime(milliseconds: .min)

    package init(limits: Limits) {
        self.limits = limits
    }

    /// Goes on under other limits: requests under way and a pause that the server wants stay as they are.
    package mutating func adopt(_ limits: Limits) {
        self.limits = limits
        begun = begun.suffix(perSpan)
    }

    /// How many requests may begin in one `span`: the whole number that keeps `perSecond` exactly.
    private var perSpan: Int { max(1, Int(limits.perSecond)) }
    private var span: Duration { .milliseconds(Int64((Double(perSpan) / limits.perSecond * 1000).rounded(.up))) }

    /// Takes a place for a request that begins now, or says what to wait for.
    package mutating func admit(at now: UnixTime) -> Admission {
        guard inFlight < limits.inFlight else { return .waitForEnd }
        if now < pausedUntil { return .waitUntil(pausedUntil) }
        if begun.count == perSpan, let oldest = begun.first {
            // A clock that was set back must not lock the gate for as long.
            let free = min(oldest + span, now + span)
            if now < free { return .waitUntil(free) }
            begun.removeFirst()
        }
        begun.append(now)
        inFlight += 1
        return .granted
    }

    /// Gives the place of an ended request back.
    package mutating func end() {
        inFlight -= 1
    }

    /// Lets nobody in until the server has had its rest.
    package mutating func pause(until moment: UnixTime) {
        pausedUntil = max(pausedUntil, moment)
    }
}
