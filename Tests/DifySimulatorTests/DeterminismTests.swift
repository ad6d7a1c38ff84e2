import CivilTime
import DifySimulator
import Testing

@Suite struct DeterminismTests {
    /// Everything that a reader gets in ten minutes of a busy, odd and faulty server.
    private func transcript(seed: UInt64, step: Duration = .seconds(15)) -> [[UInt8]] {
        var dify = SimulatedDify.make(
            seed: seed, load: .lively(Rhythm(runsPerSecond: 2)), oddities: .frequent)
        dify.apply(.setFaults(Faults(share: 0.3)), at: start)
        var answers: [[UInt8]] = []
        var now = start
        while now < start + .seconds(600) {
            now = now + step
            dify.advance(to: now)
            guard (now - start).wholeMilliseconds % 60_000 == 0 else { continue }
            let response = dify.get("/v1/workflows/logs", [("limit", "100")], at: now)
            answers.append(Array("\(response.status) \(response.fields)".utf8) + response.body)
        }
        return answers
    }

    @Test func `the same seed gives the same bytes`() {
        #expect(transcript(seed: 7) == transcript(seed: 7))
    }

    @Test func `another seed gives others`() {
        #expect(transcript(seed: 7) != transcript(seed: 8))
    }

    @Test func `how often time is told makes no difference`() {
        #expect(transcript(seed: 7, step: .milliseconds(100)) == transcript(seed: 7, step: .seconds(60)))
    }

    @Test func `a copy leads a life of its own`() throws {
        var one = SimulatedDify.make()
        var other = one
        one.add(RunScript())
        #expect(try one.page().total == 1)
        #expect(try other.page().total == 0)
    }
}
