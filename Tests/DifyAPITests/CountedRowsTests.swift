import JSON
import TestSupport
import Testing

@testable import DifyAPI

/// Rows as they are counted against the same rows read whole.
@Suite struct CountedRowsTests {
    private let key = APIKey("app-0a1B2c3d4E5f60718293a4b5")!

    private func page(_ body: [UInt8], _ detail: LogPage.Detail) -> Result<LogPage, JSONError> {
        do throws(JSONError) {
            return .success(try LogPage(json: body, key: key, detail: detail))
        } catch {
            return .failure(error)
        }
    }

    @Test(arguments: [RecordedDify.oneThirteen])
    func `nothing is missing but who started a run`(dify: RecordedDify) {
        let body = dify.exchange("page_100").response.body
        var random = Seeded(4)
        for turn in 0..<400 {
            var body = body
            // From the second turn on something is wrong with it.
            for _ in 0..<min(turn, 3) { body[random.below(body.count)] = UInt8(random.below(128)) }
            var whole = page(body, .whole)
            if case .success(var page) = whole {
                for place in page.logs.indices {
                    page.logs[place].run?.version = nil
                    page.logs[place].createdByRole = nil
                    page.logs[place].createdByAccount = nil
                    page.logs[place].createdByEndUser = nil
                }
                whole = .success(page)
            }
            #expect(page(body, .counted) == whole)
        }
    }

    @Test func `the key is taken out of an id that is a UUID`() throws {
        let id = "0a1b2c3d-4e5f-4de4-ac05-b976402eb140"
        let body = Array(
            #"{"page":1,"limit":1,"total":1,"has_more":false,"data":[{"id":"\#(id)","workflow_run":null,"created_at":1795382115}]}"#
                .utf8)
        let log = try #require(try LogPage(json: body, key: key, detail: .counted).logs.first)
        #expect(log.id.text == "<API key>-4e5f-4de4-ac05-b976402eb140")
        #expect(try LogPage(json: body).logs.first?.id.text == id)
    }

    @Test func `pieces of the key are found at any place of a text`() {
        var random = Seeded(5)
        let letters = Array("0a1b2c3d4e5f60718293a4b5".utf8)
        for _ in 0..<20_000 {
            var text = (0..<random.below(60)).map { _ in letters[random.below(letters.count)] }
            let first = random.below(letters.count)
            let piece = letters[first...].prefix(random.below(12))
            text.insert(contentsOf: piece, at: random.below(text.count + 1))
            if random.below(2) == 0 { text = text.map { random.below(4) == 0 && $0 > 0x40 ? $0 & ~0x20 : $0 } }
            let written = String(decoding: text, as: UTF8.self)
            let holdsPiece = (0...(letters.count - 8)).contains { first in
                written.lowercased().contains(String(decoding: letters[first..<(first + 8)], as: UTF8.self))
            }
            #expect((key.redacted(from: written) != written) == holdsPiece, "\(written)")
        }
    }
}
