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
