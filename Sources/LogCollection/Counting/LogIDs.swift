/// A set of logs. A single one, as most seconds have, takes no memory of its own.
struct LogIDs: Hashable, Sendable {
    private var content = Content.few(nil)

    private enum Content: Hashable {
        case few(LogID?)
        /// Two or more.
        case many(Set<LogID>)
    }

    init() {}

    init(_ ids: Set<LogID>) {
        content = ids.count > 1 ? .many(ids) : .few(ids.first)
    }

    var all: Set<LogID> {
        switch content {
        case .few(let id): id.map { [$0] } ?? []
        case .many(let ids): ids
        }
    }

    var count: Int {
        switch content {
        case .few(let id): id == nil ? 0 : 1
        case .many(let ids): ids.count
        }
    }

    func contains(_ id: LogID) -> Bool {
        switch content {
        case .few(let only): only == id
        case .many(let ids): ids.contains(id)
        }
    }

    /// False for a log that is in it already.
    @discardableResult
    mutating func insert(_ id: LogID) -> Bool {
        switch content {
        case .few(nil):
            content = .few(id)
            return true
        case .few(let only?):
            guard only != id else { return false }
            content = .many([only, id])
            return true
        case .many(var ids):
            content = .few(nil)
            defer { content = .many(ids) }
            return ids.insert(id).inserted
        }
    }

    mutating func subtract(_ ids: Set<LogID>) {
        self = LogIDs(all.subtracting(ids))
    }
}
