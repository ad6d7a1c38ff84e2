import CivilTime
import DifyAPI
import DifySimulator
import Testing

@Suite struct FaultTests {
    private func failing(_ kind: Faults.Kind) -> SimulatedAnswer {
        var dify = SimulatedDify.make()
        dify.apply(.failNext(1, kind), at: start)
        let request = SimulatedRequest(path: "/v1/workflows/logs", authorization: authorization)
        let answer = dify.answer(request, at: start)
        #expect(dify.answer(request, at: start).response.status == 200)
        return answer
    }

    @Test func `a server error is difys own`() {
        let answer = failing(.serverError)
        #expect(answer.response.status == 500 && answer.response.text.contains(#""code":"unknown""#))
    }

    @Test func `a bad gateway is somebody elses`() {
        let answer = failing(.badGateway)
        #expect(answer.response.status == 502 && answer.response.field("X-Version") == nil)
        #expect(answer.response.field("Content-Type") == "text/html")
    }

    @Test func `throttling asks for a wait in both forms`() {
        var dify = SimulatedDify.make()
        dify.apply(.failNext(40, .throttled), at: start)
        let waits = (0..<40).map { _ in dify.get().field("Retry-After") ?? "" }
        #expect(waits.contains { (1...5).contains(Int($0) ?? 0) })
        #expect(waits.contains { UnixTime(httpDate: $0, now: start).map { $0 > start } ?? false })
    }

    @Test func `the way can break or hang`() {
        guard case .cut(let count) = failing(.cut).fault else {
            Issue.record("the answer is not cut")
            return
        }
        #expect((0..<57).contains(count))
        #expect(failing(.reset).fault == .reset)
        #expect(failing(.stall).fault == .stall(.seconds(120)))
    }

    @Test func `a share of requests fails in every way`() {
        var dify = SimulatedDify.make()
        dify.apply(.setFaults(Faults(share: 0.25)), at: start)
        var failures: [String: Int] = [:]
        for _ in 0..<4000 {
            let answer = dify.answer(SimulatedRequest(path: "/v1/info", authorization: authorization), at: start)
            let isWhole = answer.response.status == 200 && answer.fault == .none
            if !isWhole { failures["\(answer.response.status) \("\(answer.fault)".prefix(3))", default: 0] += 1 }
        }
        #expect((900...1100).contains(failures.values.reduce(0, +)))
        #expect(failures.count == 6)
        #expect(dify.get("/health").status == 200)
    }
}
