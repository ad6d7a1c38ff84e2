import Testing

@testable import HTTPEndpoint

struct RecentRequestsTests {
    private func parsed(_ text: String) throws -> RequestParser.Received {
        try #require(Outcome(of: text).only)
    }

    /// Reads a request, and notes it.
    private func note(_ text: String, in recent: inout RecentRequests) throws {
        recent.note(try parsed(text), of: ArraySlice(text.utf8))
    }

    private func request(_ path: String = "/metrics", _ fields: String = "") -> String {
        "GET \(path) HTTP/1.1\r\nHost: here\r\nAccept: */*\r\n\(fields)\r\n"
    }

    @Test func `a request is known by its bytes, and by all of them`() throws {
        var recent = RecentRequests()
        try note(request(), in: &recent)
        let known = try parsed(request())
        #expect(recent.request(of: ArraySlice(request().utf8)) == known)
        #expect(recent.request(of: ArraySlice(request().utf8.dropLast())) == nil)
        #expect(recent.request(of: ArraySlice(request("/Metrics").utf8)) == nil)
        #expect(recent.request(of: []) == nil)
    }

    @Test(arguments: [
        "Authorization: Basic dTpw\r\n", "Cookie: session=1\r\n", "X-Token: secret\r\n", "Proxy-Authorization: a b\r\n",
    ])
    func `a request that may hold a secret is not kept`(field: String) throws {
        var recent = RecentRequests()
        try note(request("/metrics", field), in: &recent)
        #expect(recent.request(of: ArraySlice(request("/metrics", field).utf8)) == nil)
    }

    @Test func `a query may hold a secret too`() throws {
        var recent = RecentRequests()
        try note(request("/metrics?token=secret"), in: &recent)
        #expect(recent.request(of: ArraySlice(request("/metrics?token=secret").utf8)) == nil)
    }

    @Test func `long requests and requests with a body are not kept`() throws {
        let long = request("/" + String(repeating: "a", count: RecentRequests.longest))
        let post = "POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 1\r\n\r\na"
        var recent = RecentRequests()
        for text in [long, post] {
            try note(text, in: &recent)
            #expect(recent.request(of: ArraySlice(text.utf8)) == nil)
        }
    }

    @Test func `the oldest is forgotten for one too many`() throws {
        var recent = RecentRequests()
        let requests = (0...RecentRequests.limit).map { request("/\($0)") }
        for text in requests { try note(text, in: &recent) }
        #expect(recent.request(of: ArraySlice(requests[0].utf8)) == nil)
        for text in requests.dropFirst() { #expect(recent.request(of: ArraySlice(text.utf8)) != nil) }
    }

    @Test func `a connection takes a known request as if it had read it`() throws {
        let now = Moment(instant: .now, date: exampleDate)
        var reader = ConnectionStateMachine(limits: .init(), at: now)
        var knower = reader
        let actions = reader.received(request(), at: now)
        let known = try #require(reader.onlyRequest)
        #expect(knower.awaitsRequest)
        #expect(knower.received(known, at: now) == actions)
        for var connection in [reader, knower] {
            #expect(connection.answered(.text(200, "hello"), at: now).isEmpty)
            let (text, later) = connection.sent(at: now)
            #expect(text.hasSuffix("\r\n\r\nhello") && later.isEmpty)
            #expect(connection.awaitsRequest)
        }
    }

    @Test(arguments: ["\r\n", "G", "GET / HTTP/1.1\r\nHost: here\r\n\r\nG"])
    func `a connection that has something of a request awaits no other`(text: String) {
        let now = Moment(instant: .now, date: exampleDate)
        var connection = ConnectionStateMachine(limits: .init(), at: now)
        _ = connection.received(text, at: now)
        #expect(!connection.awaitsRequest)
        #expect(connection.onlyRequest == nil)
    }
}
