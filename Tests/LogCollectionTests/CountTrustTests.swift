import Testing

@testable import LogCollection

@Suite struct CountTrustTests {
    @Test func `twelve requests in vain end the search, and two on a server in doubt`() {
        var counts = CountTrust()
        counts.beginRound()
        for request in 1...12 {
            #expect(!counts.isExhausted, "request \(request)")
            counts.noteFutileRequest()
        }
        #expect(counts.isExhausted && !counts.isBelieved)
        counts.endRound(succeeded: true)
        counts.beginRound()
        #expect(counts.isInDoubt && !counts.isExhausted)
        counts.noteFutileRequest()
        counts.noteFutileRequest()
        #expect(counts.isExhausted)
    }

    @Test func `a disagreement leaves two requests, and is forgotten after ten rounds that succeed`() {
        var counts = CountTrust()
        counts.beginRound()
        counts.disagree()
        #expect(!counts.isBelieved && !counts.isInDoubt && !counts.isExhausted)
        counts.endRound(succeeded: false)
        for round in 1...10 {
            #expect(counts.isInDoubt, "round \(round)")
            counts.beginRound()
            counts.endRound(succeeded: false)
            counts.beginRound()
            counts.endRound(succeeded: true)
        }
        #expect(counts.isBelieved)
    }

    @Test func `a search that found something is no reason for doubt`() {
        var counts = CountTrust()
        for found in [false, true] {
            counts = CountTrust()
            counts.beginRound()
            for _ in 0..<3 { counts.noteFutileRequest() }
            if found { counts.noteFound() }
            counts.endRound(succeeded: true)
            #expect(counts.isInDoubt == !found)
        }
    }
}
