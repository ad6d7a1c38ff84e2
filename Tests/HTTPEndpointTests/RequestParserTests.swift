import Testing

@testable import HTTPEndpoint

struct RequestParserTests {
    @Test func `a request is taken apart`() {
        let received = Outcome(
            of: "POST /api/v1/apps?app=a+b&app=%C3%A4&empty HTTP/1.1\r\nHost: localhost:13439\r\n"
                + "Content-Length: 3\r\nX-Note:  two words \t\r\n\r\nabc"
        ).only
        #expect(
            received?.request
                == HTTPRequest(
                    method: "POST", path: "/api/v1/apps",
                    query: [
                        QueryItem(name: "app", value: "a b"), QueryItem(name: "app", value: "ä"),
                        QueryItem(name: "empty", value: ""),
                    ],
                    headers: ["Host": "localhost:13439", "Content-Length": "3", "X-Note": "two words"],
                    body: Array("abc".utf8)))
    }

    @Test(arguments: [
        ("/", "/"), ("/-/healthy", "/-/healthy"), ("/a%20b%2Fc+d", "/a b/c+d"), ("/%e2%82%ac", "/€"),
        ("/../etc/passwd", "/../etc/passwd"), ("//x", "//x"), ("/{a}|b", "/{a}|b"),
        ("http://example.org", "/"), ("HTTP://example.org:80/a", "/a"), ("https://example.org?x=1", "/"),
    ])
    func `a target's path is decoded`(target: String, path: String) {
        #expect(Outcome(of: "GET \(target) HTTP/1.1\r\nHost: h\r\n\r\n").only?.request.path == path)
    }

    @Test(arguments: [
        ("/?", []), ("/?&&", []), ("/?a", [("a", "")]), ("/?a=b=c", [("a", "b=c")]), ("/?=v", [("", "v")]),
        ("/?a=1&a=2", [("a", "1"), ("a", "2")]), ("/?a%3D=%26+%2B", [("a=", "& +")]), ("/?a=b?c/d", [("a", "b?c/d")]),
    ])
    func `a target's query is decoded`(target: String, items: [(String, String)]) {
        let query = Outcome(of: "GET \(target) HTTP/1.1\r\nHost: h\r\n\r\n").only?.request.query
        #expect(query == items.map { QueryItem(name: $0.0, value: $0.1) })
    }

    @Test func `many short fields or query items are refused, for they take more memory than bytes`() {
        func status(fields: Int, items: Int) -> Int? {
            let query = String(repeating: "a&", count: items)
            let lines = String(repeating: "a:\r\n", count: fields - 1)
            return Outcome(of: "GET /?\(query) HTTP/1.1\r\nHost: h\r\n\(lines)\r\n").refusedStatus
        }
        #expect(status(fields: 100, items: 511) == nil)
        #expect(status(fields: 101, items: 511) == 431)
        #expect(status(fields: 100, items: 512) == 414)
    }

    @Test func `a whole URL's host replaces the Host header`() {
        let received = Outcome(of: "GET http://inner:81/x HTTP/1.1\r\nHost: outer\r\n\r\n").only
        #expect(received?.request.headers.values(of: "Host") == ["inner:81"])
    }

    @Test(arguments: [
        ("HTTP/1.1", "", true), ("HTTP/1.1", "Connection: close\r\n", false),
        ("HTTP/1.1", "Connection: TE, Close\r\n", false), ("HTTP/1.0", "", false),
        ("HTTP/1.0", "Connection: Keep-Alive\r\n", true),
        ("HTTP/1.0", "Connection: keep-alive, close\r\n", false), ("HTTP/1.7", "", true),
    ])
    func `keeping the connection follows version and header`(version: String, header: String, keepsAlive: Bool) {
        #expect(Outcome(of: "GET / \(version)\r\nHost: h\r\n\(header)\r\n").only?.keepsAlive == keepsAlive)
    }

    @Test(arguments: [
        "GET / HTTP/1.0\r\n\r\n", "\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", "GET / HTTP/1.1\r\nHost:\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: [::1]:9\r\n\r\n", "M-SEARCH / HTTP/1.1\r\nhost:h\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 0, 0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nX: caf\u{E9}\tbar\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\n\r\n",
    ])
    func `an unusual but valid request is accepted`(text: String) {
        #expect(Outcome(of: text).only != nil)
    }

    @Test(arguments: hostileRequests)
    func `a request that cannot be served is refused`(text: String, status: Int) {
        #expect(Outcome(of: text).refusedStatus == status)
    }

    @Test(arguments: [
        "", "\r\n", "GET", "GET / HTTP/1.1\r\nHost: h\r\n", "POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\na",
    ])
    func `an unfinished request is waited for`(text: String) {
        guard case .requests(let received, let isMidRequest) = Outcome(of: text) else {
            Issue.record("refused")
            return
        }
        #expect(received.isEmpty)
        #expect(isMidRequest == !(text.isEmpty || text == "\r\n"))
    }

    @Test func `requests that come at once are delivered in their order`() {
        let text = (0..<100).map { "GET /\($0) HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx\r\n" }.joined()
        guard case .requests(let received, _) = Outcome(of: text) else {
            Issue.record("refused")
            return
        }
        #expect(received.map(\.request.path) == (0..<100).map { "/\($0)" })
    }

    @Test func `a head of exactly the limit is accepted and one byte more is not`() {
        let request = Array("GET / HTTP/1.0\r\nA: b\r\n\r\n".utf8)[...]
        #expect(Outcome(of: [request], headLimit: request.count).only != nil)
        #expect(Outcome(of: [request], headLimit: request.count - 1).refusedStatus == 431)
    }

    @Test func `a request line beyond the limit is a target that is too long`() {
        let request = Array("GET /aaaaaaaaaaaaaaaaaaaaaa HTTP/1.0\r\n\r\n".utf8)[...]
        #expect(Outcome(of: [request], headLimit: 20).refusedStatus == 414)
        #expect(Outcome(of: [request.prefix(21)], headLimit: 20).refusedStatus == 414)
    }

    @Test func `a body of exactly the limit is accepted and one byte more is not`() {
        let request = Array("POST / HTTP/1.0\r\nContent-Length: 4\r\n\r\nabcd".utf8)[...]
        #expect(Outcome(of: [request], bodyLimit: 4).only?.request.body == Array("abcd".utf8))
        #expect(Outcome(of: [request], bodyLimit: 3).refusedStatus == 413)
    }

    private static let hostileRequests: [(String, Int)] = [
        // Request line
        ("\u{16}\u{3}\u{1}\u{2}", 400), ("{\"a\":1}", 400), (" GET / HTTP/1.1\r\n", 400), ("\r\n\r\n", 400),
        ("GET /\r\n", 400), ("GET  / HTTP/1.1\r\n", 400), ("GET / HTTP/1.1 \r\n", 400), ("GET\t/ HTTP/1.1\r\n", 400),
        ("G@T / HTTP/1.1\r\n", 400), ("GET / http/1.1\r\n", 400), ("GET / HTTP/1\r\n", 400),
        ("GET / HTTP/1.x\r\n", 400), ("GET / HTTP/11\r\n", 400), ("GET / HTTP/1.10\r\n", 400),
        ("GET / HTTP/1.1\n", 400), ("GET / HTTP/1.1\r\r\n", 400), ("\rGET / HTTP/1.1\r\n", 400),
        ("GET / HTTP/2.0\r\n", 505), ("PRI * HTTP/2.0\r\n", 505), ("GET / HTTP/0.9\r\n", 505),
        // Target
        ("OPTIONS * HTTP/1.1\r\n", 400), ("CONNECT example.org:443 HTTP/1.1\r\n", 400), ("GET x HTTP/1.1\r\n", 400),
        ("GET ftp://h/ HTTP/1.1\r\n", 400), ("GET http:/// HTTP/1.1\r\n", 400), ("GET http://:80/ HTTP/1.1\r\n", 400),
        ("GET http://user@h/ HTTP/1.1\r\n", 400), ("GET /#top HTTP/1.1\r\n", 400), ("GET /\u{0} HTTP/1.1\r\n", 400),
        ("GET /ä HTTP/1.1\r\n", 400), ("GET /% HTTP/1.1\r\n", 400), ("GET /%4 HTTP/1.1\r\n", 400),
        ("GET /%zz HTTP/1.1\r\n", 400), ("GET /%+1 HTTP/1.1\r\n", 400), ("GET /%00 HTTP/1.1\r\n", 400),
        ("GET /%0d%0a HTTP/1.1\r\n", 400), ("GET /%7f HTTP/1.1\r\n", 400), ("GET /%ff HTTP/1.1\r\n", 400),
        ("GET /%c0%af HTTP/1.1\r\n", 400), ("GET /?a=%00 HTTP/1.1\r\n", 400), ("GET /?a=%f HTTP/1.1\r\n", 400),
        // Fields
        ("GET / HTTP/1.1\r\n Host: h\r\n", 400), ("GET / HTTP/1.1\r\nHost: h\r\n folded\r\n", 400),
        ("GET / HTTP/1.1\r\nHost : h\r\n", 400), ("GET / HTTP/1.1\r\nHost\r\n", 400),
        ("GET / HTTP/1.1\r\n: h\r\n", 400),
        ("GET / HTTP/1.1\r\nA: b\n", 400), ("GET / HTTP/1.1\r\nA: b\u{0}\r\n", 400),
        ("GET / HTTP/1.1\r\nA: b\rc\r\n", 400), ("GET / HTTP/1.1\r\nA: \u{1B}\r\n", 400),
        ("GET / HTTP/1.1\r\nA: \u{7F}\r\n", 400), ("GET / HTTP/1.1\r\nHöst: h\r\n", 400),
        // Host
        ("GET / HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n", 400),
        ("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400),
        ("GET http://h/ HTTP/1.1\r\n\r\n", 400),
        // Framing
        ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n", 411),
        ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501),
        ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n", 501),
        ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", 400),
        ("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        ("POST / HTTP/1.0\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        ("POST / HTTP/1.0\r\nContent-Length: 1, 2\r\n\r\n", 400),
        ("POST / HTTP/1.0\r\nContent-Length: -1\r\n\r\n", 400),
        ("POST / HTTP/1.0\r\nContent-Length: +1\r\n\r\n", 400), ("POST / HTTP/1.0\r\nContent-Length: 0x1\r\n\r\n", 400),
        ("POST / HTTP/1.0\r\nContent-Length:\r\n\r\n", 400), ("POST / HTTP/1.0\r\nContent-Length: 1,\r\n\r\n", 400),
        ("POST / HTTP/1.0\r\nContent-Length: 65537\r\n\r\n", 413),
        ("POST / HTTP/1.0\r\nContent-Length: 99999999999999999999\r\n\r\n", 413),
        ("POST / HTTP/1.1\r\nHost: h\r\nExpect: 200-ok\r\n\r\n", 417),
    ]
}
