import CivilTime
import Testing

@testable import HTTPEndpoint

struct HTTPResponseEncodingTests {
    private func text(_ response: HTTPResponse, isHead: Bool = false, isHTTP10: Bool = false, keepsAlive: Bool = true)
        -> String
    {
        let framing = HTTPResponse.Framing(isHead: isHead, isHTTP10: isHTTP10, keepsAlive: keepsAlive)
        let encoded = response.encoded(framing, date: exampleDate.httpDate)
        return String(decoding: encoded.head + encoded.body, as: UTF8.self)
    }

    @Test func `an answer has its date, type and length`() {
        #expect(
            text(.text(200, "hello"))
                == "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                + "Content-Type: text/plain; charset=utf-8\r\nContent-Length: 5\r\n\r\nhello")
    }

    @Test func `an answer to HEAD has the same head and no body`() {
        let whole = text(.text(200, "hello"))
        #expect(text(.text(200, "hello"), isHead: true) == String(whole.dropLast(5)))
    }

    @Test func `a long body has its length, and is not sent to HEAD`() {
        var response = HTTPResponse(status: 200)
        response.longBody = .counting(5_000_000)
        for isHead in [false, true] {
            #expect(text(response, isHead: isHead).contains("\r\nContent-Length: 5000000\r\n"))
            let encoded = response.encoded(.init(isHead: isHead, keepsAlive: true), date: exampleDate.httpDate)
            #expect(encoded.body.isEmpty && encoded.longBody == (isHead ? nil : response.longBody))
        }
    }

    @Test func `an empty answer has a length and no type`() {
        let answer = text(HTTPResponse(status: 404))
        #expect(answer.contains("\r\nContent-Length: 0\r\n"))
        #expect(!answer.contains("Content-Type"))
    }

    @Test func `a body without a type is called bytes`() {
        #expect(
            text(HTTPResponse(status: 200, body: [1])).contains("\r\nContent-Type: application/octet-stream\r\n"))
    }

    @Test(arguments: [204, 304])
    func `a status without a body gets neither body nor length`(status: Int) {
        let answer = text(.text(status, "never seen"))
        #expect(!answer.contains("Content-Length"))
        #expect(answer.hasSuffix("\r\n\r\n"))
    }

    @Test(arguments: [-1, 0, 100, 199, 600])
    func `a status that no answer can have is sent as 500`(status: Int) {
        #expect(text(HTTPResponse(status: status)).hasPrefix("HTTP/1.1 500 Internal Server Error\r\n"))
    }

    @Test func `a status without a known reason has an empty one`() {
        #expect(text(HTTPResponse(status: 599)).hasPrefix("HTTP/1.1 599 \r\n"))
    }

    @Test func `the handler's date is kept, and its framing is not`() {
        let answer = text(
            HTTPResponse(
                status: 200, headers: ["date": "then", "content-length": "9", "Transfer-Encoding": "chunked"],
                body: [65]))
        #expect(answer.contains("\r\ndate: then\r\n"))
        #expect(!answer.contains("Date:"))
        #expect(!answer.contains("chunked"))
        #expect(answer.contains("\r\nContent-Length: 1\r\n") && !answer.contains("content-length"))
    }

    @Test func `the end of the connection is announced, and so is its stay to HTTP 1.0`() {
        #expect(text(.text(200, ""), keepsAlive: false).contains("\r\nConnection: close\r\n"))
        #expect(text(.text(200, ""), isHTTP10: true).contains("\r\nConnection: keep-alive\r\n"))
        #expect(!text(.text(200, "")).contains("Connection"))
    }

    @Test(arguments: [(-1, ""), (0, ""), (2, "he"), (5, "hello"), (9, "hello")])
    func `a cut answer promises all and gives a part`(count: Int, part: String) {
        var response = HTTPResponse.text(200, "hello")
        response.delivery = .cut(afterBytes: count)
        let answer = text(response, keepsAlive: false)
        #expect(answer.contains("\r\nContent-Length: 5\r\n"))
        #expect(answer.hasSuffix("\r\n\r\n" + part))
    }
}
