import CivilTime
import Platform

/// How much of one server's attention may be asked for: requests in flight, requests a second, pauses that the server wants,
/// and a share of its time for what can wait. A value that decides; `RequestGate` carries it out.
///
///            a server wants a pause          the pause is over, and nothing is in flight
///     open ───────────────────────▶ paused ──────────────────────────────────────────────▶ probing
///      ▲                              ▲                                                       │
///      │                              └── the probe's server wants another pause ─────────────┤
///      └───────────────────────────────── the probe has ended otherwise ──────────────────────┘
///
/// A reload ends a pause: the operator may have mended what it was for.
package struct RequestBudget: Sendable {
    package struct Limits: Hashable, Sendable {
        /// At most this many requests under way at once; 1 or more.
        package let inFlight: Int
        /// At most this many requests begun in any one second; below 1 for fewer than one a second.
        package let perSecond: Double
        /// The share of the time in which a request that can wait may be under way; above 0, at most 1.
        package let backgroundShare: Double

        /// A quarter of one worker's time.
        package static let usualBackgroundShare = 0.25

        /// Fewer than one request in ten days, or more than a million a second, are taken for these.
        package init(
            inFlight: Int, perSecond: Double, backgroundShare: Double = Limits.usualBackgroundShare
        ) {
            self.inFlight = max(inFlight, 1)
            self.perSecond = perSecond >= 1e-6 ? min(perSecond, 1e6) : 1e-6
            self.backgroundShare = backgroundShare
        }
    }

    package enum Admission: Equatable {
        case granted
        /// Ask again at that moment.
        case waitUntil(MonotonicTime)
        /// Ask again when a request has ended.
        case waitForEnd
        /// Do not wait: so long is the rest of a pause that the server wants.
        case refused(rest: Duration)
    }

    package private(set) var limits: Limits
    private var inFlight = 0
    /// When the latest requests began, oldest first; as many as one span may hold.
    private var begun: [MonotonicTime] = []
    private var access = Access.open
    /// What the pauses have lasted that are over.
    private var pastPauses: Duration = .zero
    private var background: BackgroundShare
    /// How long requests have been under way, all added up.
    package private(set) var spent: [Urgency.Kind: Duration] = [:]

    private enum Access: Sendable {
        case open
        case paused(since: MonotonicTime, until: MonotonicTime)
        /// After a pause one request goes out alone, once those of before have ended.
        case probing(isUnderWay: Bool)
    }

    /// The most of a wish for a pause that is fulfilled. It holds for every app of a base URL, and may be one proxy's mistake:
    /// after it, one request finds out whether the server still wants one.
    package static let longestPause = Duration.seconds(300)
    /// For a longer rest of a pause nobody waits: a collection would seem to be under way while nothing happens.
    package static let longestWait = Duration.seconds(10)

    package init(limits: Limits) {
        self.limits = limits
        background = BackgroundShare(limits.backgroundShare)
    }

    /// Goes on under other limits; requests under way stay counted. A pause is over.
    package mutating func adopt(_ limits: Limits, at now: MonotonicTime) {
        change(limits)
        if case .paused = access { endPause(at: now) }
    }

    /// The same without an operator: a pause goes on.
    package mutating func change(_ limits: Limits) {
        self.limits = limits
        background.adopt(limits.backgroundShare)
        begun = begun.suffix(perSpan)
    }

    /// How many requests may begin in one `span`: the whole number that keeps `perSecond` exactly.
    private var perSpan: Int { max(1, Int(limits.perSecond)) }
    private var span: Duration { .milliseconds(Int64((Double(perSpan) / limits.perSecond * 1000).rounded(.up))) }

    /// Takes a place for a request that begins now, or says what to wait for. Of several that wait, regular ones are asked for
    /// first.
    package mutating func admit(_ urgency: Urgency = .regular, at now: MonotonicTime) -> Admission {
        if case .paused(_, let until) = access {
            guard now >= until else {
                return until - now > Self.longestWait ? .refused(rest: until - now) : .waitUntil(until)
            }
            endPause(at: until)
        }
        if case .probing = access, inFlight > 0 { return .waitForEnd }
        guard inFlight < limits.inFlight else { return .waitForEnd }
        if case .background(let strain) = urgency, let obstacle = background.obstacle(strain: strain, at: now) {
            return obstacle
        }
        // What can wait leaves a place in each span to what cannot.
        let places = urgency.kind == .background ? max(1, perSpan - 1) : perSpan
        if begun.count >= places {
            let free = begun[begun.count - places] + span
            if now < free { return .waitUntil(free) }
        }
        if begun.count == perSpan { begun.removeFirst() }
        begun.append(now)
        inFlight += 1
        if urgency.kind == .background { background.begin() }
        if case .probing = access { access = .probing(isUnderWay: true) }
        return .granted
    }

    /// Gives the place of an ended request back. `took` is how long it was under way, and `pause` how long the server asked
    /// everybody to stay away.
    package mutating func end(
        _ kind: Urgency.Kind = .regular, took: Duration = .zero, pause: Duration? = nil, at now: MonotonicTime
    ) {
        inFlight -= 1
        spent[kind, default: .zero] += took
        if kind == .background { background.end(took: took, at: now) }
        if let pause {
            startPause(pause, at: now)
        } else if case .probing(isUnderWay: true) = access {
            access = .open
        }
    }

    /// What the server's pauses have lasted until now, all added up.
    package func paused(at now: MonotonicTime) -> Duration {
        guard case .paused(let since, let until) = access else { return pastPauses }
        return pastPauses + max(min(now, until) - since, .zero)
    }

    private mutating func startPause(_ pause: Duration, at now: MonotonicTime) {
        let until = now + min(pause, Self.longestPause)
        if case .paused(let since, let earlier) = access, earlier > now {
            access = .paused(since: since, until: max(earlier, until))
        } else {
            if case .paused(_, let earlier) = access { endPause(at: earlier) }
            access = .paused(since: now, until: until)
        }
    }

    private mutating func endPause(at moment: MonotonicTime) {
        pastPauses = paused(at: moment)
        access = .probing(isUnderWay: false)
    }
}
