import DifyAPI
import Testing

@testable import LogCollection

@Suite struct RecallPauseTests {
    @Test func `what could not be read is tried again after five minutes, and told once for each end`() {
        var pause = RecallPause()
        #expect(pause.isOver(at: 1000))
        let first = pause.begin(Window(first: 900, last: 950), at: 1000)
        #expect(!pause.isOver(at: 1299))
        #expect(pause.isOver(at: 1300))
        let second = pause.begin(Window(first: 910, last: 950), at: 1300)
        let third = pause.begin(Window(first: 910, last: 960), at: 1600)
        #expect([first, second, third] == [true, false, true])
        pause.end()
        #expect(pause.isOver(at: 1600))
    }

    @Test func `a clock that is set back ends the pause`() {
        var pause = RecallPause()
        _ = pause.begin(Window(first: 900, last: 950), at: 10_000)
        #expect(!pause.isOver(at: 10_000))
        #expect(pause.isOver(at: 9_999))
    }
}
