import Foundation
import Testing

@testable import Exporter

/// A strict reader of the HTML that the status page is written in: every element is closed, every attribute is quoted, no
/// character stands for itself that means something else.
final class HTMLElement {
    let name: String
    let attributes: [String: String]
    fileprivate var nodes: [Node] = []

    fileprivate enum Node {
        case text(String)
        case element(HTMLElement)
    }

    fileprivate init(name: String, attributes: [String: String]) {
        (self.name, self.attributes) = (name, attributes)
    }

    /// This element and all in it, in the order of the page.
    var all: [HTMLElement] { [self] + children.flatMap(\.all) }

    func all(_ name: String) -> [HTMLElement] { all.filter { $0.name == name } }

    var children: [HTMLElement] {
        nodes.compactMap { if case .element(let element) = $0 { element } else { nil } }
    }

    /// What stands in it and in none of its children.
    var ownText: String {
        nodes.map { if case .text(let text) = $0 { text } else { "" } }.joined()
    }

    /// All that one reads in it, with single spaces.
    var text: String {
        rawText.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
    }

    private var rawText: String {
        nodes.map { node in
            switch node {
            case .text(let text): text
            case .element(let element): element.rawText
            }
        }.joined()
    }

    var classes: Set<String> { Set((attributes["class"] ?? "").split(separator: " ").map(String.init)) }
}

struct HTMLError: Error, CustomStringConvertible {
    let description: String
}

extension HTMLElement {
    private static let void: Set = ["meta"]

    /// The root element of a page.
    static func parse(_ page: String) throws -> HTMLElement {
        var rest = Substring(page)
        guard rest.hasPrefix("<!doctype html>\n") else { throw HTMLError(description: "it has no doctype") }
        rest = rest.dropFirst(16)
        let root = HTMLElement(name: "#page", attributes: [:])
        var open = [root]
        while let start = rest.firstIndex(of: "<") {
            open[open.count - 1].nodes.append(.text(try decoded(rest[..<start])))
            guard let end = rest[start...].firstIndex(of: ">") else { throw HTMLError(description: "a tag has no end") }
            let tag = rest[rest.index(after: start)..<end]
            rest = rest[rest.index(after: end)...]
            if tag.hasPrefix("/") {
                guard open.count > 1, open.last?.name == String(tag.dropFirst()) else {
                    throw HTMLError(description: "</\(tag.dropFirst())> closes \(open.last?.name ?? "nothing")")
                }
                open.removeLast()
                continue
            }
            let element = try Self.element(tag)
            open[open.count - 1].nodes.append(.element(element))
            if element.name == "style", let styleEnd = rest.firstRange(of: "</style>") {
                element.nodes.append(.text(String(rest[..<styleEnd.lowerBound])))
                rest = rest[styleEnd.upperBound...]
            } else if !void.contains(element.name), !tag.hasSuffix("/") {
                open.append(element)
            }
        }
        guard open.count == 1, root.children.count == 1 else { throw HTMLError(description: "an element is open") }
        return root.children[0]
    }

    private static func element(_ tag: Substring) throws -> HTMLElement {
        let parts = tag.hasSuffix("/") ? tag.dropLast() : tag
        let name = parts.prefix { $0.isASCII && ($0.isLowercase || $0.isNumber) }
        guard !name.isEmpty else { throw HTMLError(description: "<\(tag)> has no name") }
        var rest = parts.dropFirst(name.count)
        var attributes: [String: String] = [:]
        while !rest.allSatisfy(\.isWhitespace) {
            guard let match = rest.prefixMatch(of: /\s+([a-zA-Z-]+)="([^"]*)"/) else {
                throw HTMLError(description: "<\(tag)> has an attribute that is not well written")
            }
            let key = String(match.output.1)
            guard attributes[key] == nil else { throw HTMLError(description: "<\(tag)> has \(key) twice") }
            attributes[key] = try decoded(match.output.2)
            rest = rest[match.range.upperBound...]
        }
        return HTMLElement(name: String(name), attributes: attributes)
    }

    private static func decoded(_ text: Substring) throws -> String {
        var decoded = ""
        var rest = text
        let known = ["&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": "\"", "&#39;": "'"]
        while let start = rest.firstIndex(of: "&") {
            decoded += rest[..<start]
            guard let entity = known.first(where: { rest[start...].hasPrefix($0.key) }) else {
                throw HTMLError(description: "an & stands alone in \(text)")
            }
            decoded += entity.value
            rest = rest[rest.index(start, offsetBy: entity.key.count)...]
        }
        guard !rest.contains(">") else { throw HTMLError(description: "a > stands alone in \(text)") }
        return decoded + rest
    }
}
