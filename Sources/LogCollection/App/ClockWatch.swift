/// Tells whether a server's clock, or this machine's, was set: the difference between them is then another than before.
///
/// Several servers behind one address may each have a clock of their own. Their differences take turns, and are news only once.
struct ClockWatch: Sendable {
    private var recent: [Duration] = []

    /// How many measurements are remembered: some collections' worth.
    private static let memory = 16
    /// Two measurements of the same difference may be so far apart: each is cut to whole seconds, and clocks drift.
    private static let precision = Duration.seconds(5)

    /// Takes a measured difference that came with an answer which took `span`. True when no recent one was like it; the
    /// first is like itself.
    mutating func isNews(_ difference: Duration, measuredIn span: Duration) -> Bool {
        defer { recent = recent.suffix(Self.memory - 1) + [difference] }
        return !recent.isEmpty && recent.allSatisfy { ($0 - difference).magnitude > Self.precision + span }
    }
}
