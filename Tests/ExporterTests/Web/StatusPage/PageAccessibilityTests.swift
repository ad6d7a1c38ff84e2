import Foundation
import Testing

@testable import Exporter

/// What a browser's accessibility checkers would say of the page in every state of an app.
@Suite struct PageAccessibilityTests {
    private let page: HTMLElement
    private let source: String

    init() throws {
        source = StatusPage(report: SampleApps.report()).html
        page = try HTMLElement.parse(source)
    }

    @Test func `it tells its language title and width`() throws {
        #expect(page.name == "html" && page.attributes["lang"] == "en")
        #expect(page.all("title").map(\.text) == ["1 down · dify-exporter"])
        let viewport = try #require(page.all("meta").first { $0.attributes["name"] == "viewport" })
        #expect(viewport.attributes["content"] == "width=device-width, initial-scale=1")
    }

    @Test func `all of it lies in landmarks`() throws {
        let body = try #require(page.all("body").first)
        #expect(body.children.map(\.name) == ["header", "main", "footer"])
        #expect(body.ownText.allSatisfy { $0.isWhitespace })
        #expect(page.all("nav").allSatisfy { $0.attributes["aria-label"]?.isEmpty == false })
    }

    @Test func `headings descend one by one`() {
        let levels = page.all.compactMap { $0.name.wholeMatch(of: /h([1-6])/).flatMap { Int($0.output.1) } }
        #expect(levels.filter { $0 == 1 }.count == 1)
        #expect(levels.first == 1)
        for (level, next) in zip(levels, levels.dropFirst()) { #expect(next <= level + 1) }
    }

    @Test func `sections and apps have headings as names`() {
        let ids = Dictionary(grouping: page.all.filter { $0.attributes["id"] != nil }) { $0.attributes["id"] ?? "" }
        #expect(ids.values.allSatisfy { $0.count == 1 })
        let named = page.all("section") + page.all("article")
        #expect(named.count == 2 + SampleApps.all.count)
        for element in named {
            let heading = ids[element.attributes["aria-labelledby"] ?? ""]?.first
            #expect(heading?.name.hasPrefix("h") == true)
            #expect(heading?.text.isEmpty == false)
        }
    }

    @Test func `every plot says its numbers`() {
        let plots = page.all("svg")
        #expect(plots.count == 6)
        for plot in plots {
            #expect(plot.attributes["role"] == "img")
            #expect(plot.attributes["aria-label"]?.contains(/\d/) == true)
        }
        let labels = plots.map { $0.attributes["aria-label"] ?? "" }
        #expect(Set(labels).count == labels.count)
    }

    @Test func `tables have captions, and headers for their columns and rows`() throws {
        // Of the two apps that have failed runs.
        #expect(page.all("table").count == 2)
        for table in page.all("table") {
            #expect(table.children.map(\.name) == ["caption", "thead", "tbody"])
            #expect(table.all("thead").flatMap { $0.all("th") }.allSatisfy { $0.attributes["scope"] == "col" })
            let columns = table.all("thead").flatMap { $0.all("th") }.count
            for row in table.all("tbody").flatMap({ $0.all("tr") }) {
                #expect(row.children.map(\.name) == ["th"] + Array(repeating: "td", count: columns - 1))
                #expect(row.children[0].attributes["scope"] == "row")
            }
        }
        // What may scroll is reached by the keyboard, and has a name.
        let scrolling = page.all.filter { $0.classes.contains("scroll") }
        #expect(scrolling.allSatisfy { $0.attributes["tabindex"] == "0" && $0.attributes["role"] == "region" })
        #expect(Set(scrolling.map { $0.attributes["aria-label"] }).count == 2)
    }

    @Test func `facts are lists of names with values`() {
        #expect(page.all("dl").count == 6)
        for list in page.all("dl") {
            #expect(list.children.allSatisfy { $0.children.map(\.name) == ["dt", "dd"] })
        }
    }

    @Test func `states are words and not only colours`() {
        let states = page.all("span").filter { $0.classes.contains("state") }.map(\.text)
        #expect(states == ["✕ down", "✓ up", "! 1 stuck", "∅ no logs", "… not tried yet", "✓ up", "✓ up"])
    }

    @Test func `every link has words of its own and leads somewhere`() {
        let ids = Set(page.all.compactMap { $0.attributes["id"] })
        var targets: [String: String] = [:]
        for link in page.all("a") {
            let target = link.attributes["href"] ?? ""
            #expect(target.hasPrefix("./") || (target.hasPrefix("#") && ids.contains(String(target.dropFirst()))))
            #expect(!link.text.isEmpty)
            #expect(targets[link.text] == nil || targets[link.text] == target)
            targets[link.text] = target
        }
    }

    @Test func `nothing runs moves or is loaded`() {
        let allowed: Set = [
            "html", "head", "meta", "title", "style", "body", "header", "main", "footer", "nav", "section", "article",
            "h1",
            "h2", "h3", "p", "ul", "li", "a", "b", "span", "div", "dl", "dt", "dd", "time", "figure", "figcaption",
            "svg",
            "path", "details", "summary", "table", "caption", "thead", "tbody", "tr", "th", "td", "code",
        ]
        #expect(Set(page.all.map(\.name)).subtracting(allowed) == [])
        #expect(page.all.allSatisfy { $0.attributes.keys.allSatisfy { !$0.hasPrefix("on") && $0 != "style" } })
        #expect(!source.contains("://") && !source.contains("url(") && !source.contains("@import"))
        #expect(!source.contains("http-equiv") && !source.contains("animation") && !source.contains("transition"))
    }
}
