import JSON

/// What `GET /info` says of the app that a key belongs to (dify-logs-api §7).
package struct AppInfo: Equatable, Sendable {
    package var name: String
    package var description: String?
    /// Since 0.13.0.
    package var tags: [String]
    /// `workflow`, `advanced-chat` (a chatflow), `chat`, `agent-chat` or `completion`; since 1.4.0.
    package var mode: String?
    /// Since 1.4.3.
    package var authorName: String?

    package init(name: String, description: String?, tags: [String], mode: String?, authorName: String?) {
        self.name = name
        self.description = description
        self.tags = tags
        self.mode = mode
        self.authorName = authorName
    }

    /// Whether Dify writes logs for the app at all. Chatflow and chat apps answer with an empty list for ever
    /// (dify-logs-api §1.1); a server that does not tell the mode gets the benefit of the doubt.
    package var hasWorkflowLogs: Bool { mode == nil || mode == "workflow" }
}

extension AppInfo {
    /// Reads an answer's body. Throws where it is not JSON, lacks the name, or holds a value of another type.
    package init(json: [UInt8]) throws(JSONError) {
        var reader = try JSONReader(json)
        var info = AppInfo(name: "", description: nil, tags: [], mode: nil, authorName: nil)
        var hasName = false
        try reader.enterObject()
        while let key = try reader.nextKey() {
            switch key {
            case "name":
                info.name = try reader.readText(key)
                hasName = true
            case "description": info.description = try reader.readOptionalText(key)
            case "tags": info.tags = try reader.readNullIfPresent() ? [] : reader.readTexts(key)
            case "mode": info.mode = try reader.readOptionalText(key)
            case "author_name": info.authorName = try reader.readOptionalText(key)
            default: try reader.skipValue()
            }
        }
        try reader.finish()
        guard hasName else { throw reader.mismatch("an app's info has a name; this has none") }
        self = info
    }
}

extension JSONReader {
    fileprivate mutating func readTexts(_ name: String) throws(JSONError) -> [String] {
        var texts: [String] = []
        try enterArray()
        while try nextElement() { texts.append(try readText(name)) }
        return texts
    }
}
