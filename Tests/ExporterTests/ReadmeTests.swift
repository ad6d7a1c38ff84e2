import Foundation
import LogCollection
import Metrics
import Testing

@testable import Exporter

/// The README tells what the tables in the code say.
@Suite struct ReadmeTests {
    private let text: String
    private let lines: [Substring]

    init() throws {
        text = try Self.read("README.md")
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    private static func file(_ path: some StringProtocol) -> URL {
        URL(filePath: #filePath).appending(path: "../../../\(path)").standardized
    }

    private static func read(_ path: String) throws -> String {
        try String(contentsOf: file(path), encoding: .utf8)
    }

    /// The cells of a table's rows, found by its header.
    private func table(_ header: String) -> [[String]] {
        guard let start = lines.firstIndex(where: { $0 == header }) else { return [] }
        return lines[(start + 2)...].prefix { $0.hasPrefix("|") }.map { line in
            line.dropFirst().dropLast().split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
    }

    @Test func `its metrics are those of the catalogue`() {
        let expected = Catalogue.all.map { metric in
            ["`\(metric.name)`", metric.type.rawValue, metric.labels.joined(separator: ", "), metric.help]
        }
        #expect(table("| name | type | labels | meaning |") == expected)
    }

    @Test func `its commands are those of the program`() {
        let expected = Command.allCases.map { ["`dify-exporter \($0.rawValue)`", $0.summary] }
        #expect(table("| command | what it does |") == expected)
    }

    @Test func `its flags are those of serve`() {
        let expected = Command.serve.options.map { option in
            ["`--\(option.name)`", option.defaultValue.map { "`\($0)`" } ?? "", option.help]
        }
        #expect(table("| flag | default | meaning |") == expected)
    }

    @Test func `the pictures that it shows exist and are described`() throws {
        let pictures = text.matches(of: /!\[([^\]]*)\]\(([^)]+)\)/)
        #expect(!pictures.isEmpty)
        for picture in pictures {
            let file = Self.file(picture.output.2)
            let size = try FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int
            #expect(try #require(size) < 150_000)
            #expect(picture.output.1.count > 40)
        }
    }

    @Test func `a newcomer is sent to files that exist`() throws {
        let folders = table("| folder of `Sources` | what it is | start reading at |").filter { !$0[2].isEmpty }
        #expect(folders.count > 15)
        let places = folders.map { "Sources/\($0[0])/\($0[2])".replacing("`", with: "") }
        let named = try Self.read(".github/CONTRIBUTING.md").matches(of: /`((?:Sources|Tests|deploy|\.ci)\/[^` ]+)`/)
        #expect(named.count > 10)
        for place in places + named.map({ String($0.output.1) }) {
            #expect(FileManager.default.fileExists(atPath: Self.file(place).path), "\(place)")
        }
    }

    @Test func `its configuration is valid`() throws {
        let block = try #require(text.split(separator: "```jsonc\n").dropFirst().first?.split(separator: "```").first)
        let configuration = try Configuration.read(Array(block.utf8))
        #expect(configuration.apps.count == 2)
        var expected = CollectionSettings()
        expected.classifier = configuration.apps[0].collection.classifier
        #expect(configuration.apps[0].collection == expected)
        #expect(expected.classifier.ownRules.map(\.reason) == ["billing"])
    }
}
