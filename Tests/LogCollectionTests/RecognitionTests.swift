import DifyAPI
import Testing

@testable import LogCollection

@Suite struct RecognitionTests {
    private static let place = "http://dify.test/v1"

    /// What is stored of an app called Triage, with one log in each of the seconds 1501 to 1505.
    private func recognition(logs: Int = 5, difyName: String? = "Triage") -> Recognition {
        var state = AppState.make()
        for number in 0..<logs { _ = state.apply(.make("log-\(number)", at: 1501 + Int64(number))) }
        return Recognition(
            of: Checkpoint(
                identity: .init(name: "triage", baseURL: Self.place, difyName: difyName), state: state))
    }

    /// The seconds that are asked for while every answer holds `logs`.
    private func askedSeconds(_ recognition: inout Recognition, answering logs: [WorkflowLog] = []) -> [Int64] {
        var seconds: [Int64] = []
        while let query = recognition.query {
            #expect(query.createdAtAfter == query.createdAtBefore)
            seconds.append(query.createdAtAfter ?? 0)
            recognition.receive(.make(logs))
        }
        return seconds
    }

    @Test func `one known log is enough whatever the names`() {
        var recognition = recognition()
        #expect(askedSeconds(&recognition, answering: [.make("log-4", at: 1505)]) == [1505])
        #expect(recognition.isSameApp(difyName: "Renamed", baseURL: "http://moved.test/v1"))
    }

    @Test func `the three newest seconds are asked for newest first`() {
        var recognition = recognition()
        #expect(askedSeconds(&recognition, answering: [.make("another", at: 1505)]) == [1505, 1504, 1503])
    }

    @Test func `without a known log the name and the place decide`() {
        var recognition = recognition()
        _ = askedSeconds(&recognition)
        #expect(recognition.isSameApp(difyName: "Triage", baseURL: Self.place))
        #expect(!recognition.isSameApp(difyName: "Invoices", baseURL: Self.place))
        #expect(!recognition.isSameApp(difyName: "Triage", baseURL: "http://moved.test/v1"))
    }

    @Test func `without stored logs the name decides`() {
        var recognition = recognition(logs: 0)
        #expect(askedSeconds(&recognition) == [])
        #expect(recognition.isSameApp(difyName: "Triage", baseURL: "http://moved.test/v1"))
        #expect(!recognition.isSameApp(difyName: "Invoices", baseURL: Self.place))
        #expect(self.recognition(logs: 0, difyName: nil).isSameApp(difyName: "Invoices", baseURL: Self.place))
    }

    @Test func `other logs in the place of known ones are another app's, whatever its name`() {
        var recognition = recognition()
        _ = askedSeconds(&recognition, answering: [.make("another", at: 1505)])
        #expect(!recognition.isSameApp(difyName: "Triage", baseURL: Self.place))
    }

    @Test func `a page that does not hold the whole second proves no other app`() throws {
        var recognition = recognition()
        while recognition.query != nil { recognition.receive(.make([.make("another", at: 1505)], total: 150)) }
        #expect(recognition.isSameApp(difyName: "Triage", baseURL: Self.place))
    }

    @Test func `seconds that cannot be served are passed over`() {
        var recognition = recognition()
        recognition.passOver()
        #expect(askedSeconds(&recognition) == [1504, 1503, 1502])
        #expect(!recognition.isUndecided)
    }

    @Test func `without any second that can be served nothing is decided`() {
        var recognition = recognition()
        while recognition.query != nil { recognition.passOver() }
        #expect(recognition.isUndecided)
    }

    @Test func `the owner is named as dify names it`() {
        #expect(recognition().owner == "Triage at http://dify.test/v1")
        #expect(recognition(difyName: nil).owner == "triage at http://dify.test/v1")
    }
}
