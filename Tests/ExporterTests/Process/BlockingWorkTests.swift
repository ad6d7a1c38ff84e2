import Platform
import TestSupport
import Testing

@testable import Exporter

@Suite struct BlockingWorkTests {
    /// Holds threads up until a test lets them go.
    private final class Gate: Sendable {
        private let isOpen = Monitor(false)
        private let arrived = Monitor(0)

        func pass() {
            arrived.withLock { $0 += 1 }
            _ = isOpen.wait { $0 ? true : nil }
        }

        func open() {
            isOpen.withLock { $0 = true }
        }

        var arrivals: Int { arrived.withLock(\.self) }
    }

    private let long = Duration.seconds(600)
    private let short = Duration.milliseconds(1)

    @Test func `what ends in time is given`() async {
        let work = BlockingWork(threadLimit: 2)
        #expect(await work.run(lane: "a", patience: long) { 1 } == 1)
        #expect(await work.run(lane: "a", patience: long) { 2 } == 2)
    }

    @Test func `a lane that hangs keeps one thread, and other lanes go on`() async throws {
        let work = BlockingWork(threadLimit: 2)
        let gate = Gate()
        while gate.arrivals == 0 { #expect(await work.run(lane: "hung", patience: short) { gate.pass() } == nil) }
        // With all the patience of the world: nobody waits for what hangs already.
        for _ in 0..<100 { #expect(await work.run(lane: "hung", patience: long) { gate.pass() } == nil) }
        #expect(await work.run(lane: "other", patience: long) { 3 } == 3)
        #expect(gate.arrivals == 1)
        gate.open()
        try await Workbench.until { await work.run(lane: "hung", patience: long) { 4 } == 4 }
    }

    @Test func `threads are bounded, and a lane without one runs out of time`() async {
        let work = BlockingWork(threadLimit: 2)
        let gate = Gate()
        for lane in ["a", "b", "c", "d"] { #expect(await work.run(lane: lane, patience: short) { gate.pass() } == nil) }
        #expect(gate.arrivals <= 2)
        gate.open()
        #expect(await work.run(lane: "e", patience: long) { 5 } == 5)
    }

    @Test func `many lanes share few threads`() async {
        let work = BlockingWork(threadLimit: 2)
        let sum = await withTaskGroup(of: Int?.self) { group in
            for number in 1...1000 {
                group.addTask { await work.run(lane: "\(number % 50)", patience: long) { number } }
            }
            return await group.reduce(0) { $0 + ($1 ?? 0) }
        }
        #expect(sum == 500_500)
    }

    @Test func `who is cancelled does not wait`() async throws {
        let work = BlockingWork(threadLimit: 1)
        let gate = Gate()
        let waiting = Task { await work.run(lane: "a", patience: long) { gate.pass() } == nil }
        try await Workbench.until { gate.arrivals > 0 }
        waiting.cancel()
        #expect(await waiting.value)
        gate.open()
    }
}
