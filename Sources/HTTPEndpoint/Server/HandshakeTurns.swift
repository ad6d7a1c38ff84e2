/// Decides which TLS handshakes go on in a turn of the server's loop, and how many newcomers get a session meanwhile. It
/// knows places, no sockets.
///
/// A step of a handshake may cost a millisecond of computing, which everybody waits for who is past it: so a turn takes
/// few. They go round, so a client waits for one step of each other one at most, whatever its place. And while some wait,
/// so few newcomers come that who is in the middle of a handshake ends it before they have pushed it out: the others wait
/// for a session, in the order in which they came, where nobody loses a place.
struct HandshakeTurns {
    /// How many steps a turn takes.
    static let stepsAtOnce = 16

    /// How many newcomers a turn takes while nobody waits for a step: each may want one at once.
    static let newcomersAtOnce = 16

    /// How many newcomers a turn takes while somebody does: a handshake has two or three steps, and so ends before as many
    /// newcomers have come as there are sessions.
    static let newcomersWhileSomeWait = stepsAtOnce / 4

    private var start = 0

    /// How many newcomers this turn still takes.
    private(set) var newcomersLeft = newcomersAtOnce

    /// Begins a turn.
    ///
    /// - Parameter ready: the places of handshakes that can go on, in rising order.
    /// - Returns: those that take a step.
    mutating func begin(_ ready: [Int]) -> ArraySlice<Int> {
        let first = ready.firstIndex { $0 >= start } ?? 0
        let inTurn = ready[first...] + ready[..<first]
        let chosen = inTurn.prefix(Self.stepsAtOnce)
        if let next = inTurn.dropFirst(Self.stepsAtOnce).first { start = next }
        newcomersLeft = inTurn.count == chosen.count ? Self.newcomersAtOnce : Self.newcomersWhileSomeWait
        return chosen
    }

    /// A newcomer came.
    mutating func countNewcomer() {
        newcomersLeft -= 1
    }
}
