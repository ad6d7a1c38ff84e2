import Testing

@testable import HTTPEndpoint

struct HTTPHeadersTests {
    @Test func `names are compared without regard to case`() {
        let headers: HTTPHeaders = ["Content-Type": "text/plain"]
        #expect(headers["content-TYPE"] == "text/plain")
        #expect(headers["Content-Typ"] == nil)
    }

    @Test func `several values of one name are joined and can be had apart`() {
        var headers: HTTPHeaders = ["Accept": "text/plain", "Host": "a"]
        headers.add("accept", "text/html;q=0.5")
        #expect(headers["Accept"] == "text/plain, text/html;q=0.5")
        #expect(headers.values(of: "ACCEPT") == ["text/plain", "text/html;q=0.5"])
        #expect(headers.values(of: "Cookie") == [])
    }

    @Test func `set replaces every value, and nil removes them`() {
        var headers: HTTPHeaders = ["A": "1", "a": "2", "B": "3"]
        headers.set("A", "4")
        #expect(headers.values(of: "a") == ["4"])
        headers.set("A", nil)
        #expect(headers == ["B": "3"])
    }

    @Test func `a value cannot begin a line of its own`() {
        let headers: HTTPHeaders = ["Location": "/a\r\nSet-Cookie: x=1\u{0}"]
        #expect(headers["Location"] == "/a  Set-Cookie: x=1 ")
    }

    @Test func `a list is searched member by member`() {
        let headers: HTTPHeaders = ["Connection": "Upgrade,\t Close ,,", "Connection": "te"]
        #expect(headers.list("connection", contains: "close"))
        #expect(headers.list("connection", contains: "TE"))
        #expect(!headers.list("connection", contains: "clos"))
        #expect(headers.listMembers(of: "Connection") == ["Upgrade", "Close", "te"])
    }
}
