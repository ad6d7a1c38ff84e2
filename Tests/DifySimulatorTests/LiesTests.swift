import CivilTime
import DifyAPI
import DifySimulator
import Testing

@Suite struct LiesTests {
    private func dify(_ lies: (inout Lies) -> Void) -> SimulatedDify {
        var dify = SimulatedDify.make()
        for _ in 0..<40 { dify.add(RunScript()) }
        var told = Lies.none
        lies(&told)
        dify.apply(.setLies(told), at: start + .seconds(10))
        return dify
    }

    @Test func `a count can be larger than the rows that there are`() throws {
        var dify = dify { $0.surplus = 1000 }
        let page = try dify.page()
        #expect(page.total == 1040 && page.logs.count == 40 && page.hasMore)
    }

    @Test func `an answer can hold fewer rows than its count`() throws {
        var dify = dify { $0.hiddenShare = 0.5 }
        let page = try dify.page()
        #expect(page.total == 40 && (5..<35).contains(page.logs.count))
    }

    @Test func `an answer can hold a row of no possible time, which it counts`() throws {
        var dify = dify { $0.phantomShare = 1 }
        let page = try dify.page()
        #expect(page.total == 41 && page.logs.count == 40 && page.refusedRows.count == 1)
    }

    @Test func `numbers that no run can have come to their bounds`() throws {
        var random = SeededRandom(seed: 3)
        for _ in 0..<50 {
            var dify = SimulatedDify.make()
            var script = RunScript()
            script.oddNumbers = OddNumbers(using: &random)
            script.tokens = 7
            dify.add(script)
            let run = try #require(try dify.page(at: start + .seconds(9)).logs.first?.run)
            let truth = dify.truth(of: "app", at: start + .seconds(9))
            #expect(run.elapsedTime == truth.elapsedSeconds(status: "succeeded"))
            #expect(run.totalTokens == truth.tokens["succeeded"])
        }
    }
}
