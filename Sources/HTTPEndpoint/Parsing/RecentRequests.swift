import Platform

/// The latest requests of clients that ask the same again and again: what a request is follows from its bytes alone, so it
/// need not be read each time.
///
/// None is kept that has a query or a field which is not known to be free of secrets.
struct RecentRequests {
    private struct Entry {
        let bytes: [UInt8]
        let request: RequestParser.Received
    }

    /// How many are kept, and how many bytes each may have.
    static let limit = 8
    static let longest = 1024

    private static let harmlessFields = [
        "Accept", "Accept-Encoding", "Connection", "Host", "User-Agent", "X-Prometheus-Scrape-Timeout-Seconds",
    ]

    private var entries: [Entry] = []

    /// Where the next one is kept once all places are taken.
    private var oldest = 0

    /// The request that these bytes are, as a whole; nil where they are not known.
    func request(of bytes: ArraySlice<UInt8>) -> RequestParser.Received? {
        entries.first { Self.isSame($0.bytes[...], bytes) }?.request
    }

    /// Keeps a request that consists of these bytes.
    mutating func note(_ request: RequestParser.Received, of bytes: ArraySlice<UInt8>) {
        guard bytes.count <= Self.longest, request.request.query.isEmpty, request.request.body.isEmpty,
            request.request.headers.fields.allSatisfy({ field in
                Self.harmlessFields.contains { isSameToken($0, field.name) }
            })
        else { return }
        let entry = Entry(bytes: Array(bytes), request: request)
        if entries.count < Self.limit {
            entries.append(entry)
        } else {
            entries[oldest] = entry
            oldest = (oldest + 1) % Self.limit
        }
    }

    private static func isSame(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> Bool {
        left.count == right.count
            && left.withUnsafeBytes { left in
                right.withUnsafeBytes { right in
                    left.isEmpty || memcmp(left.baseAddress!, right.baseAddress!, left.count) == 0
                }
            }
    }
}
