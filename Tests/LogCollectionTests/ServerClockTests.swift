import CivilTime
import Platform
import Testing

@testable import LogCollection

@Suite struct ServerClockTests {
    private static let noon = UnixTime(seconds: 1_795_000_000)

    /// The exporter's clocks so long after the beginning, the wall clock off by `offset`.
    private func reading(_ seconds: Int64, off offset: Duration = .zero) -> ClockReading {
        ClockReading(monotonic: .zero + .seconds(seconds), date: Self.noon + .seconds(seconds) + offset)
    }

    /// A clock that was told these differences from the truth, a minute after the other; and which of them were steps.
    private func clock(
        _ differences: [Duration], span: Duration = .milliseconds(20), off offset: Duration = .zero,
        frontier: Int64? = nil, stamped: [Int64] = []
    ) -> (clock: ServerClock, steps: [ServerClock.Step?]) {
        var clock = ServerClock()
        let steps = differences.enumerated().map { index, difference in
            let reading = reading(Int64(index) * 60, off: offset)
            return clock.note(
                Self.noon + .seconds(Int64(index) * 60) + difference, at: reading, span: span, frontier: frontier
            ) { window in stamped.contains(where: window.contains) }
        }
        return (clock, steps)
    }

    /// How far the clock's present is ahead of the truth, two minutes after the last of two notes.
    private func lead(_ clock: ServerClock, after seconds: Int64 = 180, off offset: Duration = .zero) -> Duration {
        clock.now(at: reading(seconds, off: offset)) - (Self.noon + .seconds(seconds))
    }

    private func isStep(_ differences: [Duration], span: Duration = .milliseconds(20)) -> [Bool] {
        clock(differences, span: span).steps.map { $0 != nil }
    }

    // MARK: Steps

    @Test func `the first difference is no step`() {
        #expect(isStep([.seconds(3600)]) == [false])
    }

    @Test func `cutting to seconds and drift are no steps`() {
        #expect(!isStep([0, 900, -800, 2500, 4100].map { .milliseconds($0) }).contains(true))
    }

    @Test(arguments: [-86_400, -300, -6, 6, 300])
    func `a clock that is set is one step, with its span and the time in which it happened`(seconds: Int) {
        let set = Duration.seconds(2 + seconds)
        let steps = clock([.seconds(2), set, set]).steps
        #expect(steps == [nil, ServerClock.Step(span: .seconds(seconds), within: .seconds(60)), nil])
    }

    @Test func `a slow answer tells less`() {
        #expect(isStep([.zero, .seconds(15)], span: .seconds(20)) == [false, false])
    }

    @Test func `servers with clocks of their own are a step only once`() {
        #expect(isStep((0..<100).map { .seconds($0 % 3 * 30) }).filter { $0 }.count == 2)
    }

    @Test func `what was long ago is a step again`() {
        let set = Array(repeating: Duration.seconds(60), count: 16)
        #expect(isStep([.zero] + set + [.zero]).last == true)
        #expect(isStep([.zero] + set.dropLast() + [.zero]).last == false)
    }

    @Test(arguments: [-86_400, -3600, 3600, 86_400])
    func `setting the exporter's own clock is no step and moves nothing`(seconds: Int) {
        var clock = ServerClock()
        for (index, offset) in [Duration.zero, .seconds(seconds), .zero].enumerated() {
            let reading = reading(Int64(index) * 60, off: offset)
            let date = Self.noon + .seconds(Int64(index) * 60)
            let step = clock.note(date, at: reading, span: .zero, frontier: nil) { _ in false }
            #expect(step == nil)
            #expect(clock.now(at: reading) == date)
        }
    }

    // MARK: Which clock is followed

    @Test func `before any Date the exporter's own clock counts`() {
        #expect(lead(ServerClock(), off: .seconds(5)) == .seconds(5))
    }

    @Test func `a Date that lies years ahead is not followed without a witness`() {
        let years = Duration.seconds(10 * 365 * 86_400)
        #expect(lead(clock([years]).clock) == .zero)
        #expect(lead(clock([.seconds(3), years]).clock) == .seconds(3))
    }

    @Test func `a row that was stamped about then is a witness`() {
        let hour = Duration.seconds(3600)
        #expect(lead(clock([.zero, hour], stamped: [Self.noon.second + 3500]).clock) == hour)
        #expect(lead(clock([.zero, hour], stamped: [Self.noon.second + 1000]).clock) == .zero)
    }

    @Test(arguments: [-86_400, -3600, 3600, 86_400])
    func `a server that goes by the right time is followed whatever the exporter's clock says`(seconds: Int) {
        let offset = Duration.seconds(seconds)
        let (clock, _) = clock(
            [.zero, .zero], off: offset, frontier: Self.noon.second - 60, stamped: [Self.noon.second - 120])
        #expect(lead(clock, off: offset) == .zero)
    }

    @Test func `a clock of 1970 is no witness`() {
        let offset = UnixTime(seconds: 0) - Self.noon
        #expect(lead(clock([.zero], off: offset).clock, off: offset) == .zero)
    }

    @Test func `an exporter that is behind what was read is no witness`() {
        let offset = Duration.seconds(-86_400)
        #expect(lead(clock([.zero], off: offset, frontier: Self.noon.second - 600).clock, off: offset) == .zero)
    }

    @Test(arguments: [-86_400, -1_790_000_000])
    func `after a restart a Date far after what was read is followed once a row bears it out`(seconds: Int) {
        let (offset, frontier) = (Duration.seconds(seconds), Self.noon.second - 7200)
        #expect(lead(clock([.zero], off: offset, frontier: frontier).clock, off: offset) == .seconds(-7200))
        let stamped = [Self.noon.second - 300]
        #expect(lead(clock([.zero], off: offset, frontier: frontier, stamped: stamped).clock, off: offset) == .zero)
    }

    @Test(arguments: [-3600, -86_400, -315_360_000])
    func `a Date that lies behind is followed`(seconds: Int) {
        #expect(lead(clock([.zero, .seconds(seconds)]).clock) == .seconds(seconds))
    }

    // MARK: First contact

    private func firstContact(date: Duration, own: Duration = .zero, newestRow: Duration?) -> Duration {
        var (clock, _) = clock([date], off: own)
        let row = newestRow.map { (Self.noon + $0).second }
        return clock.firstContact(newestRow: row, at: reading(0, off: own)) - Self.noon
    }

    @Test func `clocks that agree need no row`() {
        #expect(!clock([.seconds(600)]).clock.needsRows(at: reading(0)))
        #expect(clock([.seconds(3600)]).clock.needsRows(at: reading(0)))
        let offset = UnixTime(seconds: 0) - Self.noon
        #expect(clock([.zero], off: offset).clock.needsRows(at: reading(0, off: offset)))
    }

    @Test func `the first contact goes by the earlier clock`() {
        #expect(firstContact(date: .seconds(86_400), newestRow: nil) == .zero)
        #expect(firstContact(date: .seconds(86_400), newestRow: .seconds(-7200)) == .zero)
        #expect(firstContact(date: .seconds(-86_400), newestRow: .seconds(-90_000)) == .seconds(-86_400))
        #expect(firstContact(date: .zero, own: .seconds(86_400), newestRow: .seconds(-7200)) == .zero)
    }

    @Test func `the first contact does not go by a clock that is behind the rows`() {
        // The exporter's clock is a month behind; history is not read from there.
        #expect(firstContact(date: .zero, own: .seconds(-30 * 86_400), newestRow: .seconds(-600)) == .zero)
        // Date is of 1990; the rows are of today.
        #expect(
            firstContact(date: UnixTime(seconds: 631_152_000) - Self.noon, newestRow: .seconds(-60)) == .seconds(-60))
    }

    @Test func `a Date after the first contact's rows is followed once a row bears it out`() {
        let (day, own) = (Duration.seconds(86_400), Duration.seconds(-10_800))
        var (clock, _) = clock([day], off: own)
        _ = clock.firstContact(newestRow: (Self.noon - .seconds(60)).second, at: reading(0, off: own))
        #expect(lead(clock, off: own) == .seconds(-60))

        let row = Self.noon.second + 86_400 + 60
        let date = Self.noon + .seconds(60) + day
        func isStamped(_ window: Window) -> Bool { window.contains(row) }
        _ = clock.note(date, at: reading(60, off: own), span: .zero, frontier: row - 86_400) { _ in false }
        #expect(lead(clock, off: own) == .seconds(-60))
        _ = clock.note(date, at: reading(60, off: own), span: .zero, frontier: row - 86_400, isStamped: isStamped)
        #expect(lead(clock, off: own) == day)
    }

    @Test func `the first contact is not later than the newest row where both clocks are wrong`() {
        // Date is three hours behind, so the newest row contradicts it; the exporter's clock is a day ahead.
        #expect(
            firstContact(date: .seconds(-10_800), own: .seconds(86_400), newestRow: .seconds(-60)) == .seconds(-60))
        #expect(firstContact(date: .seconds(-10_800), own: .zero, newestRow: .seconds(5)) == .zero)
        // Date is a day ahead, and the newest row contradicts the exporter's clock; or the exporter's clock alone is wrong.
        #expect(firstContact(date: .seconds(86_400), own: .seconds(-10_800), newestRow: .seconds(-60)) == .seconds(-60))
        #expect(firstContact(date: .zero, own: .seconds(-30 * 86_400), newestRow: .seconds(-7200)) == .seconds(-7200))
        // The exporter's clock was never set.
        let unset = UnixTime(seconds: 0) - Self.noon
        #expect(firstContact(date: .zero, own: unset, newestRow: nil) == .zero)
        #expect(firstContact(date: .zero, own: unset, newestRow: .seconds(-600)) == .zero)
        #expect(firstContact(date: .seconds(86_400), own: unset, newestRow: .seconds(-600)) == .seconds(-600))
        #expect(firstContact(date: .seconds(-86_400), own: unset, newestRow: .seconds(-600)) == .seconds(-600))
    }
}
