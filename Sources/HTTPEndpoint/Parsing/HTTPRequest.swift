/// A request as a handler sees it: whole, decoded, and within the server's limits.
package struct HTTPRequest: Sendable, Equatable {
    /// A token of RFC 9110 §5.6.2; `get` is not `GET` (§9.1).
    package var method: String

    /// The target's path, percent-decoded, without the query; it begins with `/` and has no control character.
    ///
    /// `%2F` has become a plain slash. `.` and `..` segments stay as they came, so a path that has them equals no route.
    package var path: String

    /// The target's query, decoded, in its order; a name may occur more than once.
    package var query: [QueryItem]

    /// The fields of the head. Where the target is a whole URL, `Host` is that URL's (RFC 9112 §3.2.2).
    package var headers: HTTPHeaders

    /// At most ``HTTPServer/Limits/bodyBytes`` bytes.
    package var body: [UInt8]

    /// Whom the connection comes from; nil for a request that came over none.
    package var origin: PeerAddress?

    package init(
        method: String = "GET", path: String, query: [QueryItem] = [], headers: HTTPHeaders = [:], body: [UInt8] = [],
        origin: PeerAddress? = nil
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.origin = origin
    }
}

/// One `name=value` of a query, decoded as a form's data are: percent-encoding undone and `+` read as a space
/// (WHATWG URL, application/x-www-form-urlencoded parsing).
package struct QueryItem: Sendable, Hashable {
    package var name: String

    /// Empty where the item has no `=`.
    package var value: String

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}
