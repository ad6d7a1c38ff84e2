import JSON

/// What `GET /info` says of the app that a key belongs to (dify-logs-api §7).
package struct AppInfo: Equatable, Sendable {
    package var name: String
    package var description: String?
    /// Since 0.13.0.
    package var tags: [String]
    /// One of `knownModes`, or a word of a later version; since 1.4.0.
    package var mode: String?
    /// Since 1.4.3.
    package var authorName: String?

    /// What of this was odd when it was read.
    package var oddValues: [OddValue] = []

    package init(name: String, description: String?, tags: [String], mode: String?, authorName: String?) {
        self.name = name
        self.description = description
        self.tags = tags
        self.mode = mode
        self.authorName = authorName
    }

    /// Whether Dify writes logs for the app at all. Chatflow and chat apps answer with an empty list for ever
    /// (dify-logs-api §1.1); a server that does not tell the mode, and a mode that came later, get the benefit of the doubt.
    package var hasWorkflowLogs: Bool { mode.map { $0 == "workflow" || !Self.knownModes.contains($0) } ?? true }
}

extension AppInfo {
    /// Reads an answer's body. Throws where it is not JSON, lacks the name, or holds a value of another type. Texts are one line
    /// each and within `TextLimit`, tags no more than that allows; `key` is taken out of all of them.
    package init(json: [UInt8], key: APIKey? = nil) throws(JSONError) {
        var reader = try AnswerReader(json, key: key)
        var info = AppInfo(name: "", description: nil, tags: [], mode: nil, authorName: nil)
        var hasName = false
        try reader.enterObject()
        while let key = try reader.nextKey(InfoKey.keys) {
            let name = key.rawValue
            switch key {
            case .name:
                info.name = try reader.readText(name, limit: TextLimit.name).asLine(limit: Self.shownLimit)
                hasName = true
            case .description:
                info.description = try reader.readOptionalText(name, limit: TextLimit.name)?.asLine(
                    limit: Self.shownLimit)
            case .tags: info.tags = try reader.readNullIfPresent() ? [] : reader.readTags(name)
            case .mode:
                info.mode = try reader.readOptionalWord(name, .mode, known: Self.knownModes)?.asLine(
                    limit: OddValue.shownLimit)
            case .authorName:
                info.authorName = try reader.readOptionalText(name, limit: TextLimit.name)?.asLine(
                    limit: Self.shownLimit)
            }
        }
        try reader.finish()
        guard hasName else { throw reader.mismatch("an app's info has a name; this has none") }
        info.oddValues = reader.takeOddValues()
        self = info
    }

    private enum InfoKey: String, CaseIterable {
        case name, description, tags, mode
        case authorName = "author_name"

        static let keys = AnswerKeys<InfoKey>()
    }

    /// Characters of each text. Dify itself allows 255 to a name at most.
    private static let shownLimit = 255
}

extension AnswerReader {
    /// The first tags; what comes after them is only checked.
    fileprivate mutating func readTags(_ name: String) throws(JSONError) -> [String] {
        var tags: [String] = []
        try enterArray()
        while try nextElement() {
            guard tags.count < TextLimit.tags else {
                try skipValue()
                continue
            }
            tags.append(try readText(name).asLine(limit: TextLimit.word))
        }
        return tags
    }
}
