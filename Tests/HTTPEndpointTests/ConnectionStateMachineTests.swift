import CivilTime
import Platform
import Testing

@testable import HTTPEndpoint

struct ConnectionStateMachineTests {
    private let start = Moment(instant: .now, date: exampleDate)
    private let limits = HTTPServer.Limits()

    private func after(_ span: Duration) -> Moment {
        Moment(instant: start.instant + span, date: exampleDate + span)
    }

    private func connection() -> ConnectionStateMachine {
        ConnectionStateMachine(limits: limits, at: start)
    }

    private func request(_ path: String, method: String = "GET") -> String {
        "\(method) \(path) HTTP/1.1\r\nHost: h\r\n\r\n"
    }

    private func paths(_ actions: [ConnectionStateMachine.Action]) -> [String] {
        actions.map { if case .handle(let request) = $0 { request.path } else { "\($0)" } }
    }

    // MARK: Requests and answers

    @Test func `a request is handed over once and its answer is sent`() {
        var connection = connection()
        #expect(paths(connection.received(request("/a"), at: start)) == ["/a"])
        #expect(!connection.wantsToWrite)
        #expect(connection.answered(.text(200, "yes"), at: start) == [])
        let (text, actions) = connection.sent(at: start)
        #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n") && text.hasSuffix("\r\n\r\nyes"))
        #expect(actions == [])
        #expect(connection.rank == .init(standing: .proven, since: start.instant))
    }

    @Test func `pipelined requests are handled one after the other`() {
        var connection = connection()
        #expect(paths(connection.received(request("/1") + request("/2"), at: start)) == ["/1"])
        #expect(paths(connection.received(request("/3"), at: start)) == [])
        for (answered, next) in [("/1", ["/2"]), ("/2", ["/3"]), ("/3", [])] {
            _ = connection.answered(.text(200, answered), at: start)
            let (text, actions) = connection.sent(at: start)
            #expect(text.hasSuffix(answered))
            #expect(paths(actions) == next)
        }
    }

    @Test func `an answer is sent in pieces as they are taken`() {
        var connection = connection()
        _ = connection.received(request("/"), at: start)
        _ = connection.answered(.text(200, String(repeating: "x", count: 5000)), at: start)
        let whole = connection.pendingBytes
        var taken: [UInt8] = []
        while let byte = connection.pendingBytes.first {
            taken.append(byte)
            #expect(connection.wrote(1, at: start) == [])
        }
        #expect(taken[...] == whole)
    }

    @Test func `HEAD is handed over as it is and answered without a body`() {
        var connection = connection()
        _ = connection.received(request("/", method: "HEAD"), at: start)
        _ = connection.answered(.text(200, "hello"), at: start)
        let text = connection.sent(at: start).text
        #expect(text.contains("\r\nContent-Length: 5\r\n") && text.hasSuffix("\r\n\r\n"))
    }

    @Test func `a second answer to the same request is ignored`() {
        var connection = connection()
        _ = connection.received(request("/"), at: start)
        _ = connection.answered(.text(200, "first"), at: start)
        _ = connection.answered(.text(200, "second"), at: start)
        #expect(connection.sent(at: start).text.hasSuffix("first"))
    }

    @Test func `no more is read while a request waits for the answer to the one before`() {
        var connection = connection()
        _ = connection.received(request("/"), at: start)
        #expect(connection.wantsToRead)
        _ = connection.received("G", at: start)
        #expect(!connection.wantsToRead)
        _ = connection.answered(.text(200, ""), at: start)
        #expect(!connection.wantsToRead)
        _ = connection.sent(at: start)
        #expect(connection.wantsToRead)
    }

    // MARK: What a connection is worth

    @Test func `a connection is worth more when it has completed a request`() {
        var connection = connection()
        let (arrival, end) = (after(.seconds(1)), after(.seconds(2)))
        func expect(_ standing: ConnectionRanking.Standing, since moment: Moment) {
            #expect(connection.rank == .init(standing: standing, since: moment.instant))
        }
        expect(.silent, since: start)
        _ = connection.received("GET ", at: arrival)
        expect(.unfinished, since: arrival)
        _ = connection.received("/ HTTP/1.1\r\n", at: end)
        expect(.unfinished, since: arrival)
        _ = connection.received("Host: h\r\n\r\n", at: end)
        expect(.handling, since: end)
        _ = connection.answered(.text(200, "hello"), at: end)
        expect(.answering, since: end)
        _ = connection.wrote(1, at: after(.seconds(3)))
        expect(.answering, since: after(.seconds(3)))
        _ = connection.sent(at: after(.seconds(4)))
        expect(.proven, since: after(.seconds(4)))
        _ = connection.received("GET ", at: after(.seconds(5)))
        expect(.unfinished, since: after(.seconds(5)))
    }

    @Test func `who gives up what it costs keeps its place for a while, and is not told`() {
        var idle = shakingHands()
        idle.handshakeFinished(at: start)
        var unfinished = connection()
        _ = unfinished.received("GET / HT", at: start)
        for stage in [shakingHands(), idle, unfinished] {
            var connection = stage
            #expect(connection.givenUp(at: after(.seconds(1))) == [])
            #expect(connection.rank == .init(standing: .spent, since: after(.seconds(1)).instant))
            #expect(connection.receivedBytes == 0 && !connection.wantsToWrite && connection.wantsToRead)
            #expect(connection.received(request("/a"), at: after(.seconds(2))) == [])
            #expect(connection.receivedBytes == 0)
            let end = after(.seconds(1) + limits.headDeadline)
            #expect(connection.deadline == end.instant && connection.deadlinePassed(at: end) == [.close])
        }
    }

    @Test func `an answer that is given up holds no body, and ends with a reset`() {
        var connection = connection()
        _ = connection.received(request("/a"), at: start)
        _ = connection.answered(.text(200, "hello"), at: start)
        #expect(connection.givenUp(at: start) == [])
        #expect(connection.rank == .init(standing: .stalled, since: start.instant))
        #expect(!connection.wantsToWrite && connection.sharedBody == nil)
        #expect(connection.deadlinePassed(at: after(limits.headDeadline)) == [.reset])
    }

    @Test func `who completed a request, or finished sending, is told when it is given up`() {
        var proven = connection()
        _ = proven.received(request("/a"), at: start)
        _ = proven.answered(.text(200, "hello"), at: start)
        _ = proven.sent(at: start)
        var answering = proven
        _ = answering.received(request("/a"), at: start)
        _ = answering.answered(.text(200, "hello"), at: start)
        var finished = connection()
        _ = finished.received(request("/a"), at: start)
        _ = finished.answered(.text(200, "hello"), at: start)
        _ = finished.peerFinished(at: start)
        var handling = connection()
        _ = handling.received(request("/a"), at: start)
        #expect(proven.givenUp(at: start) == [.close])
        #expect(answering.givenUp(at: start) == [.reset])
        #expect(finished.givenUp(at: start) == [.reset])
        #expect(handling.givenUp(at: start) == [.close])
        #expect(proven.givenUp(at: start) == [])
    }

    @Test func `a refusal completes no request`() {
        var connection = connection()
        _ = connection.received("rubbish\r\n", at: start)
        _ = connection.sent(at: start)
        #expect(connection.rank == .init(standing: .draining, since: start.instant))
        _ = connection.shutDown()
        #expect(connection.rank == nil)
    }

    @Test func `connections send one body from one buffer`() {
        let page = HTTPResponse.text(200, String(repeating: "x", count: 5000))
        var (first, second, third) = (connection(), connection(), connection())
        for response in [page, page] {
            _ = first.received(request("/"), at: start)
            _ = first.answered(response, at: start)
            _ = second.received(request("/"), at: start)
            _ = second.answered(response, at: start)
        }
        _ = third.received(request("/"), at: start)
        _ = third.answered(.text(200, String(repeating: "x", count: 5000)), at: start)
        #expect(first.sharedBody != nil && first.sharedBody == second.sharedBody)
        #expect(first.sharedBody != third.sharedBody)
        _ = first.sent(at: start)
        #expect(first.sharedBody == nil)
    }

    // MARK: 100-continue

    @Test func `a body that is held back is asked for once`() {
        var connection = connection()
        let head = "POST /b HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
        #expect(connection.received(head, at: start) == [])
        #expect(connection.sent(at: start).text == "HTTP/1.1 100 Continue\r\n\r\n")
        #expect(connection.received("a", at: start) == [])
        #expect(!connection.wantsToWrite)
        #expect(paths(connection.received("b", at: start)) == ["/b"])
    }

    @Test func `a body that is here is not asked for`() {
        var connection = connection()
        let head = "POST /b HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
        _ = connection.received(head + "a", at: start)
        #expect(!connection.wantsToWrite)
    }

    @Test func `a body that is too large is refused before it is sent`() {
        var connection = connection()
        let head = "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 65537\r\n\r\n"
        #expect(connection.received(head, at: start) == [])
        #expect(connection.sent(at: start).text.hasPrefix("HTTP/1.1 413 "))
    }

    // MARK: The end of the connection

    @Test(arguments: [
        "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "GET / HTTP/1.0\r\n\r\n",
    ])
    func `a connection that is not kept ends after its answer`(text: String) {
        var connection = connection()
        _ = connection.received(text, at: start)
        _ = connection.answered(.text(200, "bye"), at: start)
        let (answer, actions) = connection.sent(at: start)
        #expect(answer.contains("\r\nConnection: close\r\n"))
        #expect(actions == [.finishWriting])
        #expect(connection.received(request("/ignored"), at: start) == [])
        #expect(connection.peerFinished(at: start) == [.close])
    }

    @Test func `a handler can end the connection`() {
        var connection = connection()
        _ = connection.received(request("/"), at: start)
        _ = connection.answered(HTTPResponse(status: 200, headers: ["Connection": "close"]), at: start)
        #expect(connection.sent(at: start).actions == [.finishWriting])
    }

    @Test func `a bad request is answered with its reason and ends the connection`() {
        var connection = connection()
        #expect(connection.received("rubbish\r\n", at: start) == [])
        let (text, actions) = connection.sent(at: start)
        #expect(text.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
        #expect(text.hasSuffix("\r\n\r\nthe request line is not of the form: METHOD /path HTTP/1.1\n"))
        #expect(actions == [.finishWriting])
    }

    @Test func `a bad HEAD request is answered without a body`() {
        var connection = connection()
        _ = connection.received("HEAD / HTTP/1.1\r\n\r\n", at: start)
        #expect(connection.sent(at: start).text.hasSuffix("\r\n\r\n"))
    }

    @Test func `a bad request behind a good one waits for the good one's answer`() {
        var connection = connection()
        #expect(paths(connection.received(request("/") + "rubbish\r\n", at: start)) == ["/"])
        _ = connection.answered(.text(200, "good"), at: start)
        #expect(connection.sent(at: start).text.hasSuffix("good"))
        #expect(connection.sent(at: start).text.hasPrefix("HTTP/1.1 400 "))
    }

    @Test func `a cut answer ends the connection`() {
        var connection = connection()
        _ = connection.received(request("/"), at: start)
        var response = HTTPResponse.text(200, "hello")
        response.delivery = .cut(afterBytes: 1)
        _ = connection.answered(response, at: start)
        let (text, actions) = connection.sent(at: start)
        #expect(text.contains("\r\nContent-Length: 5\r\n") && text.hasSuffix("\r\n\r\nh"))
        #expect(actions == [.finishWriting])
    }

    @Test func `a reset is carried out without an answer`() {
        var connection = connection()
        _ = connection.received(request("/"), at: start)
        var response = HTTPResponse.text(200, "hello")
        response.delivery = .reset
        #expect(connection.answered(response, at: start) == [.reset])
        #expect(!connection.wantsToWrite && !connection.wantsToRead && connection.deadline == nil)
    }

    @Test func `one connection too many is told so`() {
        var connection = ConnectionStateMachine(refusingWith: limits, at: start)
        let (text, actions) = connection.sent(at: start)
        #expect(text.hasPrefix("HTTP/1.1 503 Service Unavailable\r\n"))
        #expect(actions == [.finishWriting])
    }

    // MARK: The client finishes

    @Test func `a client that leaves an idle connection closes it`() {
        var connection = connection()
        #expect(connection.peerFinished(at: start) == [.close])
    }

    @Test func `a client that finishes in the middle of a request is told so`() {
        var connection = connection()
        _ = connection.received("GET / HTT", at: start)
        #expect(connection.peerFinished(at: start) == [])
        let (text, actions) = connection.sent(at: start)
        #expect(text.hasPrefix("HTTP/1.1 400 "))
        #expect(actions == [.close])
    }

    @Test func `a client that finishes while its request is handled cancels it and may still read`() {
        var connection = connection()
        _ = connection.received(request("/1") + request("/2"), at: start)
        #expect(connection.peerFinished(at: start) == [.cancelHandler])
        #expect(!connection.wantsToRead)
        _ = connection.answered(.text(200, "one"), at: start)
        #expect(paths(connection.sent(at: start).actions) == ["/2"])
        _ = connection.answered(.text(200, "two"), at: start)
        #expect(connection.sent(at: start).actions == [.close])
    }

    // MARK: Deadlines

    @Test func `an idle connection is closed at its deadline and not before`() {
        var connection = connection()
        #expect(connection.deadline == after(limits.idleDeadline).instant)
        #expect(connection.deadlinePassed(at: after(limits.idleDeadline - .nanoseconds(1))) == [])
        #expect(connection.deadlinePassed(at: after(limits.idleDeadline)) == [.close])
    }

    @Test func `the idle deadline begins anew with each answer`() {
        var connection = connection()
        _ = connection.received(request("/"), at: after(.seconds(70)))
        _ = connection.answered(.text(200, ""), at: after(.seconds(71)))
        _ = connection.sent(at: after(.seconds(72)))
        #expect(connection.deadline == after(.seconds(72) + limits.idleDeadline).instant)
    }

    @Test func `a head that trickles in is given up with 408`() {
        var connection = connection()
        for byte in "GET " {
            #expect(connection.received(String(byte), at: after(.seconds(1))) == [])
        }
        let end = after(.seconds(1) + limits.headGrace + .milliseconds(4 * 1000 / limits.headRate))
        #expect(connection.deadline == end.instant)
        #expect(connection.deadlinePassed(at: end) == [])
        let (text, actions) = connection.sent(at: end)
        #expect(text.hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
        #expect(actions == [.finishWriting])
    }

    @Test func `a head that comes steadily has until its deadline`() {
        var connection = connection()
        _ = connection.received("GET /" + String(repeating: "a", count: 3 * limits.headRate), at: start)
        #expect(connection.deadline == after(limits.headDeadline).instant)
    }

    @Test func `a body has a deadline of its own`() {
        var connection = connection()
        _ = connection.received("POST / HTTP/1.0\r\nContent-Length: 60000\r\n", at: start)
        _ = connection.received("\r\n", at: after(.seconds(1)))
        #expect(connection.deadline == after(.seconds(1) + limits.headGrace).instant)
        _ = connection.received(String(repeating: "a", count: 50000), at: after(.seconds(2)))
        #expect(connection.deadline == after(.seconds(1) + limits.headDeadline).instant)
    }

    @Test func `an empty line alone does not begin a request`() {
        var connection = connection()
        _ = connection.received("\r\n", at: after(.seconds(1)))
        #expect(connection.deadline == after(limits.idleDeadline).instant)
    }

    @Test func `a handler has no deadline`() {
        var connection = connection()
        _ = connection.received(request("/"), at: start)
        #expect(connection.deadline == nil)
        #expect(connection.deadlinePassed(at: after(.seconds(3600))) == [])
    }

    @Test func `a client that takes nothing is reset, and one that takes a little is not`() {
        var connection = connection()
        _ = connection.received(request("/"), at: start)
        _ = connection.answered(.text(200, String(repeating: "x", count: 60 * limits.writeRate)), at: start)
        #expect(connection.wrote(1, at: after(.seconds(9))) == [])
        #expect(connection.deadlinePassed(at: after(.seconds(18))) == [])
        #expect(connection.deadlinePassed(at: after(.seconds(19))) == [.reset])
    }

    @Test func `taking a byte now and then does not keep an answer for ever`() {
        var connection = connection()
        _ = connection.received(request("/"), at: start)
        let page = HTTPResponse(status: 200, body: Array(repeating: 65, count: 2 * limits.writeRate))
        _ = connection.answered(page, at: start)
        for second in stride(from: 5, to: 12, by: 5) {
            #expect(connection.wrote(1, at: after(.seconds(second))) == [])
        }
        #expect(connection.deadlinePassed(at: after(.milliseconds(11_999))) == [])
        #expect(connection.deadlinePassed(at: after(.milliseconds(12_100))) == [.reset])
    }

    @Test func `a client that never closes its side is closed`() {
        var connection = connection()
        _ = connection.received("x\r\n", at: start)
        _ = connection.sent(at: start)
        #expect(connection.deadlinePassed(at: after(.seconds(1))) == [])
        #expect(connection.deadlinePassed(at: after(.seconds(2))) == [.close])
    }

    // MARK: Shutting down

    @Test func `an idle connection closes when the server stops`() {
        var connection = connection()
        #expect(connection.shutDown() == [.close])
    }

    @Test func `an answer under way is the last one when the server stops`() {
        var connection = connection()
        _ = connection.received(request("/1") + request("/2"), at: start)
        #expect(connection.shutDown() == [])
        _ = connection.answered(.text(200, "last"), at: start)
        let (text, actions) = connection.sent(at: start)
        #expect(text.contains("\r\nConnection: close\r\n") && text.hasSuffix("last"))
        #expect(actions == [.close])
    }

    @Test func `a closed connection ignores everything`() {
        var connection = connection()
        _ = connection.shutDown()
        #expect(connection.received(request("/"), at: start) == [])
        #expect(connection.peerFinished(at: start) == [])
        #expect(connection.answered(.text(200, ""), at: start) == [])
        #expect(connection.wrote(0, at: start) == [])
        #expect(connection.deadlinePassed(at: after(.seconds(9999))) == [])
        #expect(connection.shutDown() == [])
        #expect(!connection.wantsToRead && !connection.wantsToWrite && connection.deadline == nil)
    }

    // MARK: TLS

    private func securing() -> ConnectionStateMachine {
        ConnectionStateMachine(limits: limits, isSecured: true, at: start)
    }

    /// One whose handshake has a session since `start`.
    private func shakingHands() -> ConnectionStateMachine {
        var connection = securing()
        connection.handshakeArrived(at: start)
        connection.handshakeBegan(at: start)
        return connection
    }

    @Test func `a handshake is awaited, queued, counts as an unfinished head, and then as nothing yet`() {
        var connection = securing()
        #expect(connection.rank == .init(standing: .awaitingHandshake, since: start.instant))
        #expect(connection.wantsToRead && connection.awaitsHandshake)
        connection.handshakeBegan(at: start)
        #expect(connection.rank?.standing == .awaitingHandshake, "a session comes after the first message")
        let (arrival, beginning, end) = (after(.seconds(1)), after(.seconds(2)), after(.seconds(3)))
        connection.handshakeArrived(at: arrival)
        #expect(connection.rank == .init(standing: .queued, since: arrival.instant))
        #expect(!connection.wantsToRead && !connection.awaitsHandshake && !connection.isSecuring)
        connection.handshakeBegan(at: beginning)
        #expect(connection.rank == .init(standing: .unfinished, since: beginning.instant))
        #expect(connection.isSecuring && connection.wantsToRead)
        #expect(connection.deadline == beginning.instant + limits.headDeadline)
        connection.handshakeFinished(at: end)
        #expect(connection.rank == .init(standing: .silent, since: end.instant))
        #expect(connection.deadline == end.instant + limits.idleDeadline)
        #expect(paths(connection.received(request("/a"), at: end)) == ["/a"])
    }

    @Test func `a handshake that takes too long, or whose client leaves, ends without a word`() {
        var queued = securing()
        queued.handshakeArrived(at: start)
        for stage in [securing(), queued, shakingHands()] {
            var (left, late) = (stage, stage)
            #expect(left.peerFinished(at: start) == [.close])
            #expect(late.deadlinePassed(at: after(limits.headDeadline)) == [.close])
            #expect(!left.wantsToWrite && !late.wantsToWrite)
        }
    }

    @Test func `what a client sends after a failed handshake is thrown away for a while`() {
        var connection = shakingHands()
        #expect(connection.handshakeFailed(at: start) == [.finishWriting])
        #expect(connection.received(request("/a"), at: start) == [])
        #expect(connection.rank?.standing == .draining)
        #expect(connection.peerFinished(at: start) == [.close])
    }

    @Test func `a request in place of a handshake gets 400 and the end`() {
        var connection = securing()
        connection.handshakeRefused(at: start)
        let (text, actions) = connection.sent(at: start)
        #expect(text.hasPrefix("HTTP/1.1 400 ") && text.contains("HTTP request to an HTTPS server"))
        #expect(actions == [.finishWriting])
    }

    @Test func `nothing is read before the handshake is done`() {
        var connection = securing()
        #expect(connection.received(request("/a"), at: start) == [])
        #expect(connection.shutDown() == [.close])
    }
}
