/// Bytes of a connection in, requests out: a pure value that keeps what is not yet a whole request.
///
/// However the bytes are cut into pieces, the outcome is the same. After a refusal the parser is spent.
///
/// A line ends in CR LF and nothing else: a lone LF may be taken for an end (RFC 9112 §2.2), but then a proxy in front
/// that does not would see other lines than this server, so it is refused.
struct RequestParser {
    let headLimit: Int
    let bodyLimit: Int
    private var buffer: [UInt8] = []

    /// Where the request at hand begins, where its next line begins, and how far the search for that line's end came.
    private var requestStart = 0
    private var lineStart = 0
    private var searched = 0

    private var hasSkippedEmptyLine = false
    private var head: RequestHead?
    private var framing: RequestHead.Framing?

    init(headLimit: Int, bodyLimit: Int) {
        self.headLimit = headLimit
        self.bodyLimit = bodyLimit
    }

    /// A request, and what its answer has to heed.
    struct Received: Equatable {
        var request: HTTPRequest
        var isHTTP10: Bool
        var keepsAlive: Bool
    }

    /// Bytes that are not part of a delivered request.
    var unreadBytes: Int { buffer.count - requestStart }

    /// Whether nothing has come of the next request, nor an empty line before it.
    var isFresh: Bool { buffer.isEmpty && !hasSkippedEmptyLine }

    /// Whether a request has begun and not ended, once ``next()`` has returned nil.
    var isMidRequest: Bool { head != nil || unreadBytes > 0 }

    /// Whether the head is whole and only the body is missing.
    var awaitsBody: Bool { framing != nil }

    /// Whether the request that is being read will want an answer without a body.
    var isReadingHEAD: Bool { head?.method == "HEAD" }

    mutating func append(_ bytes: ArraySlice<UInt8>) {
        // Delivered requests are dropped here and not one by one: many pipelined requests then cost one move.
        buffer.removeFirst(requestStart)
        lineStart -= requestStart
        searched -= requestStart
        requestStart = 0
        buffer.append(contentsOf: bytes)
    }

    /// The next whole request, or nil while there is none.
    ///
    /// - Throws: the first reason in the order of the bytes why this is no request that can be served.
    mutating func next() throws(RequestRefusal) -> Received? {
        if framing == nil { try readHead() }
        guard let head, let framing, buffer.count - lineStart >= framing.bodyBytes else { return nil }
        let end = lineStart + framing.bodyBytes
        let received = Received(head, framing, body: Array(buffer[lineStart..<end]))
        startAnew(from: end)
        return received
    }

    /// Whether the client is to be told to send its body now; true once for each request.
    mutating func takeContinue() -> Bool {
        guard framing?.expectsContinue == true, buffer.count == lineStart else { return false }
        framing?.expectsContinue = false
        return true
    }

    private mutating func startAnew(from start: Int) {
        (requestStart, lineStart, searched) = (start, start, start)
        // An idle connection keeps no buffer.
        if start == buffer.count {
            buffer = []
            (requestStart, lineStart, searched) = (0, 0, 0)
        }
        hasSkippedEmptyLine = false
        (head, framing) = (nil, nil)
    }

    private mutating func readHead() throws(RequestRefusal) {
        if head == nil {
            guard let line = try requestLine() else { return }
            head = try RequestHead(requestLine: line)
        }
        while let line = try nextLine(overlong: RequestRefusal(431, "the head is longer than \(headLimit) bytes")) {
            guard line.isEmpty else {
                try head?.add(fieldLine: line)
                continue
            }
            framing = try head?.framing(bodyLimit: bodyLimit)
            return
        }
    }

    /// The first line that is not empty; one empty line before it is overlooked, as RFC 9112 §2.2 advises.
    private mutating func requestLine() throws(RequestRefusal) -> ArraySlice<UInt8>? {
        while true {
            // Rubbish and TLS are told apart by their first byte and need not wait for a line's end.
            guard let first = buffer[lineStart...].first else { return nil }
            guard isTokenByte(first) || (first == UInt8(ascii: "\r") && !hasSkippedEmptyLine) else {
                throw RequestRefusal(400, "this is not an HTTP request")
            }
            guard let line = try nextLine(overlong: RequestRefusal(414, "the request target is too long")) else {
                return nil
            }
            guard line.isEmpty else { return line }
            hasSkippedEmptyLine = true
            requestStart = lineStart
        }
    }

    /// The bytes up to the next CR LF, or nil while it is missing.
    private mutating func nextLine(overlong: RequestRefusal) throws(RequestRefusal) -> ArraySlice<UInt8>? {
        let lineFeed = buffer[searched...].firstIndex(of: UInt8(ascii: "\n"))
        let end = lineFeed.map { $0 + 1 } ?? buffer.count
        guard end - requestStart <= headLimit else { throw overlong }
        searched = end
        guard let lineFeed else { return nil }
        guard lineFeed > lineStart, buffer[lineFeed - 1] == UInt8(ascii: "\r") else {
            throw RequestRefusal(400, "a line ends without a carriage return")
        }
        defer { lineStart = end }
        return buffer[lineStart..<lineFeed - 1]
    }
}

extension RequestParser.Received {
    fileprivate init(_ head: RequestHead, _ framing: RequestHead.Framing, body: [UInt8]) {
        var headers = head.headers
        if let authority = head.target.authority { headers.set("Host", authority) }
        self.init(
            request: HTTPRequest(
                method: head.method, path: head.target.path, query: head.target.query, headers: headers, body: body),
            isHTTP10: head.version == .http10, keepsAlive: framing.keepsAlive)
    }
}
