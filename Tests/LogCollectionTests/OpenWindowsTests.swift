import Testing

@testable import LogCollection

@Suite struct OpenWindowsTests {
    private let range: ClosedRange<Int64> = 1000...1100

    /// Reads the only window in vain as soon as its time has come, until the moment `end`; gives what was given up.
    private func readInVain(_ windows: inout OpenWindows, until end: Int64) -> [Window] {
        var givenUp: [Window] = []
        while let window = windows.windows.first, window.nextTry <= end, givenUp.isEmpty {
            givenUp += windows.open(range, at: window.nextTry, .readInVain(window), lateLimit: 960) { _ in 0 }
        }
        return givenUp
    }

    @Test func `a window is given up only by a try in vain after its last late row`() {
        var windows = OpenWindows()
        _ = windows.open(range, at: 1200, lateLimit: 960) { _ in 0 }
        #expect(readInVain(&windows, until: 1200 + 959) == [])
        #expect(windows.windows.map(\.attempts) == [5])
        let lastTry = windows.windows[0].nextTry
        #expect(lastTry >= 1200 + 960)
        #expect(readInVain(&windows, until: lastTry) == [Window(first: 1000, last: 1100)])
        #expect(windows.isEmpty)
    }

    @Test func `a window that is put off is neither tried nor given up`() {
        var windows = OpenWindows()
        _ = windows.open(range, at: 1200, lateLimit: 960) { _ in 0 }
        _ = windows.open(range, at: 1200, .readInVain(windows.windows[0]), lateLimit: 960) { _ in 0 }
        for now in stride(from: Int64(1260), to: 10_000, by: 30) {
            #expect(windows.open(range, at: now, .putOff(windows.windows[0]), lateLimit: 960) { _ in 0 } == [])
            #expect(windows.windows.map(\.attempts) == [1])
            #expect(windows.windows.map(\.nextTry) == [now])
        }
    }

    @Test func `the try that decides comes before those that are only tries again`() {
        var windows = OpenWindows()
        for (first, tries) in [(Int64(1000), [Int64(2100)]), (1200, []), (1400, [1600])] {
            _ = windows.open(first...(first + 99), at: 1500, lateLimit: 960) { _ in 0 }
            for moment in tries {
                let window = windows.windows.last!
                _ = windows.open(first...(first + 99), at: moment, .readInVain(window), lateLimit: 960) { _ in 0 }
            }
        }
        // By their times the one of 1200 would be first, then that of 1400.
        #expect(windows.due(at: 2459, lateLimit: 960).map(\.first) == [1200, 1400, 1000])
        // At 2460 no row can appear in any of them any more.
        _ = windows.open(1000...1099, at: 2461, .readInVain(windows.windows[0]), lateLimit: 960) { _ in 0 }
        _ = windows.open(1200...1299, at: 2462, .readInVain(windows.windows[1]), lateLimit: 960) { _ in 0 }
        #expect(windows.due(at: 3000, lateLimit: 960).map(\.first) == [1400, 1200, 1000])
    }

    @Test func `what was put off does not wait with the part that was read in vain`() {
        var windows = OpenWindows()
        _ = windows.open(100...199, at: 1000, lateLimit: 960) { _ in 0 }
        let whole = windows.windows[0]
        _ = windows.open(199...199, at: 1000, .readInVain(whole), lateLimit: 960) { _ in 0 }
        _ = windows.open(100...198, at: 1000, .putOff(whole), lateLimit: 960) { _ in 0 }
        #expect(windows.due(at: 1000, lateLimit: 960).map(\.window) == [Window(first: 100, last: 198)])
        // Once it was read in vain as well, they are one again.
        _ = windows.open(100...198, at: 1010, .readInVain(windows.windows[0]), lateLimit: 960) { _ in 0 }
        #expect(windows.windows.map(\.window) == [Window(first: 100, last: 199)])
    }

    @Test func `tries in vain come at growing intervals`() {
        var windows = OpenWindows()
        _ = windows.open(range, at: 1200, lateLimit: 100_000) { _ in 0 }
        var pauses: [Int64] = []
        for _ in 0..<6 {
            let window = windows.windows[0]
            _ = windows.open(range, at: window.nextTry, .readInVain(window), lateLimit: 100_000) { _ in 0 }
            pauses.append(windows.windows[0].nextTry - window.nextTry)
        }
        #expect(pauses == [60, 120, 240, 480, 480, 480])
    }
}
