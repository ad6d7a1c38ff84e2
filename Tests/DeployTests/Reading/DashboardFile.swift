import Testing

@testable import JSON

/// A dashboard as it lies in its file.
struct DashboardFile: CustomTestStringConvertible {
    let path: String
    let root: JSONNode

    init(path: String) throws {
        self.path = path
        root = try JSONDocument(Array(try ProjectFiles.text(path).utf8)).root
    }

    static func all() throws -> [DashboardFile] {
        try ProjectFiles.paths(in: "dashboards", ".json").map { try DashboardFile(path: $0) }
    }

    var testDescription: String { path }

    /// Rows too, and the panels of collapsed rows.
    var panels: [JSONNode] {
        root["panels"].elements.flatMap { [$0] + $0["panels"].elements }
    }

    /// What shows something: all but rows.
    var shownPanels: [JSONNode] { panels.filter { $0["type"].text != "row" } }

    var variables: [JSONNode] { root["templating"]["list"].elements }

    func variable(_ name: String) -> JSONNode? { variables.first { $0["name"].text == name } }

    /// Every expression, with a name for messages.
    var expressions: [(place: String, text: String)] {
        let panels = shownPanels.flatMap { panel in
            panel["targets"].elements.map { ("panel \(panel["title"].text ?? "")", $0["expr"].text ?? "") }
        }
        let annotations = root["annotations"]["list"].elements.compactMap { annotation in
            annotation["expr"].text.map { ("annotation \(annotation["name"].text ?? "")", $0) }
        }
        return panels + annotations
    }
}

extension JSONNode {
    /// The member of an object; null for what is not there.
    subscript(_ key: String) -> JSONNode {
        guard case .object(let members) = value, let member = members.first(where: { $0.key == key }) else {
            return JSONNode(offset: offset, value: .null)
        }
        return member.node
    }

    var elements: [JSONNode] {
        guard case .array(let elements) = value else { return [] }
        return elements
    }

    var text: String? {
        guard case .string(let text) = value else { return nil }
        return text
    }

    var integer: Int64? {
        guard case .number(let number) = value else { return nil }
        return number.int64
    }

    var flag: Bool? {
        guard case .bool(let flag) = value else { return nil }
        return flag
    }
}
