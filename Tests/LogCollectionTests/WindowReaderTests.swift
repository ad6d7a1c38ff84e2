import DifyAPI
import Testing

@testable import LogCollection

@Suite struct WindowReaderTests {
    private func read(_ reader: inout WindowReader, _ list: inout ListOfLogs) -> (WindowReader.Progress, requests: Int)
    {
        var requests = 0
        while let request = reader.request {
            requests += 1
            let progress = reader.receive(list.page(request))
            if progress != .reading { return (progress, requests) }
        }
        return (.reading, requests)
    }

    @Test func aPageThatIsNotFullIsTheWholeWindow() {
        var list = ListOfLogs(logs: (0..<99).map { .make("\($0)", at: 1000 + Int64($0 / 10)) })
        var reader = WindowReader(Window(first: 1000, last: 1009))
        let (progress, requests) = read(&reader, &list)
        #expect(progress == .complete)
        #expect(requests == 1)
        #expect(reader.isWhole)
        #expect(reader.seen.count == 99)
    }

    @Test(arguments: [1, 7, 37, 99])
    func anyDensityBelowAPageASecondIsReadByTimeAlone(perSecond: Int) {
        var list = ListOfLogs(logs: (0..<3000).map { .make("\($0)", at: 1000 + Int64($0 / perSecond)) })
        var reader = WindowReader(Window(first: 1000))
        var pages: Set<Int> = []
        while let request = reader.request {
            pages.insert(request.page)
            if reader.receive(list.page(request)) != .reading { break }
        }
        #expect(reader.seen.count == 3000)
        #expect(pages == [1])
    }

    @Test(arguments: [100, 101, 250, 300])
    func aCrowdedSecondIsReadToItsLastRow(rows: Int) {
        let crowd = (0..<rows).map { WorkflowLog.make("c\($0)", at: 1005, $0 % 3 == 0 ? .failed : .succeeded) }
        let others = (0..<40).map { WorkflowLog.make("o\($0)", at: 1000 + Int64($0 / 4)) }
        var list = ListOfLogs(logs: crowd + others)
        var reader = WindowReader(Window(first: 1000, last: 1009))
        let (progress, _) = read(&reader, &list)
        #expect(progress == .complete)
        #expect(reader.seen.count == rows + 40)
    }

    @Test func rowsThatNeverComeLeaveTheirSecondOpen() {
        let logs = (0..<250).map { WorkflowLog.make("\($0)", at: 1000) }
        var reader = WindowReader(Window(second: 1000))
        var progress = WindowReader.Progress.reading
        while let request = reader.request, progress == .reading {
            // A database that sorts ties alike for each page size, and so hides the same rows each time.
            let hidden = logs.dropFirst(10)
            let rows =
                request.status == nil
                ? Array(hidden.dropFirst((request.page - 1) * request.limit).prefix(request.limit)) : []
            progress = reader.receive(LogPage.make(rows, total: request.status == nil ? 250 : 0))
        }
        #expect(progress == .incomplete(seconds: [1000]))
        #expect(!reader.isWhole)
    }

    @Test func aRowThatComesMeanwhileDoesNotStandForOneThatWasNeverShown() {
        let logs = (0..<150).map { WorkflowLog.make("\($0)", at: 1000) }
        let late = WorkflowLog.make("late", at: 1000)
        var reader = WindowReader(Window(second: 1000))
        // Every answer keeps the last row back, until the late one has come.
        #expect(reader.receive(.make(Array(logs[..<100]), total: 150)) == .reading)
        for limit in [100, 97] {
            #expect(reader.request?.limit == limit)
            #expect(reader.receive(.make(Array(logs[..<limit]), total: 150)) == .reading)
            #expect(reader.receive(.make(Array(logs[limit..<149]) + [logs[0]], total: 150)) == .reading)
        }
        #expect(reader.request?.status == .succeeded)
        #expect(reader.receive(.make([late] + logs[..<99], total: 151)) == .reading)
        // A hundred and fifty have been seen, and the server is asked whether that is all.
        #expect(reader.request == PageRequest(window: Window(second: 1000), limit: 1))
        #expect(reader.receive(.make([logs[7]], total: 151)) == .reading)
        #expect(reader.receive(.make(Array(logs[99...]), total: 151)) == .reading)
        #expect(reader.receive(.make([logs[7]], total: 151)) == .complete)
        #expect(reader.seen.contains(LogID("149")))
    }

    @Test func rowsThatVanishMeanwhileDoNotStandForOthers() {
        let logs = (0..<120).map { WorkflowLog.make("\($0)", at: 1000) }
        var reader = WindowReader(Window(second: 1000))
        #expect(reader.receive(.make(Array(logs[..<100]), total: 120)) == .reading)
        #expect(reader.receive(.make(Array(logs[..<100]), total: 120)) == .reading)
        // Ten of those that were shown are deleted, and one is still to come.
        #expect(reader.receive(.make(Array(logs[100..<119]), total: 110)) == .reading)
        #expect(reader.request?.limit == 1)
        #expect(reader.receive(.make([logs[50]], total: 110)) == .reading)
        #expect(reader.receive(.make(Array(logs[10..<107]), total: 110)) == .reading)
        #expect(reader.receive(.make(Array(logs[107...]), total: 110)) == .reading)
        #expect(reader.receive(.make([logs[50]], total: 110)) == .complete)
        #expect(reader.seen.count == 120)
    }

    @Test func anAnswerBelowItsOwnCountIsAskedAgain() {
        var reader = WindowReader(Window(first: 1000, last: 1009))
        let row = WorkflowLog.make("a", at: 1001)
        #expect(reader.receive(.make([row], total: 2)) == .reading)
        #expect(reader.receive(.make([row], total: 1)) == .complete)
    }

    @Test func anAnswerThatStaysBelowItsCountLeavesTheWindowOpen() {
        var reader = WindowReader(Window(first: 1000, last: 1009))
        #expect(reader.receive(.make([], total: 2)) == .reading)
        #expect(reader.receive(.make([], total: 2)) == .reading)
        #expect(reader.receive(.make([], total: 2)) == .incomplete(seconds: [1000]))
    }

    @Test func aReadForCertainRunsEndsWhenTheyHaveBeenSeen() {
        var list = ListOfLogs(logs: (0..<1000).map { .make("\($0)", at: 1000 + Int64($0 / 20)) })
        var reader = WindowReader(Window(first: 1000, last: 1049), wanted: [LogID("999"), LogID("998")])
        let (progress, requests) = read(&reader, &list)
        #expect(progress == .complete)
        #expect(requests == 1)
        #expect(!reader.isWhole)
    }
}
