import Testing

@testable import LogCollection

@Suite struct RowRateTests {
    @Test func `windows follow the density of the list, up at once and down by half`() {
        var rate = RowRate()
        #expect(rate.isUnknown)
        rate.note(rows: 1200, seconds: 1200)
        #expect(!rate.isUnknown && rate.windowWidth == 1200)
        rate.note(rows: 400, seconds: 100)
        #expect(rate.windowWidth == 300)
        rate.note(rows: 0, seconds: 100)
        #expect(rate.windowWidth == 600)
        rate.note(rows: 5, seconds: 0)
        #expect(rate.windowWidth == 600)
    }

    @Test func `a window is a second at least, and an empty list makes no endless one`() {
        var rate = RowRate()
        #expect(rate.windowWidth == 1_200_000_000)
        rate.note(total: .max, seconds: 60)
        #expect(rate.windowWidth == 1)
        var busy = RowRate()
        busy.note(rows: 1_000_000, seconds: 1)
        #expect(busy.windowWidth == 1)
    }
}
